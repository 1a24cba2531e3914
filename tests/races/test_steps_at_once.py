"""Two people press the button together: one success, one clear refusal, one event. On both engines, really at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import Measurement, Milestone, StaleError, TokenGrant, TransitionError, User, audit
from tests.api.scene import document, indicator, target
from tests.cast import Cast, acting
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 3  # a race that is lost once in three is a race


def planned(cast: Cast) -> Milestone:
    return cast.our_milestone


def claimed(cast: Cast) -> Milestone:
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    return cast.our_milestone


def claims(row: Milestone, user: User, version: int | None = None) -> None:
    files = [document(user.username)]
    row.claim(by=acting(user), actual_on=dt.date(2026, 6, 1), evidence=files, version=version)


def claims_what_was_read(row: Milestone, user: User) -> None:
    claims(row, user, version=row.version)


def verifies(row: Milestone, user: User) -> None:
    row.verify(by=acting(user))


def revises(row: Milestone, user: User) -> None:
    new_on = dt.date(2026, 12, 31) if user.username == "officer" else dt.date(2027, 3, 31)
    row.revise(by=acting(user), new_on=new_on, reason_code="funds", narrative="Late.", version=row.version)


def cancels(row: Milestone, user: User) -> None:
    row.cancel(by=acting(user), reason="Given up.", version=row.version)


Step = Callable[[Milestone, User], None]
RACES: dict[str, tuple[Callable[[Cast], Milestone], Step, Step, str]] = {
    "both claim": (planned, claims, claims, "claim"),
    "both verify": (claimed, verifies, verifies, "verify"),
    "both revise what they read": (planned, revises, revises, "revise"),
    "one claims, one revises what was read": (planned, claims_what_was_read, revises, ""),
    "one verifies, one cancels what was read": (claimed, verifies, cancels, ""),
}


@pytest.mark.parametrize("run", range(TIMES))
@pytest.mark.parametrize("race", RACES)
def test_of_two_at_once_one_succeeds_and_one_is_refused(race: str, run: int, cast: Cast, together: Together):
    before, first, second, action = RACES[race]
    row = before(cast)
    events, version = audit.history(row).count(), row.version
    mine, other = (Milestone.objects.get(pk=row.pk) for _ in range(2))
    outcomes = together([lambda: first(mine, cast.officer), lambda: second(other, cast.manager)])
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 1, outcomes
    assert isinstance(refused[0], TransitionError), refused
    row = Milestone.objects.get(pk=row.pk)
    assert row.version == version + 1
    assert audit.history(row).count() == events + 1
    if action:
        assert audit.history(row).last().action == f"milestone.{action}"
    assert row.revisions.count() == (1 if row.revised_on else 0)
    assert row.evidence.count() == (1 if action == "claim" or row.claimed_by == cast.officer else 0)
    assert audit.first_break() is None


def test_over_http_the_second_gets_409(cast: Cast, together: Together):
    row = claimed(cast)

    def verify(user: User) -> Callable[[], tuple[int, str]]:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {TokenGrant.issue(user, now=timezone.now())[1]}")

        def act() -> tuple[int, str]:
            response = client.post(f"/api/v1/milestones/{row.reference}/verify/", {}, format="json")
            return response.status_code, response.json().get("code", "")

        return act

    outcomes = together([verify(cast.officer), verify(cast.manager)])
    assert sorted(outcomes) == [(200, ""), (409, "step_not_open")]
    assert [event.action for event in audit.history(row)].count("milestone.verify") == 1


def test_who_reads_the_same_version_is_refused_as_stale(cast: Cast, together: Together):
    row = planned(cast)
    two = [Milestone.objects.get(pk=row.pk) for _ in range(2)]
    outcomes = together([lambda: revises(two[0], cast.officer), lambda: revises(two[1], cast.manager)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StaleError"]
    assert any(isinstance(outcome, StaleError) for outcome in outcomes)


def test_a_measurement_is_verified_once(cast: Cast, together: Together):
    row = measurement(cast)
    two = [Measurement.objects.get(pk=row.pk) for _ in range(2)]
    outcomes = together(
        [
            lambda: two[0].verify(by=acting(cast.officer), level=1),
            lambda: two[1].verify(by=acting(cast.manager), level=3),
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "TransitionError"]
    assert [event.action for event in audit.history(row)].count("measurement.verify") == 1


def test_a_measurement_is_superseded_once(cast: Cast, together: Together):
    row = measurement(cast)

    def correct(value: int) -> Callable[[], Any]:
        return lambda: Measurement.claim(
            row.target,
            by=acting(cast.our_lead),
            value=Decimal(value),
            period_end=row.period_end,
            supersedes=row,
        )

    outcomes = together([correct(11), correct(12)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Measurement", "ValidationError"]
    assert Measurement.objects.filter(supersedes=row).count() == 1


def measurement(cast: Cast) -> Measurement:
    goal = target("TGT-960", indicator(), project=cast.our_project)
    return Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal(10), period_end=dt.date(2026, 5, 31)
    )


def test_milestones_logged_at_once_get_numbers_of_their_own(cast: Cast, together: Together):
    def log() -> Milestone:
        return Milestone.log(
            by=acting(cast.officer),
            project=cast.our_project,
            title="Furnace heated",
            type="commissioning",
            baseline_on=dt.date(2026, 12, 31),
        )

    logged = together([log] * 6)
    assert {row.reference for row in logged} == {f"MST-{number}" for number in range(903, 909)}


def test_who_waits_in_vain_leaves_nothing(cast: Cast, together: Together):
    """A step that fails after its change has been made takes the change back with it."""
    row = planned(cast)

    def fails() -> None:
        with transaction.atomic():
            Milestone.objects.get(pk=row.pk).cancel(by=acting(cast.manager), reason="Given up.")
            raise KeyError("too late")

    outcomes = together([fails, lambda: claims(Milestone.objects.get(pk=row.pk), cast.officer)])
    assert isinstance(outcomes[0], (KeyError, TransitionError))
    assert outcomes[1] is None
    assert [event.action for event in audit.history(row)].count("milestone.cancel") == 0
    assert audit.first_break() is None
