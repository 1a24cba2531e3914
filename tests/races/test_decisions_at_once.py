"""Two who decide at a gate, or take a step of an agreement, at once: one success, one clear refusal, each record told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from projects import agreeing, gating
from projects.models import Agreement, AgreementStep, Amendment, Project, StageGate, audit
from projects.stages import RULES
from tests.cast import Cast, acting, document
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


def names(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def deciding(cast: Cast, day: int, **more: Any) -> Callable[[], StageGate]:
    mine = Project.objects.get(pk=cast.our_project.pk)
    waived = {it.code: {"met": "waived", "note": "As minuted."} for it in RULES["G3"].criteria}
    return lambda: gating.decide(
        mine,
        by=acting(cast.manager),
        gate="G3",
        decision="pass",
        decided_on=dt.date(2026, 6, day),
        decided_by_post="Secretary",
        criteria=waived,
        **more,
    )


def moving(cast: Cast, move: str, **more: Any) -> Callable[[], AgreementStep]:
    mine = Agreement.objects.get(pk=cast.our_agreement.pk)
    return lambda: agreeing.take(
        mine,
        move,
        by=acting(cast.manager),
        taken_on=dt.date(2026, 6, 1),
        decided_by_post="Secretary",
        reason="Sanctions.",
        **more,
    )


@pytest.mark.parametrize("read", [{}, {"version": 1}], ids=["as it stands", "as it was read"])
def test_a_gate_is_passed_once(read: dict[str, int], cast: Cast, together: Together) -> None:
    refusal = "StaleError" if read else "TransitionError"
    outcomes = together([deciding(cast, 1, **read), deciding(cast, 2, **read), deciding(cast, 3, **read)])
    assert names(outcomes) == sorted(["StageGate", refusal, refusal]), outcomes
    assert Project.objects.get(pk=cast.our_project.pk).stage == StageGate.objects.get().to_stage == "S4"
    assert audit.first_break() is None


def test_an_agreement_is_suspended_once(cast: Cast, together: Together) -> None:
    outcomes = together([moving(cast, "suspend", evidence=[document(str(n))]) for n in range(3)])
    assert names(outcomes) == ["AgreementStep", "TransitionError", "TransitionError"], outcomes
    row = Agreement.objects.get(pk=cast.our_agreement.pk)
    assert (row.status, row.steps.get().evidence.count()) == ("suspended", 1)


def test_who_ends_what_another_takes_into_effect_leaves_it_ended(cast: Cast, together: Together) -> None:
    outcomes = together([moving(cast, "take_effect"), moving(cast, "terminate")])
    assert names(outcomes) in (["AgreementStep", "AgreementStep"], ["AgreementStep", "TransitionError"])
    row = Agreement.objects.get(pk=cast.our_agreement.pk)
    told = [(step.from_status, step.to_status) for step in row.steps.order_by("pk")]
    assert row.status == told[-1][1] == "terminated"
    assert told in ([("signed", "in_force"), ("in_force", "terminated")], [("signed", "terminated")])


def test_amendments_that_come_at_once_get_a_number_each(cast: Cast, together: Together) -> None:
    def record() -> Amendment:
        given = {"agreed_on": dt.date(2026, 6, 1), "summary": "Prolonged.", "evidence": [document()]}
        return Amendment.record(cast.our_agreement, by=acting(cast.officer), **given)

    assert names(together([record, record, record])) == ["Amendment"] * 3
    assert [row.number for row in cast.our_agreement.amendments.all()] == [1, 2, 3]
