"""Reads gettext catalogues: what each entry of a .po file says, and what `make messages` would make of the sources now."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CATALOGUE = Path("locale/hi/LC_MESSAGES/django.po")
SOURCES = ("projects", "reports", "tracker", "templates")


@dataclass
class Entry:
    """One text: its words in the sources (one, or singular and plural), and the same number of translations."""

    context: str = ""
    texts: list[str] = field(default_factory=list)
    translations: list[str] = field(default_factory=list)
    flags: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.texts[0]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.texts, self.translations, strict=True))


def read(path: Path) -> list[Entry]:
    """Return the entries of a .po file without its header."""
    entries, entry, words = [], Entry(), None
    for line in [*path.read_text().splitlines(), ""]:
        keyword, _space, rest = line.partition(" ")
        if not line:
            entries += [entry] if entry.texts else []
            entry, words = Entry(), None
        elif keyword == "#,":
            entry.flags = rest
        elif keyword == "msgctxt":
            entry.context = json.loads(rest)
        elif keyword.startswith("msg"):
            words = entry.texts if keyword.startswith("msgid") else entry.translations
            words.append(json.loads(rest))
        elif line.startswith('"') and words:
            words[-1] += json.loads(line)
    return [entry for entry in entries if entry.texts != [""]]


def renewed(root: Path, folder: Path) -> list[Entry]:
    """Return the entries after `make messages` in a copy of the sources."""
    for name in SOURCES:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for path in (Path("Makefile"), CATALOGUE):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, folder / path)
    command = ["make", "messages", f"RUN={sys.executable}"]
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=folder, env=plain, capture_output=True, check=True)
    return read(folder / CATALOGUE)
