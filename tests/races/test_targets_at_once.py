"""Two who set, revise, define or claim the same thing at once: one success, one clear refusal, and nobody waits in a circle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from projects import library
from projects.models import Indicator, Measurement, Target, audit
from tests.api.scene import indicator, target
from tests.cast import Cast, acting
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.date(2026, 5, 31)


def names(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def claiming(goal: Target, cast: Cast, value: int, **more: Any) -> Callable[[], Measurement]:
    mine = Target.objects.select_related("project", "indicator").get(pk=goal.pk)
    return lambda: Measurement.claim(
        mine, by=acting(cast.our_lead), value=Decimal(value), period_end=DAY, **more
    )


def revising(goal: Target, cast: Cast, value: int, **more: Any) -> Callable[[], Any]:
    mine = Target.objects.get(pk=goal.pk)
    return lambda: mine.revise(
        by=acting(cast.manager),
        value=Decimal(value),
        due_on=dt.date(2028, 3, 31),
        authority="Empowered Committee",
        decided_on=dt.date(2026, 6, 1),
        reason="Re-scoped.",
        **more,
    )


def test_a_period_is_claimed_once(cast: Cast, together: Together) -> None:
    goal = target("TGT-960", indicator(), project=cast.our_project)
    assert names(together([claiming(goal, cast, 1), claiming(goal, cast, 2)])) == [
        "Measurement",
        "ValidationError",
    ]
    assert Measurement.objects.count() == 1


def test_a_target_is_set_once(cast: Cast, together: Together) -> None:
    measured = indicator()

    def set_() -> Target:
        return Target.set_(
            by=acting(cast.officer),
            project=cast.our_project,
            indicator=measured,
            title="Oxide made",
            value=Decimal(5),
            target_basis="company_plan",
        )

    assert names(together([set_, set_])) == ["Target", "ValidationError"]
    assert Target.objects.count() == 1


def test_a_target_is_revised_once_from_what_was_read(cast: Cast, together: Together) -> None:
    goal = target("TGT-960", indicator(), project=cast.our_project)
    acts = [revising(goal, cast, 80, version=1), revising(goal, cast, 70, version=1)]
    assert names(together(acts)) == ["StaleError", "TargetVersion"]
    assert sorted(goal.versions.values_list("number", flat=True)) == [1, 2]


def test_the_unit_of_an_indicator_does_not_move_under_a_target_that_is_being_set(
    cast: Cast, together: Together
) -> None:
    measured = indicator()
    mine = Indicator.objects.get(pk=measured.pk)

    def set_() -> Target:
        return Target.set_(
            by=acting(cast.officer),
            project=cast.our_project,
            indicator=measured,
            title="Oxide made",
            value=Decimal(5),
            target_basis="company_plan",
        )

    together([set_, lambda: mine.change(by=acting(cast.administrator), unit="blocks", reason="Wrong.")])
    goal = Target.objects.select_related("indicator").get()
    assert (goal.unit, goal.indicator.unit) in {("t", "tonnes"), ("blocks", "blocks")}


@pytest.mark.parametrize("run", range(3))
def test_nobody_waits_in_a_circle(run: int, cast: Cast, together: Together) -> None:
    """Claim, verification, revision, correction and library at once: each waits for rows first, for the chain last."""
    goal = target("TGT-960", indicator(), project=cast.our_project)
    row = claiming(goal, cast, 1)()
    again, officer = Measurement.objects.get(pk=row.pk), acting(cast.officer)
    mine = Indicator.objects.get(pk=goal.indicator_id)
    outcomes = together(
        [
            lambda: again.verify(by=officer, level=1),
            claiming(goal, cast, 2, supersedes=row),
            revising(goal, cast, 80),
            lambda: mine.change(by=acting(cast.administrator), name=f"Oxide {run}", reason="Said better."),
            lambda: library.load(now=timezone.now()),
        ]
    )
    assert names(outcomes) == ["Loaded", "Measurement", "NoneType", "NoneType", "TargetVersion"]
    assert audit.first_break() is None


@pytest.mark.parametrize("run", range(5))
def test_a_value_is_verified_while_its_correction_is_claimed(
    run: int, cast: Cast, together: Together
) -> None:
    """Foreign keys are checked at the commit: whoever corrects a row does not wait there for the one who has locked it."""
    goal = target("TGT-960", indicator(), project=cast.our_project)
    row = claiming(goal, cast, 1)()
    again, officer = Measurement.objects.get(pk=row.pk), acting(cast.officer)
    outcomes = together([lambda: again.verify(by=officer, level=1), claiming(goal, cast, 2, supersedes=row)])
    assert names(outcomes) == ["Measurement", "NoneType"], outcomes
