"""What must hold when a fault is over, read from the database and the disk past the application."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass

from tests.faults.world import World

EDITIONS = ["en", "hi"]


@dataclass
class Found:
    """What became of the reports that were owed: how many of them were issued once, in how many attempts, and what is wrong."""

    reports: int
    issued_once: int
    attempts: int
    broken: list[str]


@dataclass(frozen=True)
class Row:
    key: int
    serial: str
    owed: tuple[int | None, str]
    state: str
    attempt: int
    failure: str
    editions: list[str]
    issues: int
    failures: int

    @property
    def is_issued_once(self) -> bool:
        return (self.state, self.editions, self.issues) == ("issued", EDITIONS, 1)


def found(
    world: World, since: int, expected: int, *, failing: int = 0, attempts: range = range(1, 6)
) -> Found:
    """Look at every report registered after the key `since`; `failing` of them must have failed, with the reason."""
    rows = read(world, since)
    once = [row for row in rows if row.is_issued_once]
    failed = [row for row in rows if row.state == "failed"]
    broken = []
    if len(rows) != expected:
        broken.append(f"{len(rows)} reports registered instead of {expected}")
    if len({row.owed for row in rows}) != len(rows):
        broken.append("a period was registered twice")
    if len(once) != expected - failing:
        wrong = [
            f"{row.serial} {row.state} {row.editions} {row.issues} times" for row in rows if row not in once
        ]
        broken.append(f"not issued once: {'; '.join(wrong[:5])}")
    if [(row.attempt, row.issues, row.failures) for row in failed] != [(5, 0, 1)] * failing:
        broken.append(f"failed: {[(row.serial, row.attempt, row.failure) for row in failed]}")
    beyond = [f"{row.serial}: {row.attempt}" for row in once if row.attempt not in attempts]
    if beyond:
        broken.append(f"attempts outside {attempts.start} to {attempts.stop - 1}: {', '.join(beyond[:5])}")
    broken += [*serials(world), *files(world, since), *drawings(world), *trail(world)]
    return Found(len(rows), len(once), sum(row.attempt for row in rows), broken)


def read(world: World, since: int) -> list[Row]:
    events = Counter(
        (int(key), action)
        for key, action in world.ask(
            "SELECT object_id, action FROM projects_auditevent WHERE action IN ('report.issue', 'report.fail')"
        )
    )
    editions: dict[int, list[str]] = {}
    for key, language in world.ask("SELECT report_id, language FROM reports_edition ORDER BY language"):
        editions.setdefault(key, []).append(language)
    asked = "SELECT id, serial, schedule_id, period_start, state, attempt, failure FROM reports_report WHERE id > ?"
    return [
        Row(
            key,
            serial,
            (schedule, str(start) if schedule else serial),
            state,
            attempt,
            failure,
            editions.get(key, []),
            events[key, "report.issue"],
            events[key, "report.fail"],
        )
        for key, serial, schedule, start, state, attempt, failure in world.ask(f"{asked} ORDER BY id", since)
    ]


def serials(world: World) -> list[str]:
    """Every number of a year and kind is there once, from 1 to the counter's last, whatever became of the report."""
    numbers: dict[str, list[int]] = {}
    for (serial,) in world.ask("SELECT serial FROM reports_report"):
        series, _, number = serial.rpartition("/")
        numbers.setdefault(series, []).append(int(number))
    gaps = [s for s, found in numbers.items() if sorted(found) != list(range(1, len(found) + 1))]
    last = sorted(row[0] for row in world.ask("SELECT last FROM reports_serialcounter WHERE last > 0"))
    if last != sorted(map(len, numbers.values())):
        gaps.append(f"counters stand at {last}")
    return [f"serials broken: {', '.join(gaps)}"] if gaps else []


def files(world: World, since: int) -> list[str]:
    """Every edition's file is whole, and there is no other file: no half one, no draft, none of a zombie."""
    first = since if world.space else 0  # a disk of its own holds only what was issued on it
    rows = world.ask("SELECT sha256, size FROM reports_edition WHERE report_id > ?", first)
    there = {path.name: path for path in world.files.rglob("*") if path.is_file()}
    broken = []
    for sha256, size in rows:
        content = there[sha256].read_bytes() if sha256 in there else b""
        if (
            len(content) != size
            or hashlib.sha256(content).hexdigest() != sha256
            or b"%%EOF" not in content[-32:]
        ):
            broken.append(f"file {sha256[:12]} is missing or not whole")
    left = sorted(there.keys() - {sha256 for sha256, _ in rows})
    if left:
        broken.append(f"files that nobody names: {', '.join(left[:5])}")
    return broken


def drawings(world: World) -> list[str]:
    """Nobody draws any more, a moment after the last report."""
    until = time.monotonic() + 5
    while (left := world.drawings()) and time.monotonic() < until:
        time.sleep(0.2)
    return [f"still drawing: {left}"] if left else []


def trail(world: World) -> list[str]:
    try:
        world.manage("verify_audit")
    except AssertionError as error:
        return [f"the audit trail: {error}"]
    return []
