"""The figures of a report: from `projects.progress` into the one dictionary that every shape of it reads.

docs/snapshot.md describes the dictionary. It is worked out once, from one view of the database, and stored.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from projects.models import Agreement, Organisation, Project, audit
from projects.permissions import Actor
from reports.choices import SCOPES, ReportKind
from reports.figures.agreement import agreement_snapshot
from reports.figures.exceptions import exceptions_snapshot
from reports.figures.partner import partner_snapshot
from reports.figures.programme import programme_snapshot
from reports.figures.project import project_snapshot
from reports.figures.shapes import Shape, day, moment
from reports.figures.transfer import transfer_snapshot
from reports.models import Report

__all__ = [
    "SCHEMA",
    "Snapshot",
    "exceptions_snapshot",
    "frozen_at",
    "one_view",
    "programme_snapshot",
    "project_snapshot",
    "read",
    "snapshot",
    "transfer_snapshot",
]

SCHEMA = "ncmm-report/1"
Snapshot = Shape

# The figures of each kind: the sections of the snapshot beside `meta`, as a person may see them.
SECTIONS: dict[ReportKind, Callable[[Report, Actor], Shape]] = {
    ReportKind.PROGRAMME: lambda it, by: programme_snapshot(it.as_of, it.period, by=by),
    ReportKind.AGREEMENT: lambda it, by: agreement_snapshot(
        cast(Agreement, it.agreement), it.as_of, it.period, by=by
    ),
    ReportKind.PARTNER: lambda it, by: partner_snapshot(
        cast(Organisation, it.organisation), it.as_of, it.period, by=by
    ),
    ReportKind.PROJECT: lambda it, by: project_snapshot(
        cast(Project, it.project), it.as_of, it.period, by=by
    ),
    ReportKind.TRANSFER: lambda it, by: transfer_snapshot(it.as_of, it.period, by=by),
    ReportKind.EXCEPTIONS: lambda it, by: exceptions_snapshot(it.as_of, it.period, by=by),
}


def snapshot(report: Report, *, by: Actor, now: dt.datetime) -> Snapshot:
    """Return the figures of `report` as `by` may see them, frozen at `now`; call it in `one_view`."""
    head = audit.head()
    sections = SECTIONS[ReportKind(report.kind)](report, by)
    return {"schema": SCHEMA, "meta": _meta(report, head, now), **sections}


def read(text: str) -> Snapshot:
    """Return a stored snapshot."""
    found: Snapshot = json.loads(text)
    return found


def frozen_at(snapshot: Snapshot) -> dt.datetime:
    """Return the moment at which the figures were frozen."""
    return dt.datetime.fromisoformat(snapshot["meta"]["frozen_at"])


def _meta(report: Report, head: tuple[int, str], now: dt.datetime) -> Shape:
    old, previous, subject = report.supersedes, report.compared_with, report.subject
    return {
        "serial": report.serial,
        "revision": report.revision,
        "supersedes": {"serial": old.serial, "revision": old.revision} if old else None,
        "reason": report.revision_reason or None,
        "kind": report.kind,
        "scope": (
            {
                "kind": SCOPES[ReportKind(report.kind)],
                "reference": subject.reference,
                "name": report.subject_name,
            }
            if subject
            else None
        ),
        "previous": (
            {
                "serial": previous.serial,
                "as_of": day(previous.as_of),
                "snapshot_sha256": previous.snapshot_sha256,
            }
            if previous
            else None
        ),
        "cadence": report.schedule.cadence if report.schedule else None,
        "period": {"start": day(report.period_start), "end": day(report.period_end)},
        "as_of": day(report.as_of),
        "due_at": moment(report.due_at) if report.due_at else None,
        "late": report.late,
        "frozen_at": moment(now),
        "verify": settings.BASE_URL + reverse("verify-report", args=[report.slug]),
        "generator": {"name": "Mission Tracker", "version": settings.VERSION},
        "audit": {"seq": head[0], "hash": head[1]},
    }


@contextmanager
def one_view() -> Iterator[None]:
    """Let all queries of the block see the database as it stands at the first of them, without stopping a writer.

    Otherwise a milestone verified between two queries would be in one figure of the report and not in the other.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not atomic(): that takes SQLite's one write lock, and keeps it as long as the figures take.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
