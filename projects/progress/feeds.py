"""Feed by material and financial year, received beside contracted: which rows count on a day, and which tell one thing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone

from projects.choices import Material
from projects.fiscal import FinancialYear, months_between
from projects.models import Feed, standing
from projects.progress.arithmetic import half_up
from projects.progress.production import Tonnes


@dataclass(frozen=True)
class FeedAmount:
    """A material in a financial year: what was received beside what contracts assure."""

    year: FinancialYear
    material: Material
    received: Tonnes
    contracted: Tonnes


@dataclass(frozen=True)
class Overlap:
    """Two rows of feed of the same kind, material and supplier whose periods overlap: one delivery told twice?"""

    earlier: Feed
    later: Feed


def claimed_feeds(rows: Sequence[Feed], as_of: dt.date) -> list[Feed]:
    """Return the feeds known on the day that were neither returned nor replaced by a later one that counts."""
    return standing.kept(rows, lambda row: standing.is_open(row) and _is_known(row, as_of))


def verified_feeds(rows: Sequence[Feed], as_of: dt.date) -> list[Feed]:
    """Return the feeds verified by the day and not replaced by a later one verified by then."""
    return standing.kept(rows, lambda row: standing.is_verified(row, as_of) and _is_known(row, as_of))


def _is_known(row: Feed, as_of: dt.date) -> bool:
    """Whether a delivery lies in the past of the day, or a contract was claimed by it: contracts are of the future."""
    if row.is_contracted:
        return timezone.localdate(row.claimed_at) <= as_of
    return row.period_end <= as_of


def overlaps(rows: Sequence[Feed]) -> tuple[Overlap, ...]:
    """Return the pairs of one kind, material and supplier that overlap; each pair once, in the order of their periods."""
    ordered = sorted(rows, key=lambda row: (row.period_start, row.pk or 0))
    return tuple(
        Overlap(earlier=first, later=second)
        for place, first in enumerate(ordered)
        for second in ordered[place + 1 :]
        if second.period_start <= first.period_end
        and (first.is_contracted, first.material, first.supplier_id)
        == (second.is_contracted, second.material, second.supplier_id)
    )


def in_year(row: Feed, year: FinancialYear) -> Fraction:
    """Return the tonnes of a row in a year: a delivery counts in the year it begins in, a contract by its months."""
    if not row.is_contracted:
        return Fraction(row.tonnes) if FinancialYear.of(row.period_start) == year else Fraction(0)
    start, end = max(row.period_start, year.first_day), min(row.period_end, year.last_day)
    if start > end:
        return Fraction(0)
    return (
        Fraction(row.tonnes) * months_between(start, end) / months_between(row.period_start, row.period_end)
    )


def years_of_feed(row: Feed) -> Iterator[FinancialYear]:
    year = FinancialYear.of(row.period_start)
    last = FinancialYear.of(row.period_end) if row.is_contracted else year
    while year <= last:
        yield year
        year = year.next()


def tonnes_of(
    rows: Iterable[Feed], year: FinancialYear, material: Material, *, contracted: bool
) -> Fraction | None:
    """Return the tonnes of the rows that reach into the year, None where there is none."""
    found = [
        in_year(row, year)
        for row in rows
        if row.material == material and row.is_contracted == contracted and year in years_of_feed(row)
    ]
    return sum(found, Fraction(0)) if found else None


def feed_amounts(claimed: Sequence[Feed], verified: Sequence[Feed]) -> tuple[FeedAmount, ...]:
    keys = {(year, Material(row.material)) for row in (*claimed, *verified) for year in years_of_feed(row)}

    def tonnes(year: FinancialYear, material: Material, *, contracted: bool) -> Tonnes:
        return Tonnes(
            claimed=shown(tonnes_of(claimed, year, material, contracted=contracted)),
            verified=shown(tonnes_of(verified, year, material, contracted=contracted)),
        )

    return tuple(
        FeedAmount(
            year=year,
            material=material,
            received=tonnes(year, material, contracted=False),
            contracted=tonnes(year, material, contracted=True),
        )
        for year, material in sorted(keys, key=lambda it: (it[0], Material.values.index(it[1])))
    )


def shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value)
