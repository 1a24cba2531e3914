"""Every error of the API is a problem of one shape, and none tells more than its reader may know."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIClient

from projects.api.programme import AgreementViewSet
from projects.models import Milestone
from tests.api.conftest import SignIn
from tests.cast import Cast

MEMBERS = {"type", "title", "status", "code", "detail", "errors"}


def assert_problem(response: Response, status: int, code: str) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert set(body) == MEMBERS
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:mission-tracker:problem:{code}"
    for error in body["errors"]:
        assert set(error) == {"field", "code", "detail"}
    return body


def test_not_signed_in(db: None):
    response = APIClient().get("/api/v1/projects/")
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Token"


def test_a_token_that_nobody_gave(db: None):
    assert_problem(
        APIClient().get("/api/v1/me/", HTTP_AUTHORIZATION="Token abc"), 401, "authentication_failed"
    )
    for strange in ("Token", "Token a b", "Token \xff\xfe"):
        assert APIClient().get("/api/v1/me/", HTTP_AUTHORIZATION=strange).status_code == 401


def test_not_allowed_not_found_not_offered(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_viewer)
    body = {"reason": "Given up."}
    assert_problem(client.post("/api/v1/milestones/MST-901/cancel/", body), 403, "permission_denied")
    assert_problem(client.get("/api/v1/milestones/MST-902/"), 404, "not_found")
    assert_problem(client.delete("/api/v1/milestones/MST-901/"), 405, "method_not_allowed")
    assert_problem(client.get("/api/v1/projects/", HTTP_ACCEPT="text/html"), 406, "not_acceptable")


@pytest.mark.parametrize(
    "address", ["/api/v1/nothing/", "/api/v2/projects/", "/api/v1/projects/PRJ-901/history/x/"]
)
def test_an_address_that_does_not_exist(address: str, db: None):
    assert_problem(Client().get(address), 404, "not_found")


@pytest.mark.parametrize("body", ["{", "[1,", "\xff", "{'a': 1}", "[" * 100_000, '{"actual_on": NaN}'])
def test_a_body_that_is_no_json(body: str, cast: Cast, signed_in: SignIn):
    response = signed_in(cast.our_lead).post(
        "/api/v1/milestones/MST-901/claim/", body.encode("latin-1"), content_type="application/json"
    )
    assert_problem(response, 400, "parse_error")


def test_a_body_of_a_kind_that_is_not_read(cast: Cast, signed_in: SignIn):
    response = signed_in(cast.our_lead).post(
        "/api/v1/milestones/MST-901/claim/", "<xml/>", content_type="application/xml"
    )
    assert_problem(response, 415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_not_read(cast: Cast, signed_in: SignIn, settings):
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    client = signed_in(cast.our_lead)
    response = client.post(
        "/api/v1/milestones/MST-901/claim/",
        b'{"note": "%s"}' % (b"x" * limit),
        content_type="application/json",
    )
    assert_problem(response, 413, "too_large")
    assert Client().post("/sign-in/", b"x" * (limit + 1), content_type="text/plain").status_code == 413


def test_an_upload_beyond_the_limit_is_not_read_even_when_it_only_says_so(
    cast: Cast, signed_in: SignIn, settings
):
    response = signed_in(cast.our_lead).post(
        "/api/v1/milestones/MST-901/claim/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(settings.EVIDENCE_MAX_BYTES * settings.EVIDENCE_MAX_FILES * 2),
    )
    assert_problem(response, 413, "too_large")


def test_what_the_database_refuses_is_a_conflict_without_its_words(
    cast: Cast, signed_in: SignIn, monkeypatch
):
    def refuse(*args: object, **kwargs: object) -> None:
        raise IntegrityError("UNIQUE constraint failed: projects_milestone.reference")

    monkeypatch.setattr(Milestone, "verify", refuse)
    response = signed_in(cast.manager).post("/api/v1/milestones/MST-901/verify/", {})
    assert "projects_milestone" not in json.dumps(assert_problem(response, 409, "conflict"))


def test_what_nobody_foresaw_is_logged_and_told_to_nobody(cast: Cast, signed_in: SignIn, monkeypatch, caplog):
    def fail(*args: object, **kwargs: object) -> None:
        raise KeyError("the password is swordfish")

    monkeypatch.setattr(AgreementViewSet, "rows", fail)
    client = signed_in(cast.officer)
    client.raise_request_exception = False
    response = client.get("/api/v1/agreements/")
    assert "swordfish" not in json.dumps(assert_problem(response, 500, "error"))
    assert "swordfish" in caplog.text


def test_errors_speak_the_language_of_the_request(db: None):
    response = APIClient().get("/api/v1/projects/", HTTP_ACCEPT_LANGUAGE="hi")
    assert response["Content-Language"] == "hi"
    assert_problem(response, 401, "not_authenticated")


def test_a_problem_is_json_also_where_the_answer_would_be_a_file_or_a_page(cast: Cast, signed_in: SignIn):
    assert_problem(signed_in(cast.officer).get("/api/v1/evidence/987654/content/"), 404, "not_found")
    assert_problem(APIClient().post("/api/v1/docs/"), 405, "method_not_allowed")
