"""What a project made in a financial year, told again from the measurements of its production targets.

Written apart from `projects.progress.production`: docs/rules/mass_balance.md says how a value becomes tonnes of a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError

from projects import units
from projects.models import Measurement, Target
from reports.checks.claims import standing

ONE_DAY = dt.timedelta(days=1)
PRODUCTS = {"MAG": "ndfeb_magnet", "MET": "ndpr_metal", "OXD": "ndpr_oxide"}
OTHER_MAGNETS = ("smco", "samarium", "ferrite", "alnico")


@dataclass(frozen=True)
class Output:
    """Tonnes of a year, or None; `left_out` counts the measurements that are no tonnes of it."""

    tonnes: Fraction | None
    left_out: int
    last: dt.date | None = None
    """The last day of what was counted."""


def product_of(target: Target, family: str, name: str) -> str | None:
    """Return what a target of "PRD" or "CAP" counts; None for any other, and for magnets of another kind."""
    own, _dash, code = target.indicator.code.partition("-")
    found = PRODUCTS.get(code) if own == family else None
    words = f"{target.title} {name}".casefold()
    other = found == "ndfeb_magnet" and any(it in words for it in OTHER_MAGNETS)
    return None if other else found


def tonnes(value: Any, unit: str, wanted: str) -> Fraction | None:
    try:
        return Fraction(units.convert(value, unit, wanted))
    except ValidationError:
        return None


def first_day(day: dt.date) -> dt.date:
    """Return the 1 April on or before a day."""
    return dt.date(day.year - (day.month < 4), 4, 1)


def months(start: dt.date, end: dt.date) -> Fraction:
    """Return the months from a day to another, both inclusive; of a month that is not full its part of days."""
    total, day = Fraction(0), start
    while day <= end:
        following = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
        last = min(end, following - ONE_DAY)
        length = (following - day.replace(day=1)).days
        total += Fraction((last - day).days + 1, length)
        day = following
    return total


def most(
    targets: Sequence[Target], rows: Sequence[Measurement], year: dt.date, as_of: dt.date, which: str
) -> Output:
    """Return the larger of what the targets of one product measure of the year that begins on `year`."""
    found = [_of(it, [row for row in rows if row.target_id == it.pk], year, as_of, which) for it in targets]
    left_out = sum(it.left_out for it in found)
    known = [it for it in found if it.tonnes is not None]
    best = max(known, key=lambda it: it.tonnes or 0, default=None)
    return Output(best.tonnes, left_out, best.last) if best else Output(None, left_out)


def _of(target: Target, rows: Sequence[Measurement], year: dt.date, as_of: dt.date, which: str) -> Output:
    counted = standing(
        rows,
        which,
        as_of,
        day=lambda row: row.period_end,
        level=target.indicator.minimum_level,
        later_replace=False,
    )
    end = year.replace(year=year.year + 1) - ONE_DAY
    basis = target.measure_basis
    if basis == "cumulative":
        return _growth(target, counted, year, end)
    inside = [row for row in counted if year <= row.period_end <= end]
    if basis == "stock":
        return Output(None, len(inside))
    return _sum(target, inside, year, is_rate=basis == "rate")


def _growth(target: Target, counted: Sequence[Measurement], start: dt.date, end: dt.date) -> Output:
    """A running total grew from the value before the year, a baseline of the year, or the first value inside."""
    near = [row for row in counted if start - ONE_DAY <= row.period_end <= end]
    if not near or near[-1].period_end < start:
        return Output(None, 0)
    begins, known = target.baseline_as_of, [row.value for row in near]
    if target.baseline_value is not None and begins is not None and begins >= start - ONE_DAY:
        known.insert(0, target.baseline_value)
    if len(known) < 2:
        return Output(None, len(near))
    grown = tonnes(known[-1] - known[0], target.unit, "t")
    return Output(None, len(near)) if grown is None else Output(grown, 0, near[-1].period_end)


def _sum(target: Target, inside: Sequence[Measurement], start: dt.date, *, is_rate: bool) -> Output:
    """Of spans that overlap the longest counts; a value that is no tonnes of the year is left out."""
    spans = sorted(
        ((row.period_start or first_day(row.period_end), row.period_end, row) for row in inside),
        key=lambda it: (it[1] - it[0], it[2].pk),
        reverse=True,
    )
    taken: list[tuple[dt.date, dt.date]] = []
    total, left_out = Fraction(0), 0
    for begins, ends, row in spans:
        if any(begins <= other_end and other_begin <= ends for other_begin, other_end in taken):
            continue
        amount = _rate(target, row) if is_rate else _amount(target, row)
        if amount is None or begins < start:
            left_out += 1
        else:
            taken.append((begins, ends))
            total += amount
    if not taken:
        return Output(None, left_out)
    return Output(total, left_out, max(ends for _begins, ends in taken))


def _amount(target: Target, row: Measurement) -> Fraction | None:
    weight = tonnes(row.value, target.unit, "t")
    return tonnes(row.value, target.unit, "t per year") if weight is None else weight


def _rate(target: Target, row: Measurement) -> Fraction | None:
    yearly = tonnes(row.value, target.unit, "t per year")
    if yearly is None or row.period_start is None:
        return None
    if units.unit(target.unit).code.endswith(("per day", "per hour")):
        return yearly * ((row.period_end - row.period_start).days + 1) / units.DAYS_OF_A_YEAR
    return yearly * months(row.period_start, row.period_end) / 12
