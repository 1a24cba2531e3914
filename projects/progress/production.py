"""What was made in a span of time, from the measurements of production targets: the rule in docs/rules/mass_balance.md.

Claimed and verified are worked out apart. What cannot be turned into tonnes for the span is left out and counted, never
taken as 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError

from projects import units
from projects.choices import Material, MeasureBasis
from projects.fiscal import FinancialYear, months_between
from projects.models import Measurement, Target, standing

MADE: dict[str, Material] = {
    "PRD-MAG": Material.NDFEB_MAGNET,
    "PRD-MET": Material.NDPR_METAL,
    "PRD-OXD": Material.NDPR_OXIDE,
}
CAPACITY: dict[str, Material] = {
    "CAP-MAG": Material.NDFEB_MAGNET,
    "CAP-MET": Material.NDPR_METAL,
    "CAP-OXD": Material.NDPR_OXIDE,
}
ASSURED: dict[str, Material] = {"SUP-NDPR": Material.NDPR_OXIDE}
OTHER_MAGNETS = ("smco", "samarium", "ferrite", "alnico")
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """Tonnes of one product; None where none is known. `left_out` are rows that could not be counted."""

    tonnes: Fraction | None
    rows: tuple[Measurement, ...]
    left_out: tuple[Measurement, ...]


@dataclass(frozen=True)
class Tonnes:
    """`verified` is what a second person has confirmed. None: not known, which is not 0."""

    claimed: Decimal | None
    verified: Decimal | None


def material_of(target: Target, codes: Mapping[str, Material], product: str = "") -> Material | None:
    """Return what a target counts by its indicator's code; None for other codes and for magnets that are no NdFeB."""
    found = codes.get(target.indicator.code)
    if found is Material.NDFEB_MAGNET and is_other_magnet(f"{target.title} {product}"):
        return None
    return found


def is_other_magnet(words: str) -> bool:
    return any(name in words.casefold() for name in OTHER_MAGNETS)


def counting(
    rows: Sequence[Measurement], target: Target, as_of: dt.date, *, verified: bool
) -> list[Measurement]:
    """Return the measurements of the target that count on the day, claimed or verified, without those replaced."""

    def counts(row: Measurement) -> bool:
        if row.period_end > as_of:
            return False
        if not verified:
            return standing.is_open(row)
        return standing.is_verified(row, as_of) and row.level >= target.indicator.minimum_level

    return standing.kept(rows, counts)


def made(
    target: Target,
    rows: Sequence[Measurement],
    start: dt.date,
    end: dt.date,
    as_of: dt.date,
    *,
    verified: bool,
) -> Made:
    """Return what was made from `start` to `end` by the target's measurements; `rows` are all of them."""
    counted = counting(rows, target, as_of, verified=verified)
    basis = target.measure_basis
    if basis == MeasureBasis.CUMULATIVE:
        return _grown(target, counted, start, end)
    if basis == MeasureBasis.STOCK:
        return Made(None, (), tuple(row for row in counted if start <= row.period_end <= end))
    return _added(target, counted, start, end, _rate if basis == MeasureBasis.RATE else _amount)


def most_made(
    targets: Iterable[Target],
    rows: Mapping[int, Sequence[Measurement]],
    year: FinancialYear,
    as_of: dt.date,
    *,
    verified: bool,
) -> Made:
    """Return what was made of one product in a year: two targets of it measure the same tonnes, so the larger figure counts.

    `rows` are the measurements by the key of their target. What is left out is that of all the targets.
    """
    found = [
        made(target, rows.get(target.pk, ()), year.first_day, year.last_day, as_of, verified=verified)
        for target in targets
    ]
    known = [it for it in found if it.tonnes is not None]
    best = max(known, key=lambda it: it.tonnes or 0, default=Made(None, (), ()))
    return Made(best.tonnes, best.rows, tuple(row for it in found for row in it.left_out))


def _added(
    target: Target,
    rows: Iterable[Measurement],
    start: dt.date,
    end: dt.date,
    amount: Callable[[Target, Measurement], Fraction | None],
) -> Made:
    """Add amounts of spans that lie inside and do not overlap: of two that overlap, the longer counts."""
    inside = [row for row in rows if start <= row.period_end <= end]
    chosen: list[Measurement] = []
    left_out: list[Measurement] = []
    total = Fraction(0)
    for row in sorted(inside, key=lambda row: (_length(row), row.pk or 0), reverse=True):
        if any(_begins(row) <= it.period_end and _begins(it) <= row.period_end for it in chosen):
            continue  # said already, by the longer span
        tonnes = amount(target, row)
        if tonnes is None or _begins(row) < start:
            left_out.append(row)
            continue
        chosen.append(row)
        total += tonnes
    return Made(total if chosen else None, tuple(chosen), tuple(left_out))


def _grown(target: Target, rows: Iterable[Measurement], start: dt.date, end: dt.date) -> Made:
    """Return by how much a running total surely grew in the span.

    It begins with the value on the day before the span, or with a baseline of that day or later; else with the first
    value inside, so that nothing that was made before counts.
    """
    inside = sorted(
        (row for row in rows if start - ONE_DAY <= row.period_end <= end),
        key=lambda row: (row.period_end, row.pk or 0),
    )
    begins, first = target.baseline_as_of, target.baseline_value
    known: list[Decimal] = [row.value for row in inside]
    if begins is not None and first is not None and begins >= start - ONE_DAY and inside:
        known.insert(0, first)
    if not inside or inside[-1].period_end < start:
        return Made(None, (), ())
    if len(known) < 2:
        return Made(None, (), tuple(inside))
    tonnes = in_tonnes(known[-1] - known[0], target.unit)
    return Made(None, (), tuple(inside)) if tonnes is None else Made(tonnes, (inside[-1],), ())


def _amount(target: Target, row: Measurement) -> Fraction | None:
    """Return an annual value in tonnes: "t per year" of a year's row is the year's tonnes."""
    found = in_tonnes(row.value, target.unit)
    return in_tonnes_per_year(row.value, target.unit) if found is None else found


def _rate(target: Target, row: Measurement) -> Fraction | None:
    """Return what a rate made in the span that its row names; without a span a rate is no amount."""
    yearly = in_tonnes_per_year(row.value, target.unit)
    if yearly is None or row.period_start is None:
        return None
    if units.unit(target.unit).code.endswith(("per day", "per hour")):
        return yearly * ((row.period_end - row.period_start).days + 1) / units.DAYS_OF_A_YEAR
    return yearly * months_between(row.period_start, row.period_end) / 12


def in_tonnes(value: Decimal, unit: str) -> Fraction | None:
    """Return a weight in tonnes, None where the unit is none."""
    return _in(value, unit, "t")


def in_tonnes_per_year(value: Decimal, unit: str) -> Fraction | None:
    return _in(value, unit, "t per year")


def _in(value: Decimal, unit: str, wanted: str) -> Fraction | None:
    try:
        return Fraction(units.convert(value, unit, wanted))
    except ValidationError:
        return None


def _begins(row: Measurement) -> dt.date:
    """Return the first day of a row's span: where none is named, that of the financial year it ends in."""
    return row.period_start or FinancialYear.of(row.period_end).first_day


def _length(row: Measurement) -> int:
    return (row.period_end - _begins(row)).days


def by_target(rows: Iterable[Measurement]) -> dict[int, list[Measurement]]:
    found: dict[int, list[Measurement]] = {}
    for row in rows:
        found.setdefault(row.target_id, []).append(row)
    return found


def years_of(rows: Iterable[Measurement]) -> Iterator[FinancialYear]:
    return (FinancialYear.of(row.period_end) for row in rows)
