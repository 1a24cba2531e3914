#!/usr/bin/env python3
"""Verifies an exported audit trail, and sealed checkpoints beside it, without the server and without a network.

    python3 verify_audit.py trail.jsonl --checkpoints FOLDER [--head NUMBER HASH] [--key FILE]

The trail comes from `manage.py export_audit`, the checkpoints from the server's CHECKPOINT_DIR, better from a copy that the
server's administrators could not reach. It goes through the chain of events, holds every checkpoint against it, and
names the first bad place. `--head` holds against it what a report prints. `--key` checks the seals, too.

Needs Python 3.9 and nothing else. Ends with 0 when all is well, with 1 when something is not, with 2 when it could
not check.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRAIL, CHECKPOINT = "ncmm-audit/1", "ncmm-checkpoint/1"
NAME = re.compile(r"checkpoint-(\d{6})\.json\Z")
GENESIS = "0" * 64
UNSEALED = ("hmac", "signature")

Facts = dict[str, Any]


class Unusable(Exception):
    """Nothing can be checked; the text says why."""


class Bad(Exception):
    """Something is not as it was written; the text names the place and what is wrong."""


def canonical(value: Any) -> bytes:
    """Return the bytes that hashes and seals cover."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lines(path: Path) -> Iterator[Facts]:
    """Yield the lines of an export, one by one: it may be as long as a library."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    found = json.loads(line)
                except ValueError:
                    raise Bad(f"Line {number} of the export is no JSON.") from None
                if not isinstance(found, dict):
                    raise Bad(f"Line {number} of the export is no event.")
                yield found
    except OSError as error:
        raise Unusable(f"The export {path} cannot be read: {error.strerror}") from None


class Files:
    """The list of files of one kind, as checkpoints count it: the digest of its lines, and how many there are."""

    def __init__(self) -> None:
        self.digest, self.files = hashlib.sha256(), 0

    def add(self, seq: int, digests: list[str]) -> None:
        for digest in sorted(digests):
            self.digest.update(f"{seq} {digest}\n".encode())
            self.files += 1

    def now(self) -> Facts:
        return {"files": self.files, "sha256": self.digest.copy().hexdigest()}


def checkpoints(folder: Path, keys: list[bytes]) -> dict[int, tuple[Facts, str]]:
    """Return the checkpoints by number with the digests of their files, or raise Bad at the first that is not right."""
    if not folder.is_dir():
        raise Unusable(f"{folder} is no folder.")
    paths = {int(match[1]): path for path in folder.iterdir() if (match := NAME.match(path.name))}
    found: dict[int, tuple[Facts, str]] = {}
    before: Facts | None = None
    for number in range(1, max(paths, default=0) + 1):
        if number not in paths:
            raise Bad(f"Checkpoint {number} is missing.")
        raw = paths[number].read_bytes()
        try:
            content = json.loads(raw)
            whole = content["schema"] == CHECKPOINT and content["number"] == number
            whole = whole and all(name in content for name in ("previous", "day", "evidence", "reports"))
            whole = (
                whole
                and isinstance(content["audit"]["seq"], int)
                and isinstance(content["audit"]["hash"], str)
            )
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise Bad(f"Checkpoint {number} is none, or stands under another's name.")
        if content["previous"] != before:
            raise Bad(f"Checkpoint {number} does not continue the one before it.")
        sealed_right(content, keys)
        found[number] = (content, sha256(raw))
        before = {"name": paths[number].name, "sha256": sha256(raw)}
    return found


def sealed_right(content: Facts, keys: list[bytes]) -> None:
    """Raise Bad unless the seal is right; without keys nothing is asked."""
    if not keys:
        return
    said = canonical({name: value for name, value in content.items() if name not in UNSEALED})
    seals = [hmac.new(key, said, hashlib.sha256).hexdigest() for key in keys]
    if not any(hmac.compare_digest(seal, str(content.get("hmac"))) for seal in seals):
        raise Bad(f"Checkpoint {content['number']} was changed: its seal does not fit the key.")


def follow(
    path: Path, heads: list[tuple[int, str, str]], kept: dict[int, tuple[Facts, str]]
) -> tuple[int, str]:
    """Walk the chain and return its head, or raise Bad at the first place that is not right."""
    told = lines(path)
    head = next(told, None)
    if head is None or head.get("schema") != TRAIL:
        raise Unusable(f"{path} is no export of the kind {TRAIL}.")
    seq, last, end = 0, GENESIS, None
    waiting = sorted(
        [
            *heads,
            *((it["audit"]["seq"], it["audit"]["hash"], f"checkpoint {n}") for n, (it, _) in kept.items()),
        ]
    )
    by_seq = {it["audit"]["seq"]: (number, it) for number, (it, _) in kept.items()}
    evidence, reports, fitted = Files(), Files(), 0
    for event in told:
        if end is not None:
            raise Bad("The export goes on after its end.")
        if "end" in event:
            end = event["end"]
            continue
        seq += 1
        found = event.pop("hash", None)
        if event.get("seq") != seq:
            raise Bad(f"Event {seq} is missing.")
        if event.get("prev_hash") != last:
            raise Bad(f"Event {seq} does not continue the event before it.")
        if sha256(canonical(event)) != found:
            raise Bad(f"Event {seq}: its content was changed.")
        last = str(found)
        while waiting and waiting[0][0] <= seq:
            number, digest, source = waiting.pop(0)
            if digest != last:
                raise Bad(
                    f"Event {number} has another hash than {source} bears: the trail was rewritten somewhere from event {fitted + 1} on."
                )
            fitted = number
        count(event, evidence, reports)
        told_of(event, kept)
        if seq in by_seq:
            number, it = by_seq[seq]
            for name, files in (("evidence", evidence), ("reports", reports)):
                if it[name] != files.now():
                    raise Bad(
                        f"Checkpoint {number} counts other files of {name} than the trail up to event {seq}."
                    )
    if waiting:
        raise Bad(
            f"Event {seq + 1}: the trail ends before it, and {waiting[0][2]} bears event {waiting[0][0]}. Its end was cut off."
        )
    if end != {"events": seq, "hash": last}:
        raise Bad(f"Event {seq + 1}: the export is cut off, its end does not fit.")
    return seq, last


def count(event: Facts, evidence: Files, reports: Files) -> None:
    """Count the files of which the event tells."""
    after = event.get("after") or {}
    if event["object_type"] == "projects.evidence" and event["action"] == "evidence.add":
        evidence.add(event["seq"], [str(after.get("sha256"))])
    elif event["object_type"] == "reports.report" and event["action"] == "report.issue":
        editions = (
            [it["sha256"] for it in after["editions"]]
            if "editions" in after
            else [str(after.get("pdf_sha256"))]
        )
        reports.add(event["seq"], editions)


def told_of(event: Facts, kept: dict[int, tuple[Facts, str]]) -> None:
    """Hold against the folder what the trail tells of a checkpoint."""
    if event["action"] != "checkpoint.write" or not kept:
        return
    number, digest = event["after"]["number"], event["after"]["sha256"]
    if number not in kept:
        raise Bad(f"Checkpoint {number} is missing: event {event['seq']} tells of it.")
    if kept[number][1] != digest:
        raise Bad(f"Checkpoint {number} is another one than event {event['seq']} tells of.")


def main(arguments: list[str] | None = None) -> int:
    """Check as the command line asks, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="Verify an exported audit trail beside sealed checkpoints.")
    parser.add_argument("trail", type=Path, help="the export, JSON lines")
    parser.add_argument(
        "--checkpoints", type=Path, metavar="FOLDER", help="hold these checkpoints against it"
    )
    parser.add_argument(
        "--head",
        nargs=2,
        action="append",
        default=[],
        metavar=("NUMBER", "HASH"),
        help="as a report prints it",
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="check the seals with this key")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args(arguments)
    try:
        keys = [bytes.fromhex(line) for line in asked.key.read_text().split()] if asked.key else []
        heads = [(int(number), digest.lower(), "the head given") for number, digest in asked.head]
        kept: dict[int, tuple[Facts, str]] = {}
        wrong, seq, last = "", 0, ""
        try:
            if asked.checkpoints:
                kept = checkpoints(asked.checkpoints, keys)
            seq, last = follow(asked.trail, heads, kept)
        except Bad as bad:
            wrong = str(bad)
    except (Unusable, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if asked.json:
        told = {
            "whole": not wrong,
            "wrong": wrong,
            "events": seq,
            "head": last,
            "checkpoints": len(kept),
            "seals": bool(keys),
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    elif wrong:
        sys.stdout.write(f"BROKEN. {wrong}\n")
    else:
        seals = "their seals are right" if keys else "their seals were not checked (--key)"
        sys.stdout.write(f"Unbroken: {seq} events, the last {last}; {len(kept)} checkpoints, {seals}.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
