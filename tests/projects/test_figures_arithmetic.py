"""The arithmetic below the figures: one rounding, whole months, bands of delay."""

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress import Band, band, half_up, months_after, per_cent
from projects.progress.arithmetic import Spread, shares, spread

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


def test_a_half_is_rounded_up_on_both_sides_of_zero() -> None:
    assert [half_up(Fraction(n, 1000)) for n in (5, 15, -5, 4)] == [
        Decimal("0.01"),
        Decimal("0.02"),
        Decimal("-0.01"),
        Decimal("0.00"),
    ]
    assert per_cent(1, 0) is None  # there is no share of nothing


@given(AMOUNTS)
def test_fractions_are_rounded_as_decimals_are(amount: Decimal) -> None:
    assert (
        half_up(Fraction(amount))
        == amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        == half_up(amount)
    )


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_a_spread_is_that_of_the_textbook(amounts: list[Decimal]) -> None:
    found = spread(amounts)
    assert (found.count, found.sum) == (len(amounts), sum(amounts))
    assert found.median == half_up(Fraction(median(map(Fraction, amounts))))
    assert half_up(min(amounts)) <= found.mean <= half_up(max(amounts))


def test_nothing_has_no_mean() -> None:
    assert spread([]) == Spread(count=0, sum=0, mean=None, median=None)


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_shares_of_a_partition_add_up(codes: list[str]) -> None:
    found = shares(codes, len(codes))
    assert sum(share.count for share in found) == len(codes)
    assert [share.count for share in found] == sorted((share.count for share in found), reverse=True)


@pytest.mark.parametrize(
    ("due", "reached", "expected"),
    [
        ((2026, 3, 31), (2026, 3, 31), None),  # on the day
        ((2026, 3, 31), (2026, 4, 1), Band.M1_12),  # a month that has begun is a month
        ((2025, 3, 31), (2026, 3, 31), Band.M1_12),  # twelve calendar months to the day
        ((2025, 3, 31), (2026, 4, 1), Band.M13_24),
        ((2024, 3, 31), (2026, 3, 31), Band.M13_24),
        ((2024, 3, 31), (2026, 4, 1), Band.M25_60),
        ((2021, 3, 31), (2026, 3, 31), Band.M25_60),
        ((2021, 3, 31), (2026, 4, 1), Band.OVER_60),
        ((2024, 2, 29), (2025, 2, 28), Band.M1_12),  # 29 February leads to the last day of February
        ((2024, 2, 29), (2025, 3, 1), Band.M13_24),
    ],
)
def test_bands_of_delay(due: tuple[int, ...], reached: tuple[int, ...], expected: Band | None) -> None:
    assert band(dt.date(*due), dt.date(*reached)) == expected


def test_what_has_no_due_date_is_in_no_band() -> None:
    assert band(None, dt.date(2026, 3, 31)) is None


@given(DATES, st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@given(DATES, st.integers(0, 3000), st.integers(0, 3000))
def test_the_later_the_worse(due: dt.date, first: int, more: int) -> None:
    order = [None, *Band]
    earlier, later = due + dt.timedelta(first), due + dt.timedelta(first + more)
    assert order.index(band(due, earlier)) <= order.index(band(due, later))
