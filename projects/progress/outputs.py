"""What was made of a product in a year against what its feed allows, year by year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from projects.choices import Material
from projects.fiscal import FinancialYear
from projects.models import Feed, Measurement, Target
from projects.progress.arithmetic import per_cent
from projects.progress.feeds import shown, tonnes_of
from projects.progress.production import MADE, Made, by_target, material_of, most_made, years_of
from projects.progress.yields import allowed, yield_of


@dataclass(frozen=True)
class Side:
    """One product of one year by one kind of figures: all claimed, or all verified."""

    fed: Decimal | None
    """Tonnes of feed that lead to the product; None where none is recorded."""
    allowed: Decimal | None
    """The most that this year's feed can give; None where a yield or the feed is not known."""
    carried: Decimal | None
    """What earlier years' feed could still give, by the records; None after feed of an unknown yield."""
    at_most: Decimal | None
    produced: Decimal | None
    recovery: Decimal | None
    """100 x produced / at most."""
    excess: Decimal | None
    """Tonnes produced beyond what the feed allows; None where there are none or it cannot be told."""
    rows: tuple[int, ...] = ()
    """Keys of the measurements that the output rests on."""


@dataclass(frozen=True)
class YearBalance:
    year: FinancialYear
    product: Material
    claimed: Side
    verified: Side
    ends_on: dt.date
    """The last day of the measurements counted, or of the year."""
    measurements: frozenset[int]
    """Keys of the measurements that the claimed production rests on."""
    left_out: int
    """Measurements of the year that are no tonnes of it: a stock, a rate without its span, an unknown unit."""


def _side(
    feeds: Sequence[Feed], product: Material, year: FinancialYear, output: Made, carried: Fraction | None
) -> tuple[Side, Fraction | None]:
    """Return one side of a year's balance, and what its feed could still give in later years; None: not known."""
    received = {
        feed: tonnes
        for feed in Material
        if yield_of(feed, product) and (tonnes := tonnes_of(feeds, year, feed, contracted=False)) is not None
    }
    most = allowed(received, product)
    total = None if most is None or carried is None else most + carried
    produced = output.tonnes
    over = produced - total if produced is not None and total is not None and produced > total else None
    side = Side(
        fed=shown(sum(received.values(), Fraction(0))) if received else None,
        allowed=shown(most),
        carried=shown(carried),
        at_most=shown(total),
        produced=shown(produced),
        recovery=per_cent(produced, total) if produced is not None and total else None,
        excess=shown(over),
        rows=tuple(sorted(row.pk for row in output.rows)),
    )
    if carried is None or (received and most is None):
        return side, None
    return side, max(Fraction(0), carried + (most or 0) - (produced or 0))


def balances(
    feeds: tuple[Sequence[Feed], Sequence[Feed]],
    targets: Sequence[Target],
    measurements: Iterable[Measurement],
    as_of: dt.date,
    product_name: str = "",
    also: Iterable[Material] = (),
) -> tuple[YearBalance, ...]:
    """Return the balance of each product and year in the order of years; `feeds` are (claimed, verified).

    The products are those that targets measure, and `also`: what the plant is built for.

    What a year's feed could have given and was not made may be made later, so it is carried. Where the output is not
    known nothing is taken off: the balance is the most that there can be.
    """
    rows = by_target(measurements)
    makes: dict[Material, list[Target]] = {product: [] for product in also}
    for target in targets:
        if (product := material_of(target, MADE, product_name)) is not None:
            makes.setdefault(product, []).append(target)
    found: list[YearBalance] = []
    for product, producing in makes.items():
        measured = [row for target in producing for row in rows.get(target.pk, []) if row.period_end <= as_of]
        fed = [row for row in feeds[0] if not row.is_contracted and yield_of(row.material, product)]
        years = sorted({*years_of(measured), *(FinancialYear.of(row.period_start) for row in fed)})
        carried: list[Fraction | None] = [Fraction(0), Fraction(0)]
        for year in years:
            outputs = [
                most_made(producing, rows, year, as_of, verified=verified) for verified in (False, True)
            ]
            sides = []
            for place, output in enumerate(outputs):
                side, carried[place] = _side(feeds[place], product, year, output, carried[place])
                sides.append(side)
            if all(side.fed is None and side.produced is None for side in sides) and not outputs[0].left_out:
                continue
            counted = outputs[0].rows
            found.append(
                YearBalance(
                    year=year,
                    product=product,
                    claimed=sides[0],
                    verified=sides[1],
                    ends_on=max((row.period_end for row in counted), default=min(year.last_day, as_of)),
                    measurements=frozenset(row.pk for row in counted),
                    left_out=len(outputs[0].left_out),
                )
            )
    return tuple(sorted(found, key=lambda it: (it.year, Material.values.index(it.product))))
