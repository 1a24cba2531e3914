"""Times the audit trail on a PostgreSQL of its own (`make bench-audit`): writing with four writers, and verifying a million events.

The writers change milestones through the door, each in a process and on a connection of its own; PostgreSQL keeps
what is committed. The million are then copied in past the door, with right hashes and rows that fit them, which only a
database that is thrown away may be. Ends with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import multiprocessing
import os
import platform
import resource
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from bench import say

LEAST_PER_SECOND, MOST_SECONDS = 300, 60
WRITERS, EACH = 4, 20  # events of one row


def main() -> int:
    """Measure as the command line asks, and return the exit status."""
    parser = argparse.ArgumentParser(description="Time the audit trail.")
    parser.add_argument("--seconds", type=int, default=10, help="how long the writers write")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events are verified")
    asked = parser.parse_args()
    from tests import services  # noqa: PLC0415 - reads the environment of the run

    folder, database = services.new_folder(), services.start_postgres(durable=True)
    os.environ.update(
        DATABASE_URL=database.url,
        DATA_DIR=str(folder),
        SECRET_KEY=secrets.token_urlsafe(64),
        LOG_LEVEL="WARNING",
    )
    try:
        django.setup()
        return _measured(asked)
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measured(asked: argparse.Namespace) -> int:
    from django.core.management import call_command  # noqa: PLC0415 - Django stands only now
    from django.db import connection  # noqa: PLC0415 - as above

    from projects.models import audit  # noqa: PLC0415 - as above
    from reports import audit_check  # noqa: PLC0415 - as above
    from tests import cast as people  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    cast = people.assemble()
    rows = [people.milestone(f"WRT-{n}", cast.our_project).pk for n in range(WRITERS)]
    say(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    before, start = audit.head()[0], time.monotonic()
    connection.close()
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        pool.map(_warm, range(WRITERS), chunksize=1)
        start = time.monotonic()
        pool.starmap(_write, [(pk, asked.seconds) for pk in rows], chunksize=1)
        seconds = time.monotonic() - start
    per_second = (audit.head()[0] - before) / seconds
    say(f"{WRITERS} writers: {per_second:.0f} events/s (at least {LEAST_PER_SECOND})")

    start = time.monotonic()
    _fill(rows[0], asked.events)
    say(f"{asked.events:,} events copied in, {time.monotonic() - start:.0f} s")
    start, worked = time.monotonic(), time.process_time()
    broken = audit.first_break()
    chain, own = time.monotonic() - start, time.process_time() - worked
    say(f"chain of {audit.head()[0]:,} events: {chain:.1f} s by the clock, {own:.1f} s of this processor")
    start, worked = time.monotonic(), time.process_time()
    wrong = next(audit_check.faults(audit_check.Found(), files=False), None)
    whole, worked = time.monotonic() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        f"verify_audit --without-files: {whole:.1f} s by the clock, {worked:.1f} s of this processor "
        f"(at most {MOST_SECONDS}); peak {peak} MB"
    )
    if broken or wrong:
        raise RuntimeError(f"What was copied in is not whole: {broken or wrong}")
    return int(per_second < LEAST_PER_SECOND or worked > MOST_SECONDS)


def _warm(_number: int) -> None:
    django.setup()


def _write(pk: int, seconds: int) -> None:
    """Change the milestone through the door, again and again."""
    from projects.models import Milestone, audit  # noqa: PLC0415 - in a process of its own, Django stands only now
    from tests.cast import system  # noqa: PLC0415 - as above

    row, by, number = Milestone.objects.get(pk=pk), system(), 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number += 1
        audit.change(row, by=by, action="bench", changes={"title": f"Furnace {number}"}, reason="Measured")


def _fill(pk: int, count: int) -> None:
    """Copy `count` events in, on milestones that are what the last of their events say."""
    from django.db import connection  # noqa: PLC0415 - as in _measured

    from projects.models import Milestone, audit  # noqa: PLC0415 - as above

    row = Milestone.objects.get(pk=pk)
    columns = ", ".join(
        f'"{it.column}"' for it in row._meta.concrete_fields if it.column not in ("id", "reference", "title")
    )
    first = Milestone.objects.latest("pk").pk + 1
    head = audit.head()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO projects_milestone (id, reference, title, {columns}) SELECT {first} + n, 'BEN-' || n, "
            f"'Furnace {EACH - 1}', {columns} FROM projects_milestone, generate_series(0, {count // EACH - 1}) n WHERE id = {pk} ORDER BY n"
        )
        names = ("seq", "prev_hash", "hash", "at", "actor_id", "role", "action", "object_type", "object_id")
        more = ("object_label", "before", "after", "reason", "request_id")
        with cursor.copy(f"COPY projects_auditevent ({', '.join((*names, *more))}) FROM STDIN") as copy:
            for event in _events(row, head, first, count):
                copy.write_row(event)
        cursor.execute("ANALYZE")


def _events(row: Any, head: tuple[int, str], first: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the table, chained: each milestone is made, and its title is then changed 19 times."""
    from projects.models import audit  # noqa: PLC0415 - as in _measured

    seq, last = head
    facts, at = row.facts(), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    said_at = at.isoformat(timespec="microseconds")
    for number in range(count):
        which, turn = number % (count // EACH), number // (count // EACH)
        title = f"Furnace {turn}"
        after = {**facts, "reference": f"BEN-{which}", "title": title} if turn == 0 else {"title": title}
        before = {"title": f"Furnace {turn - 1}"} if turn else None
        seq += 1
        content = {
            "seq": seq,
            "prev_hash": last,
            "at": said_at,
            "actor": None,
            "role": "officer",
            "action": "milestone.log" if turn == 0 else "milestone.change",
            "object_type": "projects.milestone",
            "object_id": str(first + which),
            "object_label": f"BEN-{which} {title}",
            "before": before,
            "after": after,
            "reason": "" if turn == 0 else "The furnace was moved",
            "request_id": "",
        }
        digest = hashlib.sha256(audit.canonical(content).encode()).hexdigest()
        told = {**content, "at": at, "before": before and json.dumps(before), "after": json.dumps(after)}
        yield (seq, last, digest, *(told[name] for name in list(content)[2:]))
        last = digest


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    sys.exit(main())
