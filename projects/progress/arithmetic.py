"""One rounding rule for all figures: two decimals, half up. No denominator is ever an unknown (rule R0)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

TWO_PLACES = Decimal("0.01")
Number = int | Decimal | Fraction


def half_up(value: Number) -> Decimal:
    """Return `value` with two decimals, half up."""
    if isinstance(value, Fraction):
        hundredths, rest = divmod(abs(value.numerator) * 100, value.denominator)
        rounded = hundredths + (2 * rest >= value.denominator)
        return Decimal(rounded if value >= 0 else -rounded).scaleb(-2)
    return Decimal(value).quantize(TWO_PLACES, rounding=ROUND_HALF_UP)


def per_cent(part: Number, whole: Number) -> Decimal | None:
    """Return 100 x part / whole, None where there is no whole."""
    return half_up(100 * Fraction(part) / Fraction(whole)) if whole else None


@dataclass(frozen=True)
class Share:
    """How many of a set are of one kind; `code` is "" for those whose kind is not stated."""

    code: str
    count: int
    per_cent: Decimal | None


def share(code: str, count: int, total: int) -> Share:
    return Share(code=code, count=count, per_cent=per_cent(count, total))


def shares(codes: Iterable[str], total: int) -> tuple[Share, ...]:
    """Return a share for each code that occurs, the most frequent first; a set may name several codes per member."""
    counted = Counter(codes)
    return tuple(
        share(code, count, total) for code, count in sorted(counted.items(), key=lambda it: (-it[1], it[0]))
    )


@dataclass(frozen=True)
class Spread:
    """Count, sum, mean and median of known values; mean and median are None where there are none."""

    count: int
    sum: Decimal | int
    mean: Decimal | None
    median: Decimal | None


def spread(values: Sequence[Decimal] | Sequence[int]) -> Spread:
    """Return the spread of `values`; the median of an even number is the mean of the middle two."""
    if not values:
        return Spread(count=0, sum=0, mean=None, median=None)
    exact = sorted(Fraction(value) for value in values)
    middle = (exact[(len(exact) - 1) // 2] + exact[len(exact) // 2]) / 2
    return Spread(
        count=len(exact),
        sum=sum(values),
        mean=half_up(sum(exact, Fraction(0)) / len(exact)),
        median=half_up(middle),
    )
