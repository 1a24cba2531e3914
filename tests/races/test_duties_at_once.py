"""A duty is changed and claimed at the same moment: whoever comes second finds what the first one did."""

from __future__ import annotations

import datetime as dt

import pytest

from projects.models import AuditEvent, Duty, DutyDone
from tests.cast import Cast, acting
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("run", range(5))
def test_a_duty_that_is_claimed_does_not_change(run: int, cast: Cast, together: Together) -> None:
    duty = Duty.record(
        cast.our_agreement, by=acting(cast.officer), party=cast.texmin, text="Send the drawings."
    )
    mine = Duty.objects.get(pk=duty.pk)
    outcomes = together(
        [
            lambda: DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 5, 31)),
            lambda: mine.change(by=acting(cast.officer), text="Send two drawings."),
        ]
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds in (["DutyDone", "NoneType"], ["DutyDone", "TransitionError"]), outcomes
    told = [event.action for event in AuditEvent.objects.order_by("seq")]
    if kinds[1] == "NoneType":
        assert told[-2:] == ["duty.record", "dutydone.claim"]  # changed first, then claimed as it stands now
