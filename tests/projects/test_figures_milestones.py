"""The milestones of the public records on three days, figure by figure as worked out by hand (rules R2 to R6)."""

import datetime as dt
from decimal import Decimal

import pytest

from projects.fiscal import FinancialYear
from projects.models import State
from projects.progress import Band, MilestoneRow, Programme, States
from tests.projects.conftest import DAYS, Figures

pytestmark = pytest.mark.django_db

MARCH, JUNE, SEPTEMBER = DAYS


def mst(*numbers: int) -> list[str]:
    return [f"MST-{number:03d}" for number in numbers]


def references(rows: tuple[MilestoneRow, ...]) -> list[str]:
    return [row.milestone.reference for row in rows]


def by_reference(programme: Programme) -> dict[str, MilestoneRow]:
    return {row.milestone.reference: row for row in programme.milestones.rows}


def test_every_milestone_stands_somewhere(march: Programme) -> None:
    found = march.milestones
    assert found.total == 93
    assert found.states == States(achieved=62, open=29, undated=1, later=1, cancelled=0)
    assert by_reference(march)["MST-082"].state == State.UNDATED
    assert by_reference(march)["MST-035"].state == State.LATER  # it happened on 7 April 2026


def test_the_pre_bid_conference_counts_once_it_has_happened(programmes: Figures) -> None:
    for day in (JUNE, SEPTEMBER):
        assert programmes[day].milestones.states == States(
            achieved=63, open=29, undated=1, later=0, cancelled=0
        )


def test_nothing_is_verified_that_was_only_reported(programmes: Figures) -> None:
    assert [programme.milestones.verified for programme in programmes.values()] == [0, 0, 0]


def test_six_are_overdue_at_the_end_of_march(march: Programme) -> None:
    overdue = march.milestones.overdue
    assert {row.milestone.reference: row.overdue_days for row in overdue.rows} == {
        "MST-010": 59,
        "MST-016": 120,
        "MST-049": 1298,
        "MST-069": 90,
        "MST-072": 90,
        "MST-084": 90,
    }
    assert (overdue.spread.count, overdue.spread.sum) == (6, 1747)
    assert (overdue.spread.mean, overdue.spread.median) == (Decimal("291.17"), Decimal("90.00"))
    assert references(overdue.rows) == mst(49, 16, 69, 72, 84, 10)  # the longest first


def test_due_on_the_day_itself_is_not_overdue(march: Programme) -> None:
    row = by_reference(march)["MST-066"]
    assert (row.state, row.due_on, row.overdue_days) == (State.OPEN, MARCH, None)
    assert march.milestones.open_by_due.due_today == 1


def test_twelve_are_overdue_at_the_end_of_june(programmes: Figures, march: Programme) -> None:
    overdue = programmes[JUNE].milestones.overdue
    joined = {
        row.milestone.reference: row.overdue_days
        for row in overdue.rows
        if row.milestone.reference not in references(march.milestones.overdue.rows)
    }
    assert joined == {"MST-028": 90, "MST-036": 69, "MST-037": 21, "MST-038": 1, "MST-066": 91, "MST-075": 18}
    assert (overdue.spread.count, overdue.spread.sum) == (12, 2583)
    assert by_reference(programmes[JUNE])["MST-039"].overdue_days is None  # due on that day


def test_fourteen_are_overdue_at_the_end_of_september(programmes: Figures) -> None:
    overdue = programmes[SEPTEMBER].milestones.overdue
    days = {row.milestone.reference: row.overdue_days for row in overdue.rows}
    assert (overdue.spread.count, overdue.spread.sum) == (14, 3818)
    assert (days["MST-039"], days["MST-087"]) == (92, 39)


def test_delay_of_what_was_achieved(march: Programme) -> None:
    delays = march.milestones.delays
    assert {row.milestone.reference: row.delay_days for row in delays.rows} == {"MST-034": 48, "MST-071": 0}
    assert delays.spread.mean == Decimal("24.00")


def test_slip_of_what_was_revised(march: Programme) -> None:
    slips = march.milestones.slips
    assert {row.milestone.reference: row.slip_days for row in slips.rows} == {
        "MST-038": 32,
        "MST-039": 32,
        "MST-072": 136,
    }
    assert slips.spread.mean == Decimal("66.67")


def test_what_is_open_falls_due_this_year_or_later(march: Programme) -> None:
    due = march.milestones.open_by_due
    assert due.year == FinancialYear(2026)  # of the day after 31 March 2026
    assert (due.overdue, due.due_today, due.due_this_year, due.due_later) == (6, 1, 13, 9)
    coming = march.milestones.due_between(dt.date(2026, 4, 1), dt.date(2027, 3, 31))
    assert sorted(references(coming)) == mst(18, 28, 36, 37, 38, 39, 40, 45, 67, 75, 79, 87, 88)
    later = march.milestones.due_between(dt.date(2027, 4, 1), dt.date.max)
    assert sorted(references(later)) == mst(4, 29, 46, 54, 70, 73, 76, 77, 80)


def test_thirty_six_were_achieved_in_the_year_and_23_are_known_to_the_day(march: Programme) -> None:
    achieved = march.milestones.achieved_this_year
    assert (str(achieved.year), achieved.count, achieved.known_to_the_day) == ("2025-26", 36, 23)
    assert references(march.milestones.achieved_between(dt.date(2025, 4, 1), MARCH)) == references(
        achieved.rows
    )


def test_by_type(march: Programme) -> None:
    assert {it.type: it.total for it in march.milestones.by_type} == {
        "tender": 13, "commissioning": 10, "agreement_signed": 9, "production": 8, "review": 6, "capacity": 6,
        "notification": 5, "regulatory": 5, "exploration": 5, "announcement": 4, "approval": 4, "recognition": 3,
        "institution": 3, "funding": 3, "construction": 3, "closure": 2, "clearance": 2, "investment": 1,
        "validation": 1,
    }  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
def test_the_parts_add_up(programmes: Figures, day: dt.date) -> None:
    found = programmes[day].milestones
    states, due = found.states, found.open_by_due
    assert states.achieved + states.open + states.undated + states.later + states.cancelled == found.total
    assert due.overdue + due.due_today + due.due_this_year + due.due_later == states.open
    assert sum(it.total for it in found.by_type) == found.total
    assert sum(it.overdue for it in found.by_type) == found.overdue.spread.count
    assert sum(it.overdue for it in found.bands) == found.overdue.spread.count
    assert sum(it.overdue_baseline for it in found.bands) == found.overdue_baseline.spread.count
    assert sum(it.achieved_late for it in found.bands) == sum((row.delay_days or 0) > 0 for row in found.rows)


def test_bands_against_the_latest_and_the_original_date(programmes: Figures) -> None:
    june = {
        it.band: (it.overdue, it.overdue_baseline, it.achieved_late)
        for it in programmes[JUNE].milestones.bands
    }
    assert june == {
        Band.M1_12: (11, 12, 1),  # against its original date MST-039 is late as well
        Band.M13_24: (0, 0, 0),
        Band.M25_60: (1, 1, 0),  # MST-049: due 10 September 2022
        Band.OVER_60: (0, 0, 0),
    }
    september = {it.band: (it.overdue, it.overdue_baseline) for it in programmes[SEPTEMBER].milestones.bands}
    assert september[Band.M13_24] == (
        0,
        1,
    )  # MST-072: planned for 17 August 2025, revised to 31 December 2025
