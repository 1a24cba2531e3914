"""What a schedule will do: which reports it owes at once, and when the next ones are due. Writes nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import dropwhile, islice

from django.utils import timezone

from reports import periods
from reports.models import ReportSchedule
from reports.periods import Period

NEXT = 6


@dataclass(frozen=True)
class Due:
    """A period and the moment at which its report is owed."""

    period: Period
    due_at: dt.datetime


@dataclass(frozen=True)
class Preview:
    """`at_once`: what is owed already and not registered yet, oldest first; a paused schedule owes it when it goes on.

    `following`: the next reports after that. `owner_problem`: why none of them could be issued, or "".
    """

    at_once: list[Due]
    following: list[Due]
    owner_problem: str


def of(schedule: ReportSchedule, *, now: dt.datetime) -> Preview:
    """Return the preview of a schedule, saved or not, that is valid; costs two queries, one of them for rights."""
    there = set(schedule.reports.values_list("period_start", flat=True)) if schedule.pk else set()
    return Preview(
        at_once=[_due(schedule, period) for period in schedule.owed(now) if period.start not in there],
        following=following(schedule, now=now),
        owner_problem=schedule.owner_problem(timezone.localdate(now)),
    )


def following(schedule: ReportSchedule, *, now: dt.datetime, count: int = NEXT) -> list[Due]:
    """Return the next `count` reports of the schedule that are not due yet, fewer where it ends."""
    covered = periods.scheduled(schedule.cadence, schedule.starts_on, schedule.ends_on)
    coming = dropwhile(lambda period: schedule.due_at(period) <= now, covered)
    return [_due(schedule, period) for period in islice(coming, count)]


def _due(schedule: ReportSchedule, period: Period) -> Due:
    return Due(period, schedule.due_at(period))
