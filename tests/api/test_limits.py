"""What may be asked how often, how much of it and for how long; each refusal is a problem, or a page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from projects.models import Tally
from tests.api.conftest import SignIn
from tests.api.scene import Scene
from tests.api.test_errors import assert_problem
from tests.cast import Cast

SIGN_IN = {"username": "officer", "password": "a guess that is wrong"}
TOKEN = {"name": "Dashboard", "scopes": ["read"], "expires_on": "2026-07-01"}


@pytest.fixture
def once(settings) -> None:
    """Every caller may do everything once in a minute."""
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, (1, 60))


def waits(response, seconds: int = 60) -> None:
    body = assert_problem(response, 429, "throttled")
    assert response["Retry-After"] == str(seconds)
    assert str(seconds) in body["detail"]


def test_signing_in_is_counted_by_address_over_api_and_page_together(cast: Cast, once):
    assert Client().post("/api/v1/auth/login/", SIGN_IN).status_code == 401
    waits(Client().post("/api/v1/auth/login/", SIGN_IN))
    page = Client().post("/sign-in/", SIGN_IN)
    assert (page.status_code, page["Retry-After"], page.templates[0].name) == (429, "60", "429.html")
    assert Client(REMOTE_ADDR="198.51.100.7").post("/api/v1/auth/login/", SIGN_IN).status_code == 401
    assert Client().get("/sign-in/").status_code == 200


def test_writes_tokens_and_reports_are_counted_by_person_each_by_its_own_rate(
    cast: Cast, signed_in: SignIn, once
):
    client = signed_in(cast.our_lead)
    assert client.post("/api/v1/milestones/MST-901/cancel/", {}).status_code == 403
    waits(client.post("/api/v1/milestones/MST-901/cancel/", {}))
    assert client.post("/api/v1/auth/tokens/", TOKEN).status_code == 201
    waits(client.post("/api/v1/auth/tokens/", TOKEN))
    assert client.get("/api/v1/reports/register.json/").status_code == 200
    waits(client.get("/api/v1/reports/register.json/"))
    assert signed_in(cast.our_viewer).post("/api/v1/milestones/MST-901/cancel/", {}).status_code == 403


@pytest.mark.parametrize("address", ["/api/v1/open-projects/", "/api/v1/iati/", "calendar-feed"])
def test_what_is_open_is_counted_by_address(address: str, cast: Cast, once):
    address = address if "/" in address else reverse(address, args=["wrong"])
    assert Client().get(address).status_code in (200, 404)
    busy = Client().get(address)
    assert (busy.status_code, busy["Retry-After"]) == (429, "60")
    assert Client(REMOTE_ADDR="198.51.100.7").get(address).status_code in (200, 404)


def test_trial_messages_and_uploads_are_counted_over_api_and_page_together(
    scene: Scene, signed_in: SignIn, once
):
    lead, hook = scene.cast.our_lead, scene.keys["webhook"]["own"]
    client, page = signed_in(lead), Client()
    page.force_login(lead, "django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/api/v1/webhooks/{hook}/ping/").status_code == 202
    busy = page.post(f"/webhooks/{hook}/ping/", content_type="application/x-www-form-urlencoded")
    assert (busy.status_code, busy["Retry-After"], busy.templates[0].name) == (429, "60", "429.html")
    sent = client.post("/api/v1/milestones/MST-901/claim/", {"actual_on": "soon"}, format="multipart")
    assert sent.status_code == 400
    waits(client.post("/api/v1/evidence/", {"milestone": "MST-903"}, format="multipart"))
    assert page.post("/milestones/MST-901/claim/", {}).status_code == 429
    assert page.get("/milestones/MST-901/claim/").status_code == 200


def test_reading_is_not_counted(cast: Cast, signed_in: SignIn, once):
    client = signed_in(cast.our_lead)
    for _ in range(3):
        assert client.get("/api/v1/milestones/").status_code == 200
    assert not Tally.objects.exists()


def test_where_nothing_can_be_counted_nothing_passes(cast: Cast):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE projects_tally RENAME TO elsewhere")
    # A table that is gone is a fault of ours; what matters is that the password was not looked at.
    client = Client(raise_request_exception=False)
    assert client.post("/api/v1/auth/login/", SIGN_IN).status_code == 500


def test_what_takes_the_database_too_long_is_given_up(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    page = Client()
    page.force_login(cast.officer, "django.contrib.auth.backends.ModelBackend")
    for ask in (
        lambda: client.get("/api/v1/overview/"),
        lambda: page.get("/programme/", headers={"Accept-Language": "hi"}),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before_it_takes_long; SET LOCAL statement_timeout = 1")
        response = ask()
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT before_it_takes_long")
        assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert 'lang="hi"' in response.content.decode()


def test_a_form_with_too_large_files_is_answered_by_a_page_in_the_language_of_the_reader(settings):
    size = settings.EVIDENCE_MAX_BYTES * settings.EVIDENCE_MAX_FILES * 2
    page = Client().post(
        "/milestones/MST-901/claim/", b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size), headers={"Accept-Language": "hi"},
    )  # fmt: skip
    assert (page.status_code, page["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert 'lang="hi"' in page.content.decode()
    assert 'href="/milestones/MST-901/claim/"' in page.content.decode()


def test_too_many_files_or_fields_are_too_much_not_a_fault(cast: Cast, signed_in: SignIn, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    fields = {f"field{number}": "x" for number in range(9)}
    response = signed_in(cast.our_lead).post("/api/v1/milestones/MST-901/claim/", fields, format="multipart")
    assert_problem(response, 413, "too_large")
    assert Client().post("/sign-in/", fields).status_code == 413


def test_an_address_that_is_too_long(db: None):
    assert_problem(Client().get("/api/v1/projects/?q=" + "x" * 4000), 414, "too_long")
    assert Client().get("/verify/?q=" + "x" * 4000).status_code == 414
