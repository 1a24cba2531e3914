"""Forecasts from the record of slips: which cases count, where there are too few, and what the numbers are."""

import datetime as dt
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.models import Milestone
from projects.progress.forecast import (
    OF_ANY_TYPE_NEEDED,
    OF_THE_TYPE_NEEDED,
    Case,
    cases,
    cases_of,
    forecast,
    of_milestone,
    quantile,
)
from projects.progress.milestones import milestone_rows
from tests.cast import TODAY, acting, milestone
from tests.projects.rule_pages import forecast as rule_page

FIRST = dt.date(2026, 7, 1)  # not due yet: every case counts
DAYS = st.integers(-400, 2000)


def of(*days, type="tender"):
    return [Case(type, it) for it in days]


def test_five_of_the_type_are_enough_and_four_are_not():
    assert OF_THE_TYPE_NEEDED == 5
    assert forecast(FIRST, of(1, 2, 3, 4, 5), TODAY, type="tender").is_known
    assert not forecast(FIRST, of(1, 2, 3, 4), TODAY, type="tender").is_known


def test_eight_of_any_type_are_enough_and_seven_are_not():
    assert OF_ANY_TYPE_NEEDED == 8
    others = of(*range(8), type="review")
    assert forecast(FIRST, others, TODAY, type="tender").is_known
    found = forecast(FIRST, others[1:], TODAY, type="tender")
    assert (found.is_known, found.cases, found.needed) == (False, 7, 8)


def test_the_own_type_comes_first():
    known = of(*range(100, 108), type="review") + of(1, 2, 3, 4, 5)
    assert forecast(FIRST, known, TODAY, type="tender").median_on == FIRST + dt.timedelta(days=3)


def test_what_is_late_already_is_held_against_what_came_out_as_late():
    late = TODAY - dt.timedelta(days=100)
    known = of(0, 50, 99, 100, 150, 200, 250, 300)
    found = forecast(late, known, TODAY, type="tender")
    assert (found.cases, found.median_on) == (5, late + dt.timedelta(days=200))
    assert forecast(FIRST, known, TODAY, type="tender", slip_days=151).cases == 3


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([7], Fraction(1, 10), 7),
        ([0, 1], Fraction(1, 2), 1),
        ([0, 10], Fraction(9, 10), 9),
        ([-1, 0], Fraction(1, 2), 0),
    ],
)
def test_a_quantile_is_linear_and_rounded_half_up(values, part, expected):
    assert quantile(values, part) == expected


@given(st.lists(DAYS, min_size=8, max_size=40), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_range_holds_the_median_and_the_order_of_cases_tells_nothing(days, chance):
    known = of(*days, type="review")
    found = forecast(dt.date(2030, 1, 1), known, TODAY, type="tender", slip_days=-10_000)
    assert found.from_on <= found.median_on <= found.to_on
    assert min(days) <= (found.from_on - dt.date(2030, 1, 1)).days
    assert (found.to_on - dt.date(2030, 1, 1)).days <= max(days)
    chance.shuffle(known)
    assert forecast(dt.date(2030, 1, 1), known, TODAY, type="tender", slip_days=-10_000) == found


@given(st.lists(DAYS, max_size=40), st.integers(0, 800))
@settings(max_examples=100, deadline=None)
def test_no_open_date_is_forecast_into_the_past(days, late):
    first = TODAY - dt.timedelta(days=late)
    found = forecast(first, of(*days), TODAY, type="tender")
    assert not found.is_known or found.from_on >= TODAY


def test_the_worked_examples_of_the_rule_hold(root: Path):
    page = (root / "docs/rules/forecast.md").read_text()
    blocks = [json.loads(block) for block in re.findall(r"```rule\n(.*?)\n```", page, re.DOTALL)]
    assert len(blocks) == 2
    for block in blocks:
        assert rule_page.check(block["given"]) == block["expected"]


# --- from the records ---


@pytest.mark.django_db
def test_a_case_is_a_delay_or_a_slip_as_known_on_the_day(cast):
    row = cast.our_milestone
    row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 10))
    moved = milestone("MST-910", cast.our_project)
    moved.revise(by=acting(cast.officer), new_on=dt.date(2026, 9, 30), reason_code="funds", narrative="Late.")
    milestone("MST-911", cast.our_project).cancel(by=acting(cast.manager), reason="Given up.")
    ours = Milestone.objects.filter(project=cast.our_project)
    milestone("MST-912", cast.our_project)
    assert sorted(it.days for it in cases(milestone_rows(ours, TODAY))) == [10, 122]
    assert cases(milestone_rows(ours, dt.date(2026, 6, 9))) == ()
    for day in (TODAY, dt.date(2026, 6, 9)):
        assert sorted(cases_of(ours, day), key=str) == sorted(cases(milestone_rows(ours, day)), key=str)


@pytest.mark.django_db
def test_a_date_is_no_evidence_of_itself(cast):
    row = cast.our_milestone
    row.revise(by=acting(cast.officer), new_on=dt.date(2026, 9, 30), reason_code="funds", narrative="Late.")
    (found,) = milestone_rows(Milestone.objects.filter(pk=row.pk), TODAY)
    assert of_milestone(found, [Case("commissioning", 122)], TODAY).cases == 0
    assert of_milestone(found, of(122, 122, type="commissioning"), TODAY).cases == 1


@pytest.mark.django_db
def test_an_achieved_milestone_has_no_forecast(cast):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 10))
    (found,) = milestone_rows(Milestone.objects.filter(pk=cast.our_milestone.pk), TODAY)
    assert of_milestone(found, (), TODAY) is None
