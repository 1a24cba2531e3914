"""Conditions: what has not changed is not sent again, and nobody overwrites what they have not read."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from projects.choices import Role
from projects.models import Membership, Milestone, audit
from tests.api.conftest import SignIn
from tests.cast import TODAY, Cast, acting, system

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
ONE, LIST = f"{V1}/milestones/MST-901/", f"{V1}/milestones/"


@pytest.fixture
def officer(cast: Cast, signed_in: SignIn) -> APIClient:
    return signed_in(cast.officer)


def tag(client: APIClient, address: str = ONE) -> str:
    return str(client.get(address)["ETag"])


def asked(client: APIClient, address: str, given: str, **headers: str) -> int:
    return int(client.get(address, headers={"If-None-Match": given, **headers}).status_code)


# --- If-None-Match ---


@pytest.mark.parametrize("address", [ONE, LIST, f"{V1}/projects/PRJ-901/roadmap/", f"{ONE}history/"])
def test_what_is_unchanged_is_not_sent_again(address: str, officer: APIClient):
    held = tag(officer, address)
    answer = officer.get(address, headers={"If-None-Match": f'"another", {held}'})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", held)
    assert answer["Cache-Control"] == "private, no-store"


def test_any_change_of_the_records_is_sent(cast: Cast, officer: APIClient):
    held = tag(officer)
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    answer = officer.get(ONE, headers={"If-None-Match": held})
    assert (answer.status_code, answer.json()["status"]) == (200, "claimed")


def test_a_new_name_of_a_person_is_sent(cast: Cast, officer: APIClient):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    held = tag(officer)
    cast.our_lead.full_name = "Another Name"
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1), tick=False):
        cast.our_lead.save()
    assert asked(officer, ONE, held) == 200


def test_the_next_day_language_caller_and_filter_are_other_answers(
    cast: Cast, signed_in: SignIn, officer: APIClient
):
    noon = dt.datetime.combine(TODAY, dt.time(6), tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        held = tag(officer)
        assert asked(officer, ONE, held) == 304
        assert asked(officer, ONE, held, **{"Accept-Language": "hi"}) == 200
        assert asked(officer, f"{ONE}?as_of=2026-01-01", held) == 200
        assert asked(signed_in(cast.manager), ONE, held) == 200
    with time_machine.travel(noon + dt.timedelta(days=1), tick=False):
        assert asked(signed_in(cast.officer), ONE, held) == 200


def test_another_reach_of_the_token_is_another_answer(officer: APIClient):
    wanted = {"name": "Dashboard", "scopes": ["read"], "expires_on": "2026-12-31"}
    made = officer.post(f"{V1}/auth/tokens/", wanted, format="json").json()
    reader = APIClient()
    reader.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert officer.get(ONE).json()["steps"] != reader.get(ONE).json()["steps"] == []
    assert asked(reader, ONE, tag(officer)) == 200
    assert asked(reader, ONE, tag(reader)) == 304


def test_a_tag_opens_nothing(cast: Cast, signed_in: SignIn, officer: APIClient):
    held = tag(officer)
    assert asked(signed_in(None), ONE, held) == 401
    assert asked(signed_in(cast.their_lead), ONE, held) == 404


def test_rights_that_ended_are_asked_for_anew(cast: Cast, signed_in: SignIn):
    lead = signed_in(cast.our_lead)
    held = tag(lead)
    membership = Membership.objects.get(user=cast.our_lead, role=Role.LEAD)
    audit.change(
        membership, by=system(), action="membership.end", changes={"valid_to": TODAY - dt.timedelta(days=1)}
    )
    with time_machine.travel(dt.datetime.combine(TODAY, dt.time(6), tzinfo=dt.UTC), tick=False):
        assert asked(lead, ONE, held) == 404


# --- If-Match ---


def verify(client: APIClient, given: str, **body: object) -> tuple[int, str]:
    answer = client.post(f"{ONE}verify/", body, format="json", headers={"If-Match": given})
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
def claimed(cast: Cast) -> Milestone:
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    return cast.our_milestone


def test_a_step_on_what_was_read_succeeds(claimed: Milestone, officer: APIClient):
    assert verify(officer, tag(officer)) == (200, "")


def test_a_change_elsewhere_does_not_hinder(cast: Cast, claimed: Milestone, officer: APIClient):
    held = tag(officer)
    audit.change(cast.our_project, by=acting(cast.officer), action="test.setup", changes={"name": "Renamed"})
    assert verify(officer, held) == (200, "")


def test_a_step_on_what_has_changed_since_writes_nothing(cast: Cast, claimed: Milestone, officer: APIClient):
    held = tag(officer)
    claimed.return_(by=acting(cast.manager), reason="Not legible.")
    claimed.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 2))
    events = audit.history(claimed).count()
    assert verify(officer, held) == (412, "precondition_failed")
    assert audit.history(claimed).count() == events
    assert verify(officer, "*") == (200, "")


def test_the_version_of_the_tag_holds_under_the_lock(claimed: Milestone, officer: APIClient):
    assert verify(officer, tag(officer), version=claimed.version + 1)[1] == "stale"


@pytest.mark.parametrize("given", ["3", '"no tag of ours"', "W/"])
def test_what_is_no_tag_of_ours_is_refused(given: str, claimed: Milestone, officer: APIClient):
    status, _code = verify(officer, given)
    assert status in (400, 412)
    claimed.refresh_from_db()
    assert claimed.status == "claimed"


def test_a_new_record_has_no_tag_to_match(officer: APIClient):
    answer = officer.post(LIST, {}, format="json", headers={"If-Match": '"1.x"'})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match")
