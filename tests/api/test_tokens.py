"""Access tokens for programs: a name, scopes, a last day, a last use; whoever ends one is rid of it at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from knox.models import AuthToken
from rest_framework.test import APIClient

from projects import permissions
from projects.choices import Scope
from projects.models import Milestone, TokenGrant
from tests.api.conftest import NOON, SignIn
from tests.cast import TODAY, Cast, acting

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
TOKENS, ME = f"{V1}/auth/tokens/", f"{V1}/me/"
LOGGED = {"project": "PRJ-901", "title": "Kiln ordered", "type": "construction", "baseline_on": "2026-12-31"}


def make(client: APIClient, *scopes: str, **changes: Any) -> Any:
    body = {"name": "Dashboard", "scopes": scopes or ["read"], "expires_on": "2026-12-31", **changes}
    return client.post(TOKENS, body, format="json")


def carrying(answer: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    return client


@pytest.fixture
def officer(cast: Cast, signed_in: SignIn) -> APIClient:
    return signed_in(cast.officer)


def test_a_token_is_shown_once_and_named_ever_after(officer: APIClient):
    made = make(officer, "log")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    told = made.json()
    assert (told["name"], told["scopes"], told["last_used_on"]) == ("Dashboard", ["log", "read"], None)
    rows = officer.get(TOKENS).json()["results"]
    assert [row["name"] for row in rows] == ["Dashboard", ""]
    assert told["token"] not in officer.get(TOKENS).content.decode()
    assert rows[0].keys() == told.keys() - {"token"}


def attempts(client: APIClient) -> dict[str, int]:
    return {
        "read": client.get(f"{V1}/milestones/MST-901/").status_code,
        "history": client.get(f"{V1}/milestones/MST-901/history/").status_code,
        "log": client.post(f"{V1}/milestones/", LOGGED, format="json").status_code,
        "verify": client.post(f"{V1}/milestones/MST-901/verify/", {}, format="json").status_code,
        "report": client.post(f"{V1}/reports/", ORDER, format="json").status_code,
    }


ORDER = {"kind": "project", "project": "PRJ-901", "as_of": "2026-05-31"}


@pytest.mark.parametrize(
    ("scope", "reaches"),
    [("read", set()), ("log", {"log"}), ("verify", {"verify"}), ("report", {"report"})],
)
def test_a_token_reaches_as_far_as_its_scopes(scope: str, reaches: set[str], cast: Cast, officer: APIClient):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    done = attempts(carrying(make(officer, scope)))
    assert done["read"] == done["history"] == 200
    assert {name for name in ("log", "verify", "report") if done[name] < 300} == reaches
    assert {name for name in ("log", "verify", "report") if done[name] == 403} == {
        "log",
        "verify",
        "report",
    } - reaches


def test_a_refusal_names_the_scope_that_is_missing(officer: APIClient):
    refused = carrying(make(officer)).post(f"{V1}/milestones/", LOGGED, format="json")
    assert "(log)" in refused.json()["detail"]
    assert not Milestone.objects.filter(title="Kiln ordered").exists()


def test_every_action_has_a_scope():
    assert {permissions.scope_of(action) for action in permissions.MAY} == set(Scope)
    assert {action for action in permissions.MAY if permissions.scope_of(action) == "read"} == {
        "history.read",
        "styleguide.read",
        "bundle.download",
    }


def test_a_token_reaches_no_further_than_the_roles(cast: Cast, signed_in: SignIn):
    viewer = carrying(make(signed_in(cast.our_viewer), *Scope.values))
    assert viewer.post(f"{V1}/milestones/", LOGGED, format="json").status_code == 403
    assert viewer.get(f"{V1}/projects/PRJ-902/").status_code == 404


def test_me_tells_what_the_token_lets_do(officer: APIClient):
    assert carrying(make(officer)).get(ME).json()["may"] == ["history.read", "styleguide.read"]
    assert "milestone.log" in officer.get(ME).json()["may"]


def test_a_token_is_good_through_its_last_day_in_india(officer: APIClient):
    client = carrying(make(officer, expires_on="2026-06-30"))
    end = dt.datetime(2026, 6, 30, 23, 59, tzinfo=NOON.tzinfo)
    with time_machine.travel(end, tick=False):
        assert client.get(ME).status_code == 200
    with time_machine.travel(end + dt.timedelta(minutes=2), tick=False):
        assert client.get(ME).status_code == 401


def test_the_day_of_the_last_use_is_remembered(officer: APIClient):
    client = carrying(make(officer))
    client.get(ME)
    with time_machine.travel(NOON + dt.timedelta(hours=9), tick=False):
        client.get(ME)
        assert officer.get(TOKENS).json()["results"][0]["last_used_on"] == str(TODAY)
    with time_machine.travel(NOON + dt.timedelta(days=3), tick=False):
        client.get(ME)
    assert TokenGrant.objects.get(name="Dashboard").last_used_on == TODAY + dt.timedelta(days=3)


def test_whoever_ends_a_token_is_rid_of_it_at_once(officer: APIClient):
    made = make(officer)
    client = carrying(made)
    assert client.get(ME).status_code == 200
    address = f"{TOKENS}{made.json()['reference']}/"
    assert officer.delete(address).status_code == 204
    assert client.get(ME).status_code == 401
    assert officer.delete(address).status_code == 404


def test_nobody_sees_or_ends_the_tokens_of_another(cast: Cast, signed_in: SignIn, officer: APIClient):
    made = make(officer)
    other = signed_in(cast.manager)
    assert [row["name"] for row in other.get(TOKENS).json()["results"]] == [""]
    assert other.delete(f"{TOKENS}{made.json()['reference']}/").status_code == 404
    assert carrying(made).get(ME).status_code == 200


def test_a_token_makes_no_other(officer: APIClient):
    client = carrying(make(officer, *Scope.values))
    assert make(client).status_code == 403
    assert TokenGrant.objects.exclude(name="").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"expires_on": "2026-06-14"}, "expires_on"),
        ({"expires_on": "2027-06-17"}, "expires_on"),
        ({"expires_on": ""}, "expires_on"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": "read"}, "scopes"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"owner": "manager"}, "owner"),
    ],
)
def test_a_wrong_wish_is_refused_with_its_field(wrong: dict[str, Any], field: str, officer: APIClient):
    refused = make(officer, **wrong)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert TokenGrant.objects.exclude(name="").count() == 0


def test_nobody_holds_more_than_the_limit_and_a_sign_in_makes_room(
    cast: Cast, officer: APIClient, signed_in: SignIn
):
    limit = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
    made = [make(officer, name=f"Script {number}") for number in range(limit - 1)]
    assert {answer.status_code for answer in made} == {201}
    refused = make(officer)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    newer = signed_in(cast.officer)  # the older sign-in makes room, no script does
    assert (newer.get(ME).status_code, officer.get(ME).status_code) == (200, 401)
    assert carrying(made[0]).get(ME).status_code == 200


def test_a_token_without_a_grant_opens_nothing(cast: Cast):
    _kept, token = AuthToken.objects.create(user=cast.officer)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get(ME).status_code == 401
