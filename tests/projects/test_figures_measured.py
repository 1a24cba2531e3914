"""What is reached: by basis, in any order of entry, corrected, verified beside claimed, on a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.choices import MeasureBasis
from projects.models import Measurement
from projects.progress import measured
from projects.progress.measured import Standing
from tests.projects.measuring import goal, row

MARCH = dt.date(2026, 3, 31)
QUARTERS = (
    ("2025-04-01", "2025-06-30"),
    ("2025-07-01", "2025-09-30"),
    ("2025-10-01", "2025-12-31"),
    ("2026-01-01", "2026-03-31"),
)
A, C, S, R = MeasureBasis.ANNUAL, MeasureBasis.CUMULATIVE, MeasureBasis.STOCK, MeasureBasis.RATE


@pytest.mark.parametrize("basis", [C, S, R])
def test_what_has_accumulated_contains_what_came_before_so_the_latest_counts(basis: str) -> None:
    target = goal(basis)
    rows = [row(2, target, 425, "2025-12-01"), row(1, target, 195, "2025-03-31")]
    found = measured.claimed(rows, basis, MARCH)
    assert found is not None
    assert (found.value, [it.pk for it in found.rows], found.year) == (425, [2], None)


def test_the_periods_of_a_year_are_added_up() -> None:
    target = goal(A)
    rows = [row(n, target, 10 * n, end, start) for n, (start, end) in enumerate(QUARTERS, 1)]
    found = measured.claimed(rows[::-1], A, MARCH)
    assert found is not None
    assert (found.value, [it.pk for it in found.rows]) == (100, [1, 2, 3, 4])
    assert (str(found.year), found.days_covered, found.is_whole_year) == ("2025-26", 365, True)


def test_a_year_counts_by_itself() -> None:
    target = goal(A)
    rows = [row(1, target, 400, "2025-03-31"), row(2, target, 70, "2025-06-30", "2025-04-01")]
    found = measured.claimed(rows, A, MARCH)
    assert found is not None
    assert (found.value, str(found.year), found.is_whole_year) == (70, "2025-26", False)
    assert [(str(it.year), it.value) for it in measured.years(rows)] == [("2024-25", 400), ("2025-26", 70)]


def test_a_years_value_stands_for_those_of_its_quarters() -> None:
    target = goal(A)
    quarters = [row(n, target, 10, end, start) for n, (start, end) in enumerate(QUARTERS, 1)]
    year = row(9, target, 38, "2026-03-31")  # without a first day: the financial year so far
    found = measured.claimed([year, *quarters], A, MARCH)
    assert found is not None
    assert found.value == 38
    assert [(it.row.pk, it.is_part) for it in found.left_out] == [(4, True), (3, True), (2, True), (1, True)]
    assert found.overlaps == ()


def test_periods_that_overlap_in_part_are_not_added_and_named() -> None:
    target = goal(A)
    rows = [row(1, target, 20, "2025-07-31", "2025-04-01"), row(2, target, 30, "2025-09-30", "2025-07-01")]
    found = measured.claimed(rows, A, MARCH)
    assert found is not None
    assert (found.value, [it.row.pk for it in found.overlaps]) == (30, [1])


def test_a_mean_rate_weighs_by_days() -> None:
    target = goal(R)
    rows = [row(1, target, 10, "2026-01-31", "2026-01-01"), row(2, target, 40, "2026-02-28", "2026-02-01")]
    found = measured.mean_rate(rows, dt.date(2026, 1, 1), MARCH)
    assert found is not None
    # 10 x 31 + 40 x 28 = 1,430 over 59 days; March is not known and has no part in it.
    assert (found.value, found.days_covered, found.days_asked) == (Decimal("24.24"), 59, 90)
    assert measured.mean_rate(rows, dt.date(2027, 1, 1), dt.date(2027, 1, 31)) is None


def test_verified_is_at_the_level_of_the_indicator_and_by_the_day() -> None:
    target = goal(C, level=2)
    rows = [
        row(1, target, 10, "2025-06-30", level=2, verified_on="2025-07-10"),
        row(2, target, 20, "2025-09-30", level=1, verified_on="2025-10-10"),
        row(3, target, 30, "2025-12-31", level=3, verified_on="2026-04-01"),
    ]
    assert _value(measured.verified(rows, C, MARCH, 2)) == 10
    assert _value(measured.verified(rows, C, dt.date(2026, 4, 1), 2)) == 30
    assert _value(measured.claimed(rows, C, MARCH)) == 30
    assert [(it.row.pk, it.claimed, it.verified) for it in measured.standings(rows, C, MARCH, 2)] == [
        (3, Standing.COUNTS, Standing.UNVERIFIED),
        (2, Standing.EARLIER, Standing.LEVEL),
        (1, Standing.EARLIER, Standing.COUNTS),
    ]


def test_a_sum_is_verified_no_better_than_its_weakest_part() -> None:
    target = goal(A)
    rows = [
        row(1, target, 1, "2025-06-30", "2025-04-01", level=3, verified_on="2025-07-01"),
        row(2, target, 1, "2025-09-30", "2025-07-01", level=1, verified_on="2025-10-05"),
    ]
    found = measured.verified(rows, A, MARCH, 1)
    assert found is not None
    assert (found.value, found.level, found.verified_on) == (2, 1, dt.date(2025, 10, 5))
    both = measured.claimed([*rows, row(3, target, 1, "2025-12-31", "2025-10-01")], A, MARCH)
    assert both is not None
    assert (both.value, both.level, both.verified_on) == (3, 0, None)


def test_a_chain_of_corrections_counts_once_whatever_was_returned_between() -> None:
    target = goal(A)
    first = row(1, target, 10, "2025-06-30", "2025-04-01", verified_on="2025-07-01")
    returned = row(2, target, 12, "2025-06-30", "2025-04-01", status="returned", corrects=1)
    last = row(3, target, 14, "2025-09-30", "2025-07-01", corrects=2)
    assert _value(measured.claimed([first, returned], A, MARCH)) == 10, "gives its place back"
    assert _value(measured.claimed([first, returned, last], A, MARCH)) == 14
    assert _value(measured.verified([first, returned, last], A, MARCH, 1)) == 10, (
        "until it is verified itself"
    )
    proven = row(3, target, 14, "2025-09-30", "2025-07-01", corrects=2, verified_on="2025-11-01")
    assert _value(measured.verified([first, returned, proven], A, MARCH, 1)) == 14
    assert _value(measured.verified([first, returned, proven], A, dt.date(2025, 10, 31), 1)) == 10


def _value(found: measured.Measured | None) -> Decimal | None:
    return found.value if found else None


# --- whatever is entered, and in whatever order ---

DAYS = st.dates(dt.date(2024, 4, 1), dt.date(2026, 12, 31))


@st.composite
def histories(draw: Any) -> tuple[str, list[Measurement]]:
    """Rows of one target: claimed, verified at any level, returned, and corrections of earlier ones."""
    basis = draw(st.sampled_from(MeasureBasis.values))
    target = goal(basis)
    rows: list[Measurement] = []
    free: list[int] = []
    for key in range(1, draw(st.integers(1, 8)) + 1):
        end = draw(DAYS)
        start = draw(st.none() | st.integers(0, 120).map(lambda days, end=end: end - dt.timedelta(days)))
        status = draw(st.sampled_from(["claimed", "verified", "returned"]))
        corrects = draw(st.none() | st.sampled_from(free)) if free else None
        if corrects:
            free.remove(corrects)
        free.append(key)
        known = draw(DAYS) if status == "verified" else None
        level = draw(st.integers(1, 3)) if status == "verified" else 0
        value = draw(st.integers(0, 1000))
        rows.append(
            row(
                key,
                target,
                value,
                end,
                start,
                level=level,
                verified_on=known,
                status=status,
                corrects=corrects,
            )
        )
    return basis, rows


def figures(rows: list[Measurement], basis: str, as_of: dt.date) -> list[Any]:
    found = (measured.claimed(rows, basis, as_of), measured.verified(rows, basis, as_of, 2))
    return [it and (it.value, [part.pk for part in it.rows], it.level) for it in found]


@settings(max_examples=300)
@given(histories(), st.randoms(use_true_random=False), DAYS)
def test_the_order_of_entry_moves_no_figure(
    history: tuple[str, list[Measurement]], random: Any, as_of: dt.date
) -> None:
    basis, rows = history
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert figures(shuffled, basis, as_of) == figures(rows, basis, as_of)


@settings(max_examples=300)
@given(histories(), DAYS)
def test_no_row_later_than_the_day_moves_a_figure(
    history: tuple[str, list[Measurement]], as_of: dt.date
) -> None:
    basis, rows = history
    assert figures([it for it in rows if it.period_end <= as_of], basis, as_of) == figures(rows, basis, as_of)
    for it in rows:  # what was verified later was not verified then
        if it.verified_on and it.verified_on > as_of:
            it.status, it.verified_on, it.level = "claimed", None, 0
    before = measured.verified(rows, basis, as_of, 1)
    assert before is None or all(it.verified_on and it.verified_on <= as_of for it in before.rows)


@settings(max_examples=300)
@given(histories(), DAYS, st.integers(1, 3))
def test_nothing_that_is_only_claimed_makes_a_verified_value(
    history: tuple[str, list[Measurement]], as_of: dt.date, level: int
) -> None:
    basis, rows = history
    found = measured.verified(rows, basis, as_of, level)
    assert found is None or all(it.status == "verified" and it.level >= level for it in found.rows)
    # Nor does it: a claim more or less leaves the verified value where it is.
    confirmed = [it for it in rows if it.status == "verified"]
    if not any(it.supersedes_id for it in rows):
        assert figures(confirmed, basis, as_of)[1] == figures(rows, basis, as_of)[1]


@settings(max_examples=300)
@given(histories(), DAYS)
def test_no_day_is_counted_twice_and_every_row_has_its_standing(
    history: tuple[str, list[Measurement]], as_of: dt.date
) -> None:
    basis, rows = history
    stands = {it.row.pk: it for it in measured.standings(rows, basis, as_of, 2)}
    assert set(stands) == {it.pk for it in rows}
    for side, found in (
        ("claimed", measured.claimed(rows, basis, as_of)),
        ("verified", measured.verified(rows, basis, as_of, 2)),
    ):
        counting = {key for key, it in stands.items() if getattr(it, side) == Standing.COUNTS}
        assert counting == {it.pk for it in found.rows} if found else not counting
        if found is not None and basis == A:
            periods = sorted(it.days() for it in found.rows)
            assert all(last < first for (_f, last), (first, _l) in pairwise(periods))
            assert found.value == sum(it.value for it in found.rows)
