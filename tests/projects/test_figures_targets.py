"""The targets of the public records, figure by figure as worked out by hand (rule R9)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from projects.progress import Achievement, Programme, TargetRow, pace
from tests.projects.conftest import DAYS, Figures

pytestmark = pytest.mark.django_db


def tgt(*numbers: int) -> list[str]:
    return [f"TGT-{number:03d}" for number in numbers]


def references(rows: tuple[TargetRow, ...]) -> list[str]:
    return [row.target.reference for row in rows]


def by_reference(programme: Programme) -> dict[str, TargetRow]:
    return {row.target.reference: row for row in programme.targets.rows}


def test_how_many_have_what(march: Programme) -> None:
    found = march.targets
    assert (found.total, found.with_target, found.with_claimed, found.with_due) == (45, 45, 10, 35)
    assert references(found.without_due) == tgt(19, 20, 21, 22, 23, 32, 37, 40, 41, 42)


def test_nothing_is_verified_that_was_only_reported(march: Programme) -> None:
    assert march.targets.with_verified == 0
    assert march.targets.verified == Achievement(
        count=0, mean=None, mean_capped=None, median=None, median_capped=None
    )


def test_by_basis(march: Programme) -> None:
    assert {it.basis: it.count for it in march.targets.by_basis} == {
        "government_scheme": 23,
        "company_plan": 11,
        "annual_plan": 3,
        "demand_side": 3,
        "official_statement": 2,
        "scope_of_agreement": 2,
        "design_capacity": 1,
    }


def test_achievement_of_each(march: Programme) -> None:
    found = {
        row.target.reference: row.achievement_claimed
        for row in march.targets.rows
        if row.achievement_claimed is not None
    }
    assert found == {
        "TGT-001": Decimal("35.42"),
        "TGT-002": Decimal("34.00"),
        "TGT-006": Decimal("6.20"),
        "TGT-009": Decimal("300.00"),
        "TGT-026": Decimal("100.00"),
        "TGT-027": Decimal("103.72"),
        "TGT-028": Decimal("101.32"),
        "TGT-037": Decimal("100.00"),
        "TGT-038": Decimal("66.66"),  # (2000 - 1) / (3000 - 1)
        "TGT-041": Decimal("60.00"),
    }
    assert by_reference(march)["TGT-009"].achievement_claimed_capped == 100


def test_means_of_the_ten(march: Programme) -> None:
    claimed = march.targets.claimed
    assert (claimed.count, claimed.mean, claimed.mean_capped) == (10, Decimal("90.73"), Decimal("70.23"))


def test_one_count_over_target_must_not_hide_three_at_a_third(march: Programme) -> None:
    (scheme,) = [it for it in march.targets.by_basis if it.basis == "government_scheme"]
    assert (scheme.claimed.count, scheme.claimed.mean, scheme.claimed.mean_capped) == (
        4,
        Decimal("93.91"),  # 375.62 / 4
        Decimal("43.91"),  # 175.62 / 4
    )
    assert scheme.claimed.median == scheme.claimed.median_capped == Decimal("34.71")


def test_past_due_without_a_value_and_due_on_the_day(march: Programme) -> None:
    assert references(march.targets.past_due) == tgt(30, 33)
    assert references(march.targets.due_today) == tgt(24)


def test_what_fell_due_on_the_last_day_is_past_due_on_the_next(programmes: Figures) -> None:
    assert references(programmes[DAYS[1]].targets.past_due) == tgt(24, 30, 33)
    assert references(programmes[DAYS[1]].targets.due_today) == []


def test_pace_of_the_exploration_projects(march: Programme) -> None:
    found = by_reference(march)["TGT-001"].pace_claimed
    assert (found.months_gone, found.months_total) == (24, 84)  # 2 of 7 years
    assert (found.expected, found.per_cent, found.is_on_track) == (Decimal("342.86"), Decimal("123.96"), True)


@pytest.mark.parametrize("reference", tgt(2, 27, 37))
def test_no_pace_without_a_first_day_or_a_last_or_for_a_yearly_output(
    march: Programme, reference: str
) -> None:
    row = by_reference(march)[reference]
    assert row.claimed is not None
    assert row.pace_claimed is None


START, END = dt.date(2024, 4, 1), dt.date(2031, 3, 31)


def line(as_of: dt.date, reached: int = 10, **changes: object) -> object:
    facts = {"baseline": Decimal(0), "starts_on": START, "target": Decimal(84), "due_on": END, **changes}
    return pace(**facts, reached=Decimal(reached), as_of=as_of)  # type: ignore[arg-type]


def test_the_line_begins_on_its_first_day_and_stays_at_the_target_after_its_last() -> None:
    assert line(START - dt.timedelta(days=1)) is None
    assert line(START).months_gone == Fraction(1, 30)
    assert line(END).expected == line(dt.date(2040, 1, 1)).expected == Decimal("84.00")


def test_a_line_may_fall() -> None:
    found = line(dt.date(2027, 9, 30), reached=60, baseline=Decimal(100), target=Decimal(0))
    assert (found.expected, found.per_cent, found.is_on_track) == (Decimal("50.00"), Decimal("80.00"), False)


def test_outputs_are_counts_capacity_and_production(march: Programme) -> None:
    assert len(march.targets.outputs) == 30
    assert {row.target.indicator.code.split("-")[0] for row in march.targets.outputs} == {"OUT", "CAP", "PRD"}
