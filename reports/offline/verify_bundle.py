#!/usr/bin/env python3
"""Verifies an evidence bundle, as one ZIP or as the folder that it was unpacked into, without a network.

    python3 -I -S verify_bundle.py BUNDLE.zip [--sha256 HEX] [--json]

Each file is one of: whole (byte for byte what the manifest names), altered, missing, extra (the manifest does not know it). The
manifest bears a digest of itself; each entry of the audit trail is hashed anew, entries that follow each other in the chain must
refer to each other, and the heads of the chain that reports print must be those of the entries here. What the server itself
could not put in, because its archive had lost it, is named with the reason.

Whoever can write a bundle can write a manifest: have the SHA-256 of the bundle told to you by another way (it stands in the
history of the project, at the download), and give it with --sha256.

Needs Python 3.9 and nothing else. Ends with 0 only when everything is whole and nothing is missing or extra, with 1 when
something is not, with 2 when it could not check.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

SCHEMA = "ncmm-bundle/1"
MANIFEST, TRAIL = "manifest.json", "audit.jsonl"
WHOLE, ALTERED, MISSING, EXTRA = "whole", "altered", "missing", "extra"
LARGEST_MANIFEST = 100_000_000  # bytes
LONGEST_LINE = 50_000_000
PIECE = 1 << 20
# What the hash of an entry covers (projects/models/audit.py of the tracker).
COVERED = (
    *("seq", "prev_hash", "at", "actor", "role", "action", "object_type", "object_id", "object_label"),
    *("before", "after", "reason", "request_id"),
)

Facts = dict[str, Any]


class Unusable(Exception):
    """Nothing can be checked; the text says why."""


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Folder:
    """An unpacked bundle."""

    def __init__(self, path: Path) -> None:
        self.path = path
        found = (it for it in path.rglob("*") if it.is_symlink() or not it.is_dir())
        self.names = sorted(it.relative_to(path).as_posix() for it in found)
        self.twice: list[str] = []

    def open(self, name: str) -> IO[bytes]:
        path = self.path / name
        if path.is_symlink():
            raise OSError(f"{name} is a link.")
        return path.open("rb")


class Archive:
    """A bundle as it was downloaded."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)
        names = [info.filename for info in self.zip.infolist() if not info.is_dir()]
        self.names = sorted(set(names))
        self.twice = (
            sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        )

    def open(self, name: str) -> IO[bytes]:
        return self.zip.open(name)


def opened(path: Path, expected: str | None) -> Any:
    """Return the bundle, or raise Unusable where it is none, or not the one whose SHA-256 was told."""
    if path.is_dir():
        if expected:
            raise Unusable("A folder has no SHA-256 of its own: give the ZIP as it was downloaded.")
        return Folder(path)
    if not path.exists():
        raise Unusable(f"{path} does not exist.")
    if expected:
        with path.open("rb") as file:
            found = digest_of(file)[0]
        if found != expected.strip().lower():
            raise Unusable(
                f"The SHA-256 of {path} is {found}, not the one that was given: it is another bundle."
            )
    try:
        return Archive(path)
    except zipfile.BadZipFile as error:
        raise Unusable(f"{path} is no ZIP, or cut off: {error}") from None


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def read_manifest(bundle: Any) -> Facts:
    """Return the manifest, or raise Unusable where there is none or its own digest is wrong."""
    if MANIFEST not in bundle.names or MANIFEST in bundle.twice:
        raise Unusable(f"There is no {MANIFEST}, or more than one: this is no bundle, or the wrong folder.")
    try:
        with bundle.open(MANIFEST) as file:
            raw = file.read(LARGEST_MANIFEST + 1)
        content = json.loads(raw) if len(raw) <= LARGEST_MANIFEST else None
    except (OSError, ValueError, zipfile.BadZipFile, RecursionError) as error:
        raise Unusable(f"{MANIFEST} cannot be read: {error}") from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise Unusable(f"{MANIFEST} is no manifest of the kind {SCHEMA}.")
    said = content.pop("sha256", None)
    if hashlib.sha256(canonical(content)).hexdigest() != said:
        raise Unusable(f"{MANIFEST} was altered: its own digest is not that of its content.")
    return {**content, "sha256": said}


def files(bundle: Any, manifest: Facts) -> list[Facts]:
    """Return what each file is: of the manifest in its order, then those that it does not know."""
    answers, known = [], {MANIFEST}
    for entry in manifest["files"]:
        path = entry["path"]
        known.add(path)
        answer = {"path": path, "kind": entry["kind"], "answer": WHOLE, "why": ""}
        if path not in bundle.names:
            answer.update(answer=MISSING, why="the manifest names it")
        elif path in bundle.twice:
            answer.update(answer=ALTERED, why="the ZIP holds it twice")
        else:
            try:
                with bundle.open(path) as file:
                    found, size = digest_of(file)
                if (found, size) != (entry["sha256"], entry["size"]):
                    answer.update(answer=ALTERED, why=f"its SHA-256 is {found}, not {entry['sha256']}")
            except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
                answer.update(answer=ALTERED, why=f"it cannot be read: {error}")
        answers.append(answer)
    extra = [name for name in bundle.names if name not in known]
    return answers + [
        {"path": name, "kind": "", "answer": EXTRA, "why": "the manifest does not know it"} for name in extra
    ]


def trail(bundle: Any, manifest: Facts) -> tuple[int, list[str]]:
    """Return how many entries of the audit trail there are, and what is wrong with them."""
    wrong: list[str] = []
    last: Facts | None = None
    hashes: dict[int, str] = {}
    if TRAIL not in bundle.names:
        return 0, [f"{TRAIL} is missing"]
    try:
        with bundle.open(TRAIL) as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
                try:
                    event = json.loads(line)
                    covered = {name: event[name] for name in COVERED}
                    seq, said = int(event["seq"]), event["hash"]
                except (ValueError, KeyError, TypeError, RecursionError):
                    wrong.append(f"line {number} is no entry of an audit trail")
                    continue
                if hashlib.sha256(canonical(covered)).hexdigest() != said:
                    wrong.append(f"entry {seq}: its content is not that of its hash")
                if last and seq <= last["seq"]:
                    wrong.append(f"entry {seq} does not come after entry {last['seq']}")
                elif last and seq == last["seq"] + 1 and event["prev_hash"] != last["hash"]:
                    wrong.append(f"entry {seq} does not continue entry {last['seq']}")
                hashes[seq] = said
                last = event
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        wrong.append(f"{TRAIL} cannot be read to its end: {error}")
    told = manifest["audit"]
    here = (len(hashes), min(hashes, default=None), max(hashes, default=None))
    if here != (told["events"], told["first"], told["last"]):
        wrong.append(f"the manifest tells of {told['events']} entries from {told['first']} to {told['last']}")
    for entry in (*manifest["files"], *manifest["missing"]):
        head = entry["about"].get("head") or {}
        if head.get("seq") in hashes and hashes[head["seq"]] != head["hash"]:
            wrong.append(f"entry {head['seq']} is not the head of the chain that {entry['path']} prints")
    return len(hashes), wrong


def main(arguments: list[str] | None = None) -> int:
    """Check as the command line asks, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle without a network.")
    parser.add_argument(
        "bundle", type=Path, help="the ZIP as it was downloaded, or the folder it was unpacked into"
    )
    parser.add_argument("--sha256", metavar="HEX", help="what the SHA-256 of the ZIP must be")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args(arguments)
    try:
        bundle = opened(asked.bundle, asked.sha256)
        manifest = read_manifest(bundle)
        answers = files(bundle, manifest)
        number, wrong = trail(bundle, manifest)
    except (Unusable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"{MANIFEST} is not what a manifest is: {error!r}\n")
        return 2
    lost = manifest["missing"]
    bad = [answer for answer in answers if answer["answer"] != WHOLE]
    right = not bad and not wrong and not lost
    if asked.json:
        result = {
            "files": answers,
            "entries": number,
            "wrong_entries": wrong,
            "lost_by_the_server": lost,
            "whole": right,
        }
        sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        return 0 if right else 1
    period, project = manifest["period"], manifest["project"]
    out = [f"Bundle of {manifest['source']}: {project['reference']} {project['name']}"]
    out += [f"Period {period['start']} to {period['end']}", ""]
    out += [f"{answer['answer'].upper():8} {answer['path']}: {answer['why']}" for answer in bad]
    out += [f"LOST     {it['path']}: {it['why']}" for it in lost]
    out += [f"WRONG    {text}" for text in wrong]
    whole = sum(answer["answer"] == WHOLE for answer in answers)
    out.append(f"{whole} of {len(manifest['files'])} files whole; {number} entries of the audit trail.")
    if not manifest["complete"]:
        out.append("Made for somebody who sees a part of the programme: there may be more than is here.")
    if not asked.sha256:
        out.append(
            "The SHA-256 of the bundle was not held against the one in the project's history (--sha256)."
        )
    out.append("All whole." if right else "NOT ALL WHOLE.")
    sys.stdout.write("\n".join(out) + "\n")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
