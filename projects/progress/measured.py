"""What is reached of a target on a day: docs/rules/measurements.md, over the measurements of one target.

Pages, API and reports all ask here. Claimed and verified are two readings of the same rows and never mixed: a value
of the one is never filled up from the other. In whatever order the rows were entered, the figures are the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import MeasureBasis, MeasurementStatus
from projects.fiscal import FinancialYear
from projects.models import Measurement, standing
from projects.progress.arithmetic import half_up


@dataclass(frozen=True)
class LeftOut:
    """A measurement that counts by itself but is not added up, because another one covers its days."""

    row: Measurement
    within: Measurement
    is_part: bool
    """Whether it lies wholly within the other one; otherwise the two overlap, and one of them is wrong."""


@dataclass(frozen=True)
class Measured:
    """One value with the measurements it is made of, in the order of their periods."""

    value: Decimal
    rows: tuple[Measurement, ...]
    left_out: tuple[LeftOut, ...] = ()
    year: FinancialYear | None = None
    """Of a year's value: which year."""
    days_covered: int | None = None
    """Of a year's value: how many days of the year are measured."""

    @property
    def latest(self) -> Measurement:
        return self.rows[-1]

    @property
    def period_start(self) -> dt.date | None:
        return self.rows[0].days()[0] if self.year else self.latest.period_start

    @property
    def period_end(self) -> dt.date:
        return self.latest.period_end

    @property
    def is_whole_year(self) -> bool:
        """Whether every day of the financial year is measured; True where no year is asked for."""
        return self.year is None or self.days_covered == _days(self.year.first_day, self.year.last_day)

    @property
    def is_sum(self) -> bool:
        return len(self.rows) > 1

    @property
    def overlaps(self) -> tuple[LeftOut, ...]:
        return tuple(it for it in self.left_out if not it.is_part)

    @property
    def level(self) -> int:
        """The lowest level of what it is made of: a sum is verified no better than its weakest part."""
        return min(row.level for row in self.rows)

    @property
    def verified_on(self) -> dt.date | None:
        """The day from which all of it was verified; None while a part is not."""
        days = [row.verified_on for row in self.rows]
        return None if None in days else max(day for day in days if day is not None)

    # Who said the latest part, and where: what a line of a table can name.

    @property
    def pk(self) -> int:
        return self.latest.pk

    @property
    def claimed_by(self) -> Any:
        return self.latest.claimed_by

    @property
    def source_url(self) -> str:
        return self.latest.source_url


@dataclass(frozen=True)
class MeanRate:
    """A rate over a window of days: each measurement weighs as many days as it covers of it."""

    value: Decimal
    days_covered: int
    days_asked: int
    rows: tuple[Measurement, ...]


def claimed_rows(rows: Sequence[Measurement], as_of: dt.date) -> list[Measurement]:
    """Return what is claimed on the day: periods that have ended, neither returned nor replaced by a correction."""
    return standing.kept(_ended(rows, as_of), standing.is_open)


def verified_rows(rows: Sequence[Measurement], as_of: dt.date, minimum_level: int) -> list[Measurement]:
    """Return what was verified by the day at `minimum_level` or above, and not replaced by what was verified by then."""
    confirmed = standing.kept(_ended(rows, as_of), lambda row: standing.is_verified(row, as_of))
    return [row for row in confirmed if row.level >= minimum_level]


def claimed(rows: Sequence[Measurement], basis: str, as_of: dt.date) -> Measured | None:
    """Return the claimed value on `as_of`, verified or not; None where nothing is claimed."""
    return aggregate(claimed_rows(rows, as_of), basis)


def verified(rows: Sequence[Measurement], basis: str, as_of: dt.date, minimum_level: int) -> Measured | None:
    """Return the verified value on `as_of`; None where nothing is verified at the level."""
    return aggregate(verified_rows(rows, as_of, minimum_level), basis)


def aggregate(rows: Iterable[Measurement], basis: str) -> Measured | None:
    """Return the one value of rows that all count.

    Cumulative, stock and rate: the latest by the end of its period, for what has accumulated contains
    what came before. Annual: the sum over the latest financial year that is measured.
    """
    ordered = sorted(rows, key=_by_end)
    if not ordered:
        return None
    if basis == MeasureBasis.ANNUAL:
        return years(ordered)[-1]
    return Measured(value=ordered[-1].value, rows=(ordered[-1],))


def years(rows: Iterable[Measurement]) -> tuple[Measured, ...]:
    """Return the value of each financial year that is measured, the earliest first; a period counts in the year it ends in."""
    found: dict[FinancialYear, list[Measurement]] = {}
    for row in rows:
        found.setdefault(FinancialYear.of(row.period_end), []).append(row)
    return tuple(_year(year, found[year]) for year in sorted(found))


def mean_rate(rows: Iterable[Measurement], start: dt.date, end: dt.date) -> MeanRate | None:
    """Return the mean of a rate from `start` to `end`, both included, weighted by the days of each period.

    Days that are not measured have no part in it (R0); None where none is.
    """
    parts = [(row, max(row.days()[0], start), min(row.days()[1], end)) for row in rows]
    taken, _left = _apart([row for row, first, last in parts if first <= last])
    weights = [(row, _days(max(row.days()[0], start), min(row.days()[1], end))) for row in taken]
    covered = sum(days for _given, days in weights)
    if not covered:
        return None
    total = sum((Fraction(row.value) * days for row, days in weights), Fraction(0))
    return MeanRate(
        value=half_up(total / covered),
        days_covered=covered,
        days_asked=_days(start, end),
        rows=tuple(taken),
    )


def _ended(rows: Iterable[Measurement], as_of: dt.date) -> list[Measurement]:
    """A row whose period ends after the day takes part in nothing, also not as a correction."""
    return [row for row in rows if row.period_end <= as_of]


def _year(year: FinancialYear, rows: list[Measurement]) -> Measured:
    taken, left_out = _apart(rows)
    return Measured(
        value=sum((row.value for row in taken), Decimal(0)),
        rows=tuple(taken),
        left_out=tuple(left_out),
        year=year,
        days_covered=sum(_days(max(row.days()[0], year.first_day), row.period_end) for row in taken),
    )


def _apart(rows: Sequence[Measurement]) -> tuple[list[Measurement], list[LeftOut]]:
    """Return rows no two of which cover the same day, in the order of their periods, and what is left out for that.

    The later end wins, then the longer period: so the year's value stands for those of its quarters.
    """
    taken: list[Measurement] = []
    left_out: list[LeftOut] = []
    for row in sorted(rows, key=lambda it: (it.period_end, -it.days()[0].toordinal(), it.pk), reverse=True):
        first, last = row.days()
        other = next((it for it in taken if it.days()[0] <= last and first <= it.days()[1]), None)
        if other is None:
            taken.append(row)
        else:
            left_out.append(LeftOut(row=row, within=other, is_part=other.days()[0] <= first))
    return taken[::-1], left_out


def _by_end(row: Measurement) -> tuple[dt.date, dt.date, int]:
    return row.period_end, row.days()[0], row.pk


def _days(first: dt.date, last: dt.date) -> int:
    return (last - first).days + 1


class Standing(TextChoices):
    """Why a measurement does or does not make a value of its target on a day."""

    COUNTS = "counts", _("counts")
    RETURNED = "returned", _("returned, does not count")
    REPLACED = "replaced", _("replaced by a correction")
    LATER = "later", _("ends after this day")
    EARLIER = "earlier", _("a later value counts")
    EARLIER_YEAR = "earlier_year", _("counts for its own year")
    PART = "part", _("lies within a longer period that counts")
    OVERLAP = "overlap", _("not added: overlaps a period that counts")
    UNVERIFIED = "unverified", _("not verified by this day")
    LEVEL = "level", _("verified below the level that the indicator asks for")


@dataclass(frozen=True)
class Stand:
    """One measurement, and how it stands towards the claimed and the verified value."""

    row: Measurement
    claimed: Standing
    verified: Standing


def standings(
    rows: Sequence[Measurement], basis: str, as_of: dt.date, minimum_level: int
) -> tuple[Stand, ...]:
    """Return how each measurement stands on the day, the latest period first: every figure's rows, and why the others are none."""
    open_, confirmed = claimed_rows(rows, as_of), verified_rows(rows, as_of, minimum_level)
    by_claim = _counting(open_, aggregate(open_, basis))
    by_proof = _counting(confirmed, aggregate(confirmed, basis))
    return tuple(
        Stand(
            row=row,
            claimed=by_claim.get(row.pk) or _claim_outside(row, as_of),
            verified=by_proof.get(row.pk) or _proof_outside(row, as_of, minimum_level),
        )
        for row in sorted(rows, key=_by_end, reverse=True)
    )


def _counting(rows: Iterable[Measurement], found: Measured | None) -> dict[int, Standing]:
    """Return the standing of rows that count by themselves towards the value that is made of some of them."""
    if found is None:
        return {}
    outside = Standing.EARLIER_YEAR if found.year else Standing.EARLIER
    known = {row.pk: outside for row in rows}
    known |= {it.row.pk: Standing.PART if it.is_part else Standing.OVERLAP for it in found.left_out}
    return known | {row.pk: Standing.COUNTS for row in found.rows}


def _claim_outside(row: Measurement, as_of: dt.date) -> Standing:
    if row.period_end > as_of:
        return Standing.LATER
    return Standing.RETURNED if row.status == MeasurementStatus.RETURNED else Standing.REPLACED


def _proof_outside(row: Measurement, as_of: dt.date, minimum_level: int) -> Standing:
    if row.period_end > as_of:
        return Standing.LATER
    if row.status == MeasurementStatus.RETURNED:
        return Standing.RETURNED
    if not standing.is_verified(row, as_of):
        return Standing.UNVERIFIED
    return Standing.LEVEL if row.level < minimum_level else Standing.REPLACED
