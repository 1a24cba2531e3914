"""Which periods exist in the April-March year, what they are called, and which of them are owed."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reports import periods
from reports.choices import Cadence
from reports.periods import IST, Period, due_at, following, owed, period_of, preceding, scheduled

cadences = st.sampled_from(list(Cadence))
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2080, 12, 31))
moments = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2060, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
NAMED = [
    (Cadence.MONTHLY, date(2026, 3, 31), date(2026, 3, 1), date(2026, 3, 31), "March 2026"),
    (Cadence.MONTHLY, date(2024, 2, 1), date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
    (Cadence.QUARTERLY, date(2026, 2, 23), date(2026, 1, 1), date(2026, 3, 31), "Q4 2025-26"),
    (Cadence.QUARTERLY, date(2026, 4, 7), date(2026, 4, 1), date(2026, 6, 30), "Q1 2026-27"),
    (Cadence.QUARTERLY, date(2025, 9, 16), date(2025, 7, 1), date(2025, 9, 30), "Q2 2025-26"),
    (Cadence.HALF_YEARLY, date(2026, 4, 1), date(2026, 4, 1), date(2026, 9, 30), "H1 2026-27"),
    (Cadence.HALF_YEARLY, date(2026, 1, 15), date(2025, 10, 1), date(2026, 3, 31), "H2 2025-26"),
    (Cadence.YEARLY, date(2026, 3, 31), date(2025, 4, 1), date(2026, 3, 31), "2025-26"),
    (Cadence.YEARLY, date(1999, 4, 1), date(1999, 4, 1), date(2000, 3, 31), "1999-00"),
]


@pytest.mark.parametrize(("cadence", "day", "start", "end", "label"), NAMED)
def test_a_period_has_the_ends_and_the_name_people_use(cadence, day, start, end, label):
    period = period_of(cadence, day)
    assert (period.start, period.end, period.cadence) == (start, end, cadence)
    with translation.override("en"):
        assert period.label == label


def test_a_span_chosen_by_hand_is_named_by_its_days():
    with translation.override("en"):
        assert Period(date(2026, 1, 5), date(2026, 2, 9)).label == "5 Jan 2026 to 9 Feb 2026"


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2026, 4, 1), date(2026, 3, 31))


def test_an_unknown_cadence_is_refused():
    with pytest.raises(ValueError, match="weekly"):
        period_of("weekly", date(2026, 4, 1))


@given(cadences, days)
def test_every_day_lies_in_exactly_one_period(cadence, day):
    period = period_of(cadence, day)
    assert day in period
    assert period_of(cadence, period.start) == period_of(cadence, period.end) == period
    assert period.start - timedelta(days=1) not in period
    assert period.end + timedelta(days=1) not in period


@given(cadences, days)
def test_periods_follow_each_other_without_gap_or_overlap(cadence, day):
    run = list(islice(scheduled(cadence, day), 30))
    assert all(later.start == earlier.end + timedelta(days=1) for earlier, later in pairwise(run))
    assert all(following(cadence, earlier) == later for earlier, later in pairwise(run))
    assert all(preceding(cadence, later) == earlier for earlier, later in pairwise(run))


@given(cadences, days)
def test_a_year_ends_on_31_march_whatever_the_cadence(cadence, day):
    year = period_of(Cadence.YEARLY, day)
    inside = list(scheduled(cadence, year.start, year.end))
    assert (inside[0].start, inside[-1].end) == (year.start, year.end)
    assert len(inside) == 12 // periods.MONTHS_IN[cadence]


@given(cadences, days, st.integers(1, 40), st.integers(0, 23), moments)
def test_owed_is_every_due_period_once_and_in_order(cadence, starts_on, due_day, due_hour, now):
    found = owed(cadence, starts_on, None, due_day, due_hour, now)
    assert found == list(islice(scheduled(cadence, starts_on), len(found)))
    assert all(due_at(period, due_day, due_hour) <= now for period in found)
    next_one = following(cadence, found[-1]) if found else period_of(cadence, starts_on)
    assert due_at(next_one, due_day, due_hour) > now


@given(
    cadences,
    days,
    st.integers(1, 20),
    st.integers(0, 23),
    moments,
    st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_what_was_owed_before_an_outage_is_still_owed_after_it(cadence, starts_on, day, hour, now, outage):
    before = owed(cadence, starts_on, None, day, hour, now)
    after = owed(cadence, starts_on, None, day, hour, now + outage)
    assert after[: len(before)] == before


def test_an_outage_over_two_years_is_caught_up_month_by_month():
    now = datetime(2027, 1, 10, 12, tzinfo=IST)
    found = owed(Cadence.MONTHLY, date(2025, 1, 1), None, 5, 6, now)
    assert len(found) == 24
    assert (found[0].start, found[-1].end) == (date(2025, 1, 1), date(2026, 12, 31))


def test_a_report_is_owed_from_its_hour_in_india_on_and_not_a_second_before():
    hour = datetime(2026, 4, 5, 0, 30, tzinfo=UTC)  # 06:00 in India
    arguments = (Cadence.QUARTERLY, date(2026, 1, 1), None, 5, 6)
    assert owed(*arguments, hour) == [Period(date(2026, 1, 1), date(2026, 3, 31))]
    assert owed(*arguments, hour - timedelta(seconds=1)) == []


def test_the_period_in_which_a_schedule_starts_or_ends_is_reported_whole():
    now = datetime(2030, 1, 1, tzinfo=IST)
    found = owed(Cadence.QUARTERLY, date(2026, 2, 23), date(2026, 7, 1), 1, 0, now)
    assert found == [
        Period(date(2026, 1, 1), date(2026, 3, 31)),
        Period(date(2026, 4, 1), date(2026, 6, 30)),
        Period(date(2026, 7, 1), date(2026, 9, 30)),
    ]


def test_a_schedule_that_ends_before_it_starts_owes_nothing():
    now = datetime(2030, 1, 1, tzinfo=IST)
    assert owed(Cadence.MONTHLY, date(2026, 2, 23), date(2026, 2, 22), 1, 0, now) == []


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        owed(Cadence.MONTHLY, date(2026, 1, 1), None, 1, 0, datetime(2026, 4, 1))


@pytest.mark.parametrize("due_day", [0, -1])
def test_no_report_is_owed_inside_its_own_period(due_day):
    with pytest.raises(ValueError, match="at least one day"):
        due_at(Period(date(2026, 1, 1), date(2026, 1, 31)), due_day, 6)
