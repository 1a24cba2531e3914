"""The milestone figures of docs/rules/milestones.md (rules R2 to R6), as they stand on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from projects.choices import MilestoneStatus, MilestoneType, Precision
from projects.fiscal import FinancialYear
from projects.models import Milestone, MilestoneRevision, State
from projects.models.milestones import MilestoneQuerySet
from projects.progress.arithmetic import Spread, spread
from projects.progress.bands import Band, band

WithDue = Any  # a Milestone loaded `with_due()`: the type checker does not know annotations


@dataclass(frozen=True)
class MilestoneRow:
    """One milestone as it stands on the as-of date. Unknown or not applicable is None, never zero."""

    milestone: Milestone
    state: State
    is_verified: bool
    due_on: dt.date | None
    due_precision: str
    latest_on: dt.date | None
    """The last revised date that counts; None when the date was never revised."""
    overdue_days: int | None
    overdue_baseline_days: int | None
    delay_days: int | None
    slip_days: int | None
    overdue_band: Band | None
    overdue_baseline_band: Band | None
    delay_band: Band | None
    revisions: tuple[MilestoneRevision, ...]
    """The revisions that count on the as-of date, oldest first."""

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_achieved(self) -> bool:
        return self.state == State.ACHIEVED


@dataclass(frozen=True)
class States:
    """How many stand where; the five add up to the total."""

    achieved: int
    open: int
    undated: int
    later: int
    cancelled: int


@dataclass(frozen=True)
class Days:
    """Rows that share a number of days (overdue, delay, slip), the longest first, with their spread."""

    spread: Spread
    rows: tuple[MilestoneRow, ...]


@dataclass(frozen=True)
class OpenByDue:
    """The open ones by their due date; the four add up to the open ones."""

    overdue: int
    due_today: int
    due_this_year: int
    due_later: int
    year: FinancialYear
    """The financial year of the day after the as-of date."""


@dataclass(frozen=True)
class TypeFigures:
    type: str
    total: int
    achieved: int
    open: int
    overdue: int


@dataclass(frozen=True)
class BandFigures:
    """How many are late by so much: open ones against latest and original date, and those achieved late."""

    band: Band
    overdue: int
    overdue_baseline: int
    achieved_late: int


@dataclass(frozen=True)
class AchievedInYear:
    """Achieved from the first day of the as-of date's financial year to the as-of date."""

    year: FinancialYear
    count: int
    known_to_the_day: int
    rows: tuple[MilestoneRow, ...]


@dataclass(frozen=True)
class MilestoneFigures:
    as_of: dt.date
    total: int
    states: States
    verified: int
    """How many of the achieved ones a second person has verified by the as-of date."""
    overdue: Days
    overdue_baseline: Days
    """The open ones past their original date, by the days since then."""
    delays: Days
    slips: Days
    open_by_due: OpenByDue
    by_type: tuple[TypeFigures, ...]
    bands: tuple[BandFigures, ...]
    achieved_this_year: AchievedInYear
    rows: tuple[MilestoneRow, ...]

    def achieved_between(self, start: dt.date, end: dt.date) -> tuple[MilestoneRow, ...]:
        """Return the rows achieved from `start` to `end`, both inclusive, in the order of their dates."""
        return achieved_between(self.rows, start, end)

    def due_between(self, start: dt.date, end: dt.date) -> tuple[MilestoneRow, ...]:
        """Return the open rows due from `start` to `end`, both inclusive, in the order of their dates."""
        found = [row for row in self.rows if row.is_open and row.due_on and start <= row.due_on <= end]
        return tuple(sorted(found, key=lambda row: (row.due_on, row.milestone.reference)))


def milestone_rows(milestones: MilestoneQuerySet, as_of: dt.date) -> tuple[MilestoneRow, ...]:
    """Return the rows of `milestones` on `as_of`; two queries, whatever their number."""
    revisions = MilestoneRevision.objects.select_related("approved_by")
    loaded = (
        milestones.with_due(as_of)
        .select_related("project", "agreement", "claimed_by", "claimant_organisation", "verified_by")
        .prefetch_related(Prefetch("revisions", queryset=revisions))
    )
    return tuple(milestone_row(milestone, as_of) for milestone in loaded)


def milestone_row(loaded: WithDue, as_of: dt.date) -> MilestoneRow:
    """Return the row of a milestone that was loaded `with_due(as_of)` and with its revisions."""
    milestone: Milestone = loaded
    state = milestone.state_on(as_of)
    due_on, latest_on = loaded.due_on, loaded.latest_on
    counted = tuple(
        revision
        for revision in milestone.revisions.all()
        if revision.decided_on is None or revision.decided_on <= as_of
    )
    delay = milestone.delay_days(as_of)
    is_open = state == State.OPEN
    return MilestoneRow(
        milestone=milestone,
        state=state,
        is_verified=(
            state == State.ACHIEVED
            and milestone.status == MilestoneStatus.VERIFIED
            and milestone.verified_on is not None
            and milestone.verified_on <= as_of
        ),
        due_on=due_on,
        due_precision=counted[-1].precision if counted else milestone.baseline_precision,
        latest_on=latest_on,
        overdue_days=_days_past(due_on, as_of) if is_open else None,
        overdue_baseline_days=_days_past(milestone.baseline_on, as_of) if is_open else None,
        delay_days=delay,
        slip_days=milestone.slip_days(),
        overdue_band=band(due_on, as_of) if is_open else None,
        overdue_baseline_band=band(milestone.baseline_on, as_of) if is_open else None,
        delay_band=(
            band(milestone.baseline_on, milestone.actual_on)
            if delay is not None and milestone.actual_on
            else None
        ),
        revisions=counted,
    )


def _days_past(due_on: dt.date | None, as_of: dt.date) -> int | None:
    """The days since the due date, None when it is not past: due on the day itself is not overdue (R4)."""
    return (as_of - due_on).days if due_on and due_on < as_of else None


def milestone_figures(milestones: MilestoneQuerySet, as_of: dt.date) -> MilestoneFigures:
    """Return all milestone figures of the QuerySet on `as_of`."""
    return figures_of(milestone_rows(milestones, as_of), as_of)


def figures_of(rows: Sequence[MilestoneRow], as_of: dt.date) -> MilestoneFigures:
    """Return all milestone figures of rows already computed for the same `as_of`."""
    states = Counter(row.state for row in rows)
    return MilestoneFigures(
        as_of=as_of,
        total=len(rows),
        states=States(
            achieved=states[State.ACHIEVED],
            open=states[State.OPEN],
            undated=states[State.UNDATED],
            later=states[State.LATER],
            cancelled=states[State.CANCELLED],
        ),
        verified=sum(row.is_verified for row in rows),
        overdue=_days(rows, "overdue_days"),
        overdue_baseline=_days(rows, "overdue_baseline_days"),
        delays=_days(rows, "delay_days"),
        slips=_days(rows, "slip_days"),
        open_by_due=_open_by_due(rows, as_of),
        by_type=_by_type(rows),
        bands=tuple(
            BandFigures(
                band=name,
                overdue=sum(row.overdue_band == name for row in rows),
                overdue_baseline=sum(row.overdue_baseline_band == name for row in rows),
                achieved_late=sum(row.delay_band == name for row in rows),
            )
            for name in Band
        ),
        achieved_this_year=_achieved_this_year(rows, as_of),
        rows=tuple(rows),
    )


def _days(rows: Iterable[MilestoneRow], name: str) -> Days:
    known = [row for row in rows if getattr(row, name) is not None]
    known.sort(key=lambda row: (-getattr(row, name), row.milestone.reference))
    return Days(spread=spread([getattr(row, name) for row in known]), rows=tuple(known))


def _open_by_due(rows: Iterable[MilestoneRow], as_of: dt.date) -> OpenByDue:
    year = FinancialYear.of(as_of + dt.timedelta(days=1))
    due = [row.due_on for row in rows if row.is_open and row.due_on]
    return OpenByDue(
        overdue=sum(day < as_of for day in due),
        due_today=sum(day == as_of for day in due),
        due_this_year=sum(as_of < day <= year.last_day for day in due),
        due_later=sum(day > year.last_day for day in due),
        year=year,
    )


def _by_type(rows: Iterable[MilestoneRow]) -> tuple[TypeFigures, ...]:
    found: dict[str, list[MilestoneRow]] = {}
    for row in rows:
        found.setdefault(row.milestone.type, []).append(row)
    order = {code: place for place, code in enumerate(MilestoneType.values)}
    return tuple(
        TypeFigures(
            type=code,
            total=len(members),
            achieved=sum(row.is_achieved for row in members),
            open=sum(row.is_open for row in members),
            overdue=sum(row.overdue_days is not None for row in members),
        )
        for code, members in sorted(found.items(), key=lambda it: (-len(it[1]), order[it[0]]))
    )


def achieved_between(rows: Iterable[MilestoneRow], start: dt.date, end: dt.date) -> tuple[MilestoneRow, ...]:
    """Return the achieved rows whose actual date lies from `start` to `end`, in the order of their dates."""
    found = [
        row
        for row in rows
        if row.is_achieved and row.milestone.actual_on and start <= row.milestone.actual_on <= end
    ]
    return tuple(sorted(found, key=lambda row: (row.milestone.actual_on, row.milestone.reference)))


def _achieved_this_year(rows: Iterable[MilestoneRow], as_of: dt.date) -> AchievedInYear:
    year = FinancialYear.of(as_of)
    found = achieved_between(rows, year.first_day, as_of)
    return AchievedInYear(
        year=year,
        count=len(found),
        known_to_the_day=sum(row.milestone.actual_precision == Precision.DAY for row in found),
        rows=found,
    )
