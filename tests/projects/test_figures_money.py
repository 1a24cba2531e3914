"""The projects of the public records and their money, as worked out by hand (rule R10)."""

import datetime as dt
from decimal import Decimal

import pytest

from projects.progress import Programme

pytestmark = pytest.mark.django_db


def test_twenty_eight_projects_by_phase(march: Programme) -> None:
    assert march.projects.total == 28
    assert {it.code: it.count for it in march.projects.by_phase} == {
        "programme": 6,
        "concept": 6,
        "exploration": 6,
        "commercial": 5,
        "pilot": 3,
        "demonstration": 2,
    }


def test_eleven_have_a_cost(march: Programme) -> None:
    money = march.projects.money
    assert money.with_cost == 11
    assert sorted(row.project.cost_crore for row in money.rows) == sorted(
        map(Decimal, [16_300, 1_500, 7_280, 100, 500, 200, 197, 100, 500, 42_532, 3])
    )
    assert money.plain_sum == 69_212


def test_what_lies_inside_the_mission_is_not_counted_twice(march: Programme) -> None:
    money = march.projects.money
    assert [(row.project.reference, row.project.cost_crore) for row in money.left_out] == [
        ("PRJ-002", 1_500),
        ("PRJ-007", 500),
        ("PRJ-006", 100),
        ("PRJ-026", 3),
    ]
    assert {row.inside.reference for row in money.left_out} == {"PRJ-001"}
    assert (money.left_out_sum, money.total) == (2_103, 67_109)
    assert money.total == money.plain_sum - money.left_out_sum


def test_government_programmes(march: Programme) -> None:
    assert march.projects.money.government == 23_580  # PRJ-001 and PRJ-003


def test_earmarked_inside_the_mission(march: Programme) -> None:
    (earmark,) = march.projects.money.earmarks
    assert (earmark.project.reference, earmark.crore, earmark.earmarked) == ("PRJ-001", 16_300, 2_103)
    assert earmark.per_cent == Decimal("12.90")


def test_the_standing_of_a_project(march: Programme) -> None:
    rows = {row.project.reference: row for row in march.projects.rows}
    plant = rows["PRJ-020"]  # two milestones: 3 GW, revised to the end of 2025, and 10 GW by 2030
    assert (plant.total, plant.achieved, plant.open, plant.overdue) == (2, 0, 2, 1)
    assert plant.governing.milestone.reference == plant.next_due.milestone.reference == "MST-073"
    assert plant.governing_late_baseline_days is None  # due in 2030
    assert plant.worst_overdue_days == 90
    tender = rows["PRJ-009"]
    assert (tender.governing_late_latest_days, tender.next_due) == (120, None)


def test_parent_and_agreement_of_a_project(march: Programme) -> None:
    rows = {row.project.reference: row for row in march.projects.rows}
    assert rows["PRJ-020"].parent.reference == "PRJ-019"
    assert rows["PRJ-020"].agreement.reference == "AGR-034"
    assert (rows["PRJ-001"].parent, rows["PRJ-001"].agreement) == (None, None)


def test_the_figures_carry_their_day(march: Programme) -> None:
    parts = (march, march.projects, march.milestones, march.targets, march.agreements)
    assert {part.as_of for part in parts} == {dt.date(2026, 3, 31)}
