"""Feed in tonnes, told again from its rows: of a financial year, and what it can give at most (docs/rules/mass_balance.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from projects.models import Feed
from projects.progress import half_up
from reports.checks.arithmetic import Failure, must
from reports.checks.project_made import first_day, months

MATERIALS = (
    *("ndpr_oxide", "ndpr_metal", "ndfeb_magnet", "treo", "black_mass"),
    *("lithium", "cobalt", "nickel", "other"),
)
METAL = Fraction(288484, 336481)  # 2 x 144.242 of 2 x 144.242 + 3 x 15.999
# At most so many tonnes of the product from one of the feed; None: it depends.
FACTORS: dict[tuple[str, str], Fraction | None] = {
    ("ndpr_oxide", "ndfeb_magnet"): Fraction(3),
    ("ndpr_oxide", "ndpr_metal"): METAL,
    ("ndpr_metal", "ndfeb_magnet"): 3 / METAL,
    **{("treo", it): None for it in ("ndfeb_magnet", "ndpr_metal", "ndpr_oxide")},
    **{("black_mass", it): None for it in ("lithium", "cobalt", "nickel")},
}
CENT = Fraction(1, 100)


def known(value: str | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def near(name: str, found: str | None, expected: Fraction, by: Fraction = CENT) -> Failure:
    """Return the check that a figure is the expected one, but for the rounding of what it follows from."""
    return must(
        f"{name}: about {float(expected):.2f}", found is not None and abs(Fraction(found) - expected) <= by
    )


def year_of(start: dt.date) -> str:
    return f"{start.year}-{(start.year + 1) % 100:02d}"


def years(row: Feed) -> Iterator[dt.date]:
    start = first_day(row.period_start)
    yield start
    while row.is_contracted and (start := start.replace(year=start.year + 1)) <= row.period_end:
        yield start


def tonnes_of(rows: Sequence[Feed], year: dt.date, material: str, *, contracted: bool) -> Fraction | None:
    own = [
        row
        for row in rows
        if row.material == material and row.is_contracted == contracted and year in set(years(row))
    ]
    return sum((part_of_year(row, year) for row in own), Fraction(0)) if own else None


def part_of_year(row: Feed, year: dt.date) -> Fraction:
    """A contract gives each year its months of it; a delivery belongs whole to the year it began in."""
    if not row.is_contracted:
        return Fraction(row.tonnes)
    last = year.replace(year=year.year + 1) - dt.timedelta(days=1)
    inside = months(max(row.period_start, year), min(row.period_end, last))
    return Fraction(row.tonnes) * inside / months(row.period_start, row.period_end)


def shown(value: Fraction | None) -> str | None:
    return None if value is None else f"{half_up(value):f}"


def gives(given: dict[str, Fraction], product: str) -> Fraction | None:
    factors = {feed: FACTORS[feed, product] for feed in given if (feed, product) in FACTORS}
    if not factors or None in factors.values():
        return None
    return sum((given[feed] * (factor or 0) for feed, factor in factors.items()), Fraction(0))
