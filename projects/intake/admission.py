"""Admitting a folder of records: read everything, check everything, then write everything or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from projects import permissions
from projects.intake import linking, rules, writing
from projects.intake.problems import Refused
from projects.intake.reading import Row, read_folder
from projects.intake.tables import TABLES
from projects.models import audit


@dataclass(frozen=True)
class Count:
    """What became of the rows of one file."""

    file: str
    added: int
    unchanged: int


@dataclass(frozen=True)
class Outcome:
    counts: tuple[Count, ...]
    ignored: tuple[str, ...]

    @property
    def added(self) -> int:
        return sum(count.added for count in self.counts)


def admit(path: Path, *, now: dt.datetime, dry_run: bool = False) -> Outcome:
    """Write what the folder holds and is not there yet, in one transaction, and return what was written.

    Refused lists every problem of every file, and then the database is as it was. Rows that were
    imported before are skipped, so admitting a folder twice changes nothing. A dry run does the same
    and takes everything back.
    """
    folder = read_folder(path)
    folder.problems += [problem for row in folder.all_rows() for problem in rules.problems_of(row)]
    with transaction.atomic():
        present = linking.look_up(folder)
        folder.problems += linking.problems_of(folder, present)
        folder.refuse_if_broken()
        fresh = {
            name: [row for row in rows if not linking.is_unchanged(row, present)]
            for name, rows in folder.rows.items()
        }
        if any(fresh.values()):
            _write(fresh, present, now)
        if dry_run:
            transaction.set_rollback(True)
    return Outcome(
        counts=tuple(
            Count(file=TABLES[name].file, added=len(fresh[name]), unchanged=len(rows) - len(fresh[name]))
            for name, rows in folder.rows.items()
        ),
        ignored=tuple(folder.ignored),
    )


def _write(fresh: dict[str, list[Row]], present: linking.Present, now: dt.datetime) -> None:
    by = audit.system_actor("import", on=timezone.localdate(now))
    permissions.require(by, writing.ACTION)
    writer = writing.Writer(by=by, now=now, present=present)
    for name, rows in fresh.items():
        for row in _ordered(name, rows):
            try:
                writer.write(row)
            except ValidationError as invalid:
                # The rules above are meant to leave nothing to the models; if they do, it is said all the same.
                raise Refused([row.problem("", " ".join(invalid.messages))]) from invalid


def _ordered(name: str, rows: Iterable[Row]) -> list[Row]:
    if name == "projects":
        return writing.in_order(rows)
    if name == "targets":
        # The first of an indicator's targets names it: by reference, so that the file's order decides nothing.
        return sorted(rows, key=lambda row: row.reference)
    return list(rows)
