"""One effect for one Idempotency-Key: asked again, the first answer; asked for something else, a refusal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from projects.models import AuditEvent, Evidence, KeyedCall, Milestone
from tests import samples
from tests.api.conftest import SignIn
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
BODY = {
    "project": "PRJ-901",
    "title": "Pilot line ordered",
    "type": "construction",
    "baseline_on": "2026-12-31",
    "acceptance": "Order",
}


def log(client: APIClient, key: str | None, **changes: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"{V1}/milestones/", {**BODY, **changes}, format="json", headers=headers)


@pytest.fixture
def officer(cast: Cast, signed_in: SignIn) -> APIClient:
    return signed_in(cast.officer)


def test_the_same_request_again_is_answered_alike_and_does_nothing(officer: APIClient):
    first = log(officer, "one")
    events = AuditEvent.objects.count()
    again = log(officer, "one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert AuditEvent.objects.count() == events
    assert Milestone.objects.filter(title=BODY["title"]).count() == 1


def test_without_a_key_each_request_acts(officer: APIClient):
    assert log(officer, None).json()["reference"] != log(officer, None).json()["reference"]


@pytest.mark.parametrize("change", [{"title": "Another"}, {"baseline_on": "2027-01-31"}])
def test_another_body_under_the_same_key_is_refused(change: dict[str, str], officer: APIClient):
    log(officer, "one")
    refused = log(officer, "one", **change)
    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")
    assert Milestone.objects.filter(project__reference="PRJ-901", title="Another").count() == 0


def test_another_address_under_the_same_key_is_refused(officer: APIClient):
    reference = log(officer, "one").json()["reference"]
    refused = officer.post(
        f"{V1}/milestones/{reference}/cancel/",
        {"reason": "No."},
        format="json",
        headers={"Idempotency-Key": "one"},
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")


def test_what_was_refused_leaves_no_key_behind(officer: APIClient):
    assert log(officer, "one", title="").status_code == 400
    assert not KeyedCall.objects.exists()
    assert log(officer, "one").status_code == 201


def test_each_user_has_keys_of_their_own(cast: Cast, signed_in: SignIn, officer: APIClient):
    first = log(officer, "one").json()["reference"]
    assert log(signed_in(cast.manager), "one").json()["reference"] != first


def test_files_count_by_their_content(cast: Cast, signed_in: SignIn):
    lead = signed_in(cast.our_lead)

    def claim(content: bytes) -> Any:
        body = {
            "actual_on": "2026-06-01",
            "evidence": SimpleUploadedFile("r.pdf", samples.pdf(content.decode())),
        }
        address = f"{V1}/milestones/MST-901/claim/"
        return lead.post(address, body, format="multipart", headers={"Idempotency-Key": "one"})

    first, again, other = claim(b"a"), claim(b"a"), claim(b"b")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert again.content == first.content
    assert other.json()["code"] == "key_reused"
    assert Evidence.objects.filter(milestone__reference="MST-901").count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "naïve", "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(key: str, officer: APIClient):
    refused = log(officer, key)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["Idempotency-Key"]


def test_the_key_is_asked_after_the_rights(cast: Cast, signed_in: SignIn):
    assert log(signed_in(None), "one").status_code == 401
    assert log(signed_in(cast.auditor), "one").status_code == 403
    assert not KeyedCall.objects.exists()


def test_a_key_is_forgotten_after_a_week(officer: APIClient):
    noon = dt.datetime.combine(TODAY, dt.time(12), tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        first = log(officer, "one").json()["reference"]
    KeyedCall.objects.update(created_at=noon - dt.timedelta(days=7, seconds=1))
    with time_machine.travel(noon, tick=False):
        assert log(officer, "one").json()["reference"] != first
    assert KeyedCall.objects.count() == 1
