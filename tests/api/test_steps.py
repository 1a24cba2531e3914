"""Claiming, verifying, returning, revising, cancelling and logging over HTTP: bodies, answers and refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.response import Response

from projects import archive
from projects.models import AuditEvent, Evidence, Measurement, Milestone, audit
from tests import samples
from tests.api.conftest import SignIn
from tests.api.scene import Scene
from tests.cast import Cast, acting

MILESTONES = "/api/v1/milestones/"
MEASUREMENTS = "/api/v1/measurements/"


CERTIFICATE = samples.pdf("certificate")


def pdf(name: str = "certificate.pdf", content: bytes = CERTIFICATE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-sent-by-the-caller")


def problems(response: Response) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in response.json()["errors"]}


# --- claim ---


def test_a_lead_claims_with_evidence_and_the_answer_is_the_milestone(cast: Cast, signed_in: SignIn):
    response = signed_in(cast.our_lead).post(
        f"{MILESTONES}MST-901/claim/",
        {
            "actual_on": "2026-06-01",
            "note": "Done.",
            "evidence": [pdf(), pdf("photo.pdf")],
            "visibility": "public",
        },
        format="multipart",
    )
    assert response.status_code == 200, response.content
    seen = response.json()
    assert (seen["status"], seen["standing"]["state"], seen["version"]) == ("claimed", "achieved", 2)
    assert (seen["claim"]["by"], seen["claim"]["organisation"]) == ("Post our_lead", "INS-901")
    assert [(file["name"], file["visibility"]) for file in seen["evidence"]] == [
        ("certificate.pdf", "public"), ("photo.pdf", "public"),
    ]  # fmt: skip
    assert archive.read(seen["evidence"][0]["sha256"]) == CERTIFICATE


def test_a_date_known_to_the_month_is_kept_as_its_last_day_but_never_in_the_future(
    cast: Cast, signed_in: SignIn
):
    client = signed_in(cast.officer)
    body = {"actual_on": "2026-05-02", "precision": "month"}
    assert client.post(f"{MILESTONES}MST-901/claim/", body).json()["actual_on"] == "2026-05-31"
    body["actual_on"] = "2026-06-02"
    assert client.post(f"{MILESTONES}MST-902/claim/", body).json()["actual_on"] == "2026-06-15"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("actual_on", "required")}),
        ({"actual_on": "soon"}, {("actual_on", "invalid")}),
        ({"actual_on": "2026-06-16"}, {("actual_on", "invalid")}),
        ({"actual_on": "2026-06-01", "precision": "derived"}, {("precision", "invalid_choice")}),
        ({"actual_on": "2026-06-01", "status": "verified"}, {("status", "unknown")}),
        ({"actual_on": "2026-06-01", "verison": 1}, {("verison", "unknown")}),
        ({"actual_on": "2026-06-01", "version": 0}, {("version", "min_value")}),
        ({"actual_on": "2026-06-01", "note": "x" * 5001}, {("note", "max_length")}),
        ({"actual_on": "2026-06-01", "note": "nul \x00"}, {("note", "null_characters_not_allowed")}),
        ({"actual_on": "2026-06-01", "visibility": "secret"}, {("visibility", "invalid_choice")}),
        (["2026-06-01"], {("", "invalid")}),
    ],
)
def test_a_claim_of_the_wrong_shape_is_refused_field_by_field(
    body: Any, expected: set[tuple[str, str]], cast: Cast, signed_in: SignIn
):
    events = AuditEvent.objects.count()
    response = signed_in(cast.our_lead).post(f"{MILESTONES}MST-901/claim/", body)
    assert response.status_code == 400
    assert problems(response) == expected
    assert AuditEvent.objects.count() == events


def test_a_partner_does_not_hide_its_evidence_from_itself(cast: Cast, signed_in: SignIn):
    body = {"actual_on": "2026-06-01", "evidence": [pdf()], "visibility": "internal"}
    response = signed_in(cast.our_lead).post(f"{MILESTONES}MST-901/claim/", body, format="multipart")
    assert response.status_code == 400
    assert problems(response) == {("visibility", "invalid")}
    assert Milestone.objects.get(reference="MST-901").status == "planned"
    response = signed_in(cast.officer).post(
        f"{MILESTONES}MST-901/claim/", {**body, "evidence": [pdf()]}, format="multipart"
    )
    assert response.status_code == 200


def test_a_step_on_what_was_changed_meanwhile_is_stale(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.manager)
    response = client.post(f"{MILESTONES}MST-903/verify/", {"version": 1})
    assert (response.status_code, response.json()["code"]) == (409, "stale")
    assert client.post(f"{MILESTONES}MST-903/verify/", {"version": 2}).status_code == 200
    response = client.post(f"{MILESTONES}MST-903/verify/", {})
    assert (response.status_code, response.json()["code"]) == (409, "step_not_open")


def test_who_claimed_does_not_verify(cast: Cast, signed_in: SignIn):
    cast.our_milestone.claim(by=acting(cast.officer), actual_on=acting(cast.officer).on)
    response = signed_in(cast.officer).post(f"{MILESTONES}MST-901/verify/", {})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert "second person" in response.json()["detail"]


def test_a_returned_claim_is_claimed_again(scene: Scene, signed_in: SignIn):
    manager, lead = signed_in(scene.cast.manager), signed_in(scene.cast.our_lead)
    assert problems(manager.post(f"{MILESTONES}MST-903/return/", {})) == {("reason", "required")}
    assert problems(manager.post(f"{MILESTONES}MST-903/return/", {"reason": " "})) == {("reason", "blank")}
    seen = manager.post(f"{MILESTONES}MST-903/return/", {"reason": "No stamp."}).json()
    assert (seen["status"], seen["returned_reason"]) == ("returned", "No stamp.")
    seen = lead.post(f"{MILESTONES}MST-903/claim/", {"actual_on": "2026-06-02"}).json()
    assert (seen["status"], seen["claim"]["number"]) == ("claimed", 2)


def test_a_revision_is_kept_with_its_reason(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    body = {
        "new_on": "2026-10-05", "precision": "quarter", "reason_code": "technology", "narrative": "Licensor is late.",
    }  # fmt: skip
    seen = client.post(f"{MILESTONES}MST-901/revise/", body).json()
    assert seen["standing"]["due_on"] == "2026-12-31"
    (revision,) = seen["revisions"]
    assert (revision["old_on"], revision["new_on"], revision["precision"]) == (
        "2026-05-31",
        "2026-12-31",
        "quarter",
    )
    assert (revision["reason_code"], revision["approved_by"]) == ("technology", "Post officer")
    assert problems(client.post(f"{MILESTONES}MST-901/revise/", body)) == {("new_on", "invalid")}


def test_a_cancelled_milestone_stays_visible(cast: Cast, signed_in: SignIn):
    seen = signed_in(cast.manager).post(f"{MILESTONES}MST-901/cancel/", {"reason": "Site lost."}).json()
    assert (seen["status"], seen["standing"]["state"], seen["cancelled_on"]) == (
        "cancelled", "cancelled", "2026-06-15",
    )  # fmt: skip
    assert signed_in(cast.our_viewer).get(f"{MILESTONES}MST-901/").status_code == 200


def test_the_event_bears_the_request_by_which_it_came(cast: Cast, signed_in: SignIn):
    response = signed_in(cast.manager).post(f"{MILESTONES}MST-901/cancel/", {"reason": "Site lost."})
    assert audit.history(cast.our_milestone).last().request_id == response["X-Request-ID"]


# --- log ---

NEW = {"project": "PRJ-901", "title": "Furnace heated", "type": "commissioning", "baseline_on": "2027-01-15"}


def test_an_officer_logs_a_milestone(cast: Cast, signed_in: SignIn):
    response = signed_in(cast.officer).post(MILESTONES, {**NEW, "baseline_precision": "fy", "weight": "2.5"})
    assert response.status_code == 201
    seen = response.json()
    assert (seen["reference"], seen["status"], seen["baseline_on"]) == ("MST-903", "planned", "2027-03-31")
    assert audit.history(Milestone.objects.get(reference="MST-903")).get().actor == cast.officer


def test_a_milestone_of_an_agreement_needs_no_project(cast: Cast, signed_in: SignIn):
    body = {**NEW, "project": None, "agreement": "AGR-901"}
    assert signed_in(cast.officer).post(MILESTONES, body).json()["agreement"] == "AGR-901"
    del body["agreement"]
    assert problems(signed_in(cast.officer).post(MILESTONES, body)) == {("project", "invalid")}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"title": ""}, ("title", "blank")),
        ({"title": "x" * 301}, ("title", "max_length")),
        ({"type": "party"}, ("type", "invalid_choice")),
        ({"baseline_on": None}, ("baseline_on", "null")),
        ({"weight": -1}, ("weight", "min_value")),
        ({"weight": "heavy"}, ("weight", "invalid")),
        ({"source_url": "javascript:alert(1)"}, ("source_url", "invalid")),
        ({"project": 7}, ("project", "does_not_exist")),
        ({"project": {"reference": "PRJ-901"}}, ("project", "invalid")),
        ({"project": True}, ("project", "invalid")),
        ({"reference": "MST-001"}, ("reference", "unknown")),
        ({"status": "verified"}, ("status", "unknown")),
        ({"claimed_by": 1}, ("claimed_by", "unknown")),
    ],
)
def test_a_milestone_of_the_wrong_shape_is_not_logged(
    wrong: dict[str, Any], expected: tuple[str, str], cast: Cast, signed_in: SignIn
):
    response = signed_in(cast.officer).post(MILESTONES, {**NEW, **wrong})
    assert response.status_code == 400
    assert problems(response) == {expected}
    assert Milestone.objects.count() == 2


# --- measurements ---

VALUE = {"target": "TGT-901", "value": "12.5", "period_start": "2026-04-01", "period_end": "2026-05-30"}


def test_a_lead_claims_a_value_and_an_officer_verifies_it(scene: Scene, signed_in: SignIn):
    body = {**VALUE, "evidence": [pdf()]}
    response = signed_in(scene.cast.our_lead).post(MEASUREMENTS, body, format="multipart")
    assert response.status_code == 201, response.content
    seen = response.json()
    assert (seen["value"], seen["unit"], seen["status"], len(seen["evidence"])) == (
        "12.5",
        "tonnes",
        "claimed",
        1,
    )
    officer = signed_in(scene.cast.officer)
    assert problems(officer.post(f"{MEASUREMENTS}{seen['id']}/verify/", {"level": 0})) == {
        ("level", "invalid_choice")
    }
    seen = officer.post(f"{MEASUREMENTS}{seen['id']}/verify/", {"level": 2}).json()
    assert (seen["status"], seen["verification"]["level"], seen["verification"]["by"]) == (
        "verified", 2, "Post officer",
    )  # fmt: skip


def test_a_correction_names_what_it_supersedes_once(scene: Scene, signed_in: SignIn):
    client, first = signed_in(scene.cast.our_lead), scene.keys["measurement"]["own"]
    response = client.post(MEASUREMENTS, {**VALUE, "supersedes": first})
    assert (response.status_code, response.json()["supersedes"]) == (201, first)
    response = client.post(MEASUREMENTS, {**VALUE, "supersedes": first, "period_end": "2026-05-29"})
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("key", ["their own", 987654, "many", -1, 10**30])
def test_what_one_does_not_see_cannot_be_superseded(key: Any, scene: Scene, signed_in: SignIn):
    key = scene.keys["measurement"]["other"] if key == "their own" else key
    response = signed_in(scene.cast.our_lead).post(MEASUREMENTS, {**VALUE, "supersedes": key})
    assert response.status_code == 400
    assert [error["detail"] for error in response.json()["errors"]] == ["Unknown reference."]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value": "NaN"}, "value"),
        ({"value": "Infinity"}, "value"),
        ({"value": "1.23456"}, "value"),
        ({"value": 10**15}, "value"),
        ({"period_end": "2026-06-16"}, "period_end"),
        ({"period_start": "2026-06-01"}, ""),
        ({"level": 3}, "level"),
        ({"status": "verified"}, "status"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(
    wrong: dict[str, Any], field: str, scene: Scene, signed_in: SignIn
):
    before = Measurement.objects.count(), Evidence.objects.count()
    response = signed_in(scene.cast.our_lead).post(MEASUREMENTS, {**VALUE, **wrong})
    assert response.status_code == 400
    assert {name for name, _code in problems(response)} == {field}
    assert (Measurement.objects.count(), Evidence.objects.count()) == before
