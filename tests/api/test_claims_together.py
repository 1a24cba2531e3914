"""Many milestones claimed in one request: all of them, or none and what is wrong with each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects.models import AuditEvent, Milestone
from tests.api.conftest import SignIn
from tests.cast import Cast, milestone

pytestmark = pytest.mark.django_db
DAY = "2026-06-01"


def post(client: APIClient, *claims: dict[str, Any], **headers: str) -> Any:
    return client.post("/api/v1/milestones/claims/", {"claims": claims}, format="json", headers=headers)


@pytest.fixture
def lead(cast: Cast, signed_in: SignIn) -> APIClient:
    milestone("MST-950", cast.our_project)
    return signed_in(cast.our_lead)


def test_all_are_claimed_in_the_order_of_the_list(lead: APIClient):
    made = post(
        lead,
        {"reference": "MST-950", "actual_on": "2026-05-10", "precision": "month"},
        {"reference": "MST-901", "actual_on": DAY, "note": "Seen on site.", "version": 1},
    )
    assert made.status_code == 200, made.content
    told = [(it["reference"], it["status"], it["actual_on"], it["version"]) for it in made.json()]
    assert told == [("MST-950", "claimed", "2026-05-31", 2), ("MST-901", "claimed", DAY, 2)]


def test_one_that_cannot_be_claimed_keeps_all_from_it(cast: Cast, lead: APIClient):
    assert post(lead, {"reference": "MST-950", "actual_on": DAY}).status_code == 200
    events = AuditEvent.objects.count()
    refused = post(
        lead,
        {"reference": "MST-901", "actual_on": DAY},
        {"reference": "MST-950", "actual_on": DAY},
        {"reference": "MST-901", "actual_on": DAY},
        {"reference": "MST-902", "actual_on": DAY},  # of another organisation
        {"reference": "MST-999", "actual_on": DAY},  # of nobody
    )
    assert refused.status_code == 400
    told = {it["field"]: it["code"] for it in refused.json()["errors"]}
    assert told == {
        "claims.1.reference": "step_not_open",
        "claims.2.reference": "twice",
        "claims.3.reference": "does_not_exist",
        "claims.4.reference": "does_not_exist",
    }
    assert AuditEvent.objects.count() == events
    assert Milestone.objects.get(reference="MST-901").status == "planned"


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        ({"actual_on": "2026-06-16"}, "actual_on"),
        ({"actual_on": DAY, "version": 7}, "version"),
        ({"actual_on": "yesterday"}, "actual_on"),
        ({"actual_on": DAY, "colour": "red"}, "colour"),
        ({}, "actual_on"),
    ],
)
def test_an_error_names_its_claim_and_field(claim: dict[str, Any], field: str, lead: APIClient):
    refused = post(lead, {"reference": "MST-950", "actual_on": DAY}, {"reference": "MST-901", **claim})
    assert refused.status_code == 400
    assert [it["field"] for it in refused.json()["errors"]] == [f"claims.1.{field}"]
    assert Milestone.objects.get(reference="MST-950").status == "planned"


def test_a_list_is_neither_empty_nor_longer_than_a_hundred(lead: APIClient):
    assert post(lead).status_code == 400
    assert post(lead, *({"reference": f"MST-{n}", "actual_on": DAY} for n in range(101))).status_code == 400


def test_a_list_under_a_key_is_claimed_once(lead: APIClient):
    claim = {"reference": "MST-950", "actual_on": DAY}
    first, again = (post(lead, claim, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)


def test_each_more_costs_the_same(cast: Cast, lead: APIClient):
    many = [milestone(f"MST-96{n}", cast.our_project).reference for n in range(8)]

    def cost(references: list[str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert post(lead, *({"reference": it, "actual_on": DAY} for it in references)).status_code == 200
        return len(queries)

    cost(["MST-901"])  # the day's first use of the token is remembered
    one, three, four = cost(many[:1]), cost(many[1:4]), cost(many[4:8])
    assert four - three == (three - one) / 2
