"""Decisions at gates over the API with their documents, as the pages take them."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects import stages
from projects.models import Evidence, StageGate
from tests.api.conftest import SignIn
from tests.cast import Cast

ADDRESS = "/api/v1/gates/"
HOLD = {
    "project": "PRJ-901",
    "gate": "G3",
    "decision": "hold",
    "decided_on": "2026-06-01",
    "decided_by_post": "Secretary",
    "reason": "No feed.",
}


def minutes(name: str = "minutes.txt", text: bytes = b"Minutes of the meeting") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text, content_type="text/plain")


def answers(met: str = "yes") -> list[dict[str, str]]:
    return [{"code": it.code, "met": met, "note": "As minuted."} for it in stages.RULES["G3"].criteria]


def test_a_decision_comes_with_its_documents(cast: Cast, signed_in: SignIn):
    sent = {
        **HOLD,
        "criteria": json.dumps(answers("no")),
        "evidence": [minutes(), minutes("order.txt", b"Order")],
        "visibility": "internal",
    }
    client = signed_in(cast.manager)
    answer = client.post(ADDRESS, sent, format="multipart")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert [(it["name"], it["visibility"], it["gate"]) for it in made["evidence"]] == [
        ("minutes.txt", "internal", made["id"]),
        ("order.txt", "internal", made["id"]),
    ]
    assert {it["met"] for it in made["criteria"]} == {"no"}
    assert client.get(f"{ADDRESS}{made['id']}/").json()["evidence"] == made["evidence"]
    seen = signed_in(cast.our_viewer).get(f"{ADDRESS}{made['id']}/").json()
    assert seen["evidence"] == [], "internal documents are not the partners'"


def test_a_waiver_and_conditions_are_told_in_parts_as_in_json(cast: Cast, signed_in: SignIn):
    given = {
        **HOLD,
        "decision": "conditional",
        "conditions": "Close the mass balance.",
        "conditions_due_on": "2026-12-31",
    }
    answer = signed_in(cast.manager).post(
        ADDRESS, {**given, "criteria": json.dumps(answers("waived"))}, format="multipart"
    )
    assert answer.status_code == 201, answer.content
    assert (answer.json()["to_stage"], {it["met"] for it in answer.json()["criteria"]}) == ("S4", {"waived"})


@pytest.mark.parametrize(
    "text", ["nonsense", '{"code": "trl", "met": "yes"}', '[{"code": "trl"}]', '["trl"]', "7"]
)
def test_criteria_that_are_no_list_of_answers_are_refused(text: str, cast: Cast, signed_in: SignIn):
    answer = signed_in(cast.manager).post(ADDRESS, {**HOLD, "criteria": text}, format="multipart")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["criteria"]
    assert not StageGate.objects.exists()


def test_a_criterion_is_answered_once_in_parts_too(cast: Cast, signed_in: SignIn):
    twice = json.dumps(answers() + answers()[:1])
    answer = signed_in(cast.manager).post(ADDRESS, {**HOLD, "criteria": twice}, format="multipart")
    assert answer.status_code == 400
    assert "Answer each criterion once." in answer.content.decode()


def test_a_file_that_cannot_be_evidence_leaves_no_decision(cast: Cast, signed_in: SignIn):
    sent = {**HOLD, "evidence": [minutes("minutes.exe")]}
    answer = signed_in(cast.manager).post(ADDRESS, sent, format="multipart")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["evidence"]
    assert not StageGate.objects.exists()
    assert not Evidence.objects.exists()


def test_a_json_body_has_no_files(cast: Cast, signed_in: SignIn):
    answer = signed_in(cast.manager).post(ADDRESS, {**HOLD, "evidence": ["a"]}, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["evidence"]


def test_nobody_else_decides_in_parts_either(cast: Cast, signed_in: SignIn):
    for who in (cast.officer, cast.our_lead, cast.auditor):
        answer = signed_in(who).post(ADDRESS, {**HOLD, "evidence": [minutes()]}, format="multipart")
        assert answer.status_code == 403
    assert not Evidence.objects.exists()
