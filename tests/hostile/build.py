"""Builds the hostile files: `python -m tests.hostile.build FOLDER` writes them, with a list of what becomes of each."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tests.hostile import documents, names, packages, pictures, texts
from tests.hostile.case import Case


def corpus() -> list[Case]:
    """Return every hostile file, and among them the harmless ones that must not be taken for one."""
    return [case for part in (pictures, packages, documents, texts, names) for case in part.cases()]


def sample() -> list[Case]:
    """Return a part that is quickly sent: all of what needs no process of its own, and of the rest each way to be refused."""
    found: dict[tuple[str, ...], Case] = {}
    for case in corpus():
        ending = case.name.rpartition(".")[2].lower()
        is_plain = ending in ("txt", "csv") or case.expected in ("kind", "content", "empty")
        found.setdefault(
            (case.label, case.name) if is_plain else (ending.replace("jpg", "jpeg"), case.expected), case
        )
    return list(found.values())


def write(folder: Path) -> int:
    """Write the files under numbers, as their names may be no names, beside `expected.csv`; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = corpus()
    with (folder / "expected.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", "label", "name", "expected", "kept"])
        for number, case in enumerate(cases):
            (folder / f"{number:03}").write_bytes(case.content)
            table.writerow([f"{number:03}", case.label, repr(case.name), case.expected, repr(case.kept)])
    return len(cases)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} files in {sys.argv[1]}")  # noqa: T201 - it speaks to the terminal
