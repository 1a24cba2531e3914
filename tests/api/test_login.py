"""Signing in and out: tokens that are shown once and end, guessing that is locked out, sessions that need their token."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient

from projects.models import User, audit
from tests.api.conftest import NOON, SignIn
from tests.cast import PASSWORD, Cast

LOGIN, ME = "/api/v1/auth/login/", "/api/v1/me/"


def log_in(username: str, password: str = PASSWORD, **headers: str) -> Response:
    return APIClient(**headers).post(LOGIN, {"username": username, "password": password})


def with_token(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_token_opens_the_api_until_it_expires(cast: Cast):
    response = log_in("our_lead")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert dt.datetime.fromisoformat(body["expiry"]) == NOON + settings.REST_KNOX["TOKEN_TTL"]
    client = with_token(body["token"])
    assert client.get(ME).json()["username"] == "our_lead"
    with time_machine.travel(NOON + settings.REST_KNOX["TOKEN_TTL"] + dt.timedelta(seconds=1), tick=False):
        assert client.get(ME).status_code == 401


def test_only_the_digest_of_a_token_is_kept(cast: Cast):
    token = log_in("our_lead").json()["token"]
    kept = AuthToken.objects.get(user=cast.our_lead)
    assert token not in (kept.digest, kept.token_key)


def test_wrong_unknown_disabled_and_system_accounts_answer_alike(cast: Cast):
    User.objects.filter(pk=cast.manager.pk).update(is_active=False)
    answers = {
        (response.status_code, response.content)
        for response in (
            log_in("our_lead", "wrong"),
            log_in("no such person"),
            log_in("manager"),
            log_in("system:test", "!"),
        )
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401


@pytest.mark.parametrize(
    "body", [{}, {"username": "our_lead"}, {"username": "", "password": ""}, {"username": []}]
)
def test_a_login_of_the_wrong_shape_is_refused(body: dict, cast: Cast):
    assert APIClient().post(LOGIN, body).status_code == 400


def test_a_token_of_a_disabled_account_opens_nothing(cast: Cast):
    client = with_token(log_in("our_lead").json()["token"])
    User.objects.filter(pk=cast.our_lead.pk).update(is_active=False)
    assert client.get(ME).status_code == 401


def test_an_expired_token_does_not_hinder_signing_in(cast: Cast):
    assert log_in("our_lead", HTTP_AUTHORIZATION="Token expired").status_code == 200


def test_signing_out_ends_this_token_and_logoutall_all(cast: Cast):
    first, second, third = (with_token(log_in("our_lead").json()["token"]) for _ in range(3))
    assert first.post("/api/v1/auth/logout/").status_code == 204
    assert [client.get(ME).status_code for client in (first, second, third)] == [401, 200, 200]
    assert second.post("/api/v1/auth/logoutall/").status_code == 204
    assert third.get(ME).status_code == 401


def test_who_signs_in_too_often_loses_the_oldest_token(cast: Cast):
    limit = settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]
    tokens = []
    for minute in range(limit + 1):
        with time_machine.travel(NOON + dt.timedelta(minutes=minute), tick=False):
            tokens.append(log_in("our_lead").json()["token"])
    assert AuthToken.objects.filter(user=cast.our_lead).count() == limit
    assert with_token(tokens[0]).get(ME).status_code == 401
    assert with_token(tokens[1]).get(ME).status_code == 200


@pytest.mark.parametrize("username", ["our_lead", "no such person"])
def test_guessing_is_locked_out_whether_or_not_the_account_exists(username: str, cast: Cast):
    for _attempt in range(settings.SIGN_IN_FAILURES):
        assert log_in(username, "guess").status_code == 401
    response = log_in(username)
    assert response.status_code == 429
    assert response.json()["code"] == "locked_out"
    assert response["Content-Type"] == "application/problem+json"
    assert int(response["Retry-After"]) == settings.SIGN_IN_LOCK_MINUTES * 60
    with time_machine.travel(
        NOON + dt.timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES, seconds=1), tick=False
    ):
        assert log_in(username).status_code == (200 if username == "our_lead" else 401)


def test_one_persons_lock_does_not_shut_out_another(cast: Cast):
    for _attempt in range(settings.SIGN_IN_FAILURES + 1):
        log_in("our_lead", "guess")
    assert log_in("our_viewer").status_code == 200


def test_a_signed_in_browser_reads_and_needs_the_csrf_token_to_write(cast: Cast):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(cast.manager, "django.contrib.auth.backends.ModelBackend")
    assert client.get(ME).json()["username"] == "manager"
    body = {"reason": "Given up."}
    response = client.post("/api/v1/milestones/MST-901/cancel/", body)
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    client.get("/milestones/MST-901/cancel/")
    token = client.cookies["csrftoken"].value
    response = client.post("/api/v1/milestones/MST-901/cancel/", body, HTTP_X_CSRFTOKEN=token)
    assert response.status_code == 200


def test_rights_end_with_the_membership_while_the_token_lives(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_lead)
    assert client.get("/api/v1/milestones/MST-901/").status_code == 200
    membership = cast.our_lead.memberships.get()
    with audit.open_door():
        type(membership)._base_manager.filter(pk=membership.pk).update(valid_to=NOON.date() - dt.timedelta(1))
    assert client.get("/api/v1/milestones/MST-901/").status_code == 404
