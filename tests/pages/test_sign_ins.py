"""Sessions: they end unused, at their time, one by one or all together, and with the password or the account."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from projects import accounts
from projects.models import SignIn, TokenGrant
from projects.sessions import SessionStore, idle
from tests.cast import PASSWORD, acting
from tests.pages.conftest import NOON

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def sign_in(username: str, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": agent})
    assert browser.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def test_a_session_ends_unused_for_half_an_hour_and_after_twelve_hours_in_any_case(cast, settings):
    settings.SESSION_IDLE_MINUTES = 30
    browser, other = sign_in("officer"), sign_in("officer")
    for minute in range(25, 12 * 60, 25):
        with time_machine.travel(NOON + dt.timedelta(minutes=minute)):
            assert is_in(browser), minute
            if minute == 50:
                assert not is_in(other)
    with time_machine.travel(NOON + dt.timedelta(hours=12, seconds=5)):
        assert not is_in(browser)
        assert SignIn.forget(now=timezone.now(), idle=idle()) >= 1
        assert not SignIn.objects.filter(user=cast.officer).exists()


def test_signing_in_takes_a_new_key_and_a_key_from_elsewhere_opens_nothing(cast):
    stranger = SessionStore()
    stranger["planted"] = True
    stranger.create()
    browser = Client()
    browser.cookies["sessionid"] = stranger.session_key
    browser.post("/sign-in/", {"username": "officer", "password": PASSWORD})
    assert browser.cookies["sessionid"].value != stranger.session_key
    assert not SignIn.objects.filter(pk=stranger.session_key).exists()
    browser.cookies["sessionid"] = "a" * 32
    assert not is_in(browser)


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others(cast):
    here, away, third = sign_in("officer"), sign_in("officer", EDGE), sign_in("officer", "")
    theirs = sign_in("our_lead")
    _grant, token = TokenGrant.issue(cast.officer, now=timezone.now())
    page = here.get("/account/").content.decode()
    for told in ("Firefox, Windows", "Edge, Macintosh", "unknown browser"):
        assert told in page
    assert away.session.session_key not in page
    reference = SignIn.objects.get(pk=away.session.session_key).reference
    assert theirs.post(f"/account/sessions/{reference}/end/").status_code == 404
    assert here.post(f"/account/sessions/{reference}/end/").url == "/account/"
    assert [is_in(browser) for browser in (here, away, third)] == [True, False, True]
    api = {"Authorization": f"Token {token}"}
    assert Client().get("/api/v1/me/", headers=api).status_code == 200
    assert here.post("/account/sessions/end/").url == "/account/"
    assert [is_in(browser) for browser in (here, third, theirs)] == [True, False, True]
    assert Client().get("/api/v1/me/", headers=api).status_code == 401
    own = SignIn.objects.get(pk=here.session.session_key).reference
    assert here.post(f"/account/sessions/{own}/end/").url == "/sign-in/"
    assert not is_in(here)


@pytest.mark.parametrize("how", ["closed", "by link"])
def test_everything_ends_with_the_account_or_the_password(cast, how):
    browser = sign_in("officer")
    _grant, token = TokenGrant.issue(cast.officer, now=timezone.now())
    if how == "closed":
        accounts.close_account(cast.officer, by=acting(cast.administrator))
    else:
        accounts.choose_password(cast.officer, "tungsten harbour ninety melon", by=acting(cast.officer))
    assert not is_in(browser)
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 401
    assert not SignIn.objects.filter(user=cast.officer).exists()


def test_a_person_changes_the_own_password_and_stays_in_here_alone(cast, settings):
    browser, other = sign_in("officer"), sign_in("officer")
    new = "tungsten harbour ninety melon"
    form = {"current": PASSWORD, "new": new, "again": new}

    def told(**changes: str) -> str:
        page = browser.post("/account/password/", {**form, **changes}).content.decode()
        return re.sub(r"\s+", " ", page)

    assert "not your password" in told(current="wrong")
    assert "not the same" in told(again="else")
    assert "at least 15 characters" in told(new="short", again="short")
    assert "could be guessed" in told(new="officer officer 2026", again="officer officer 2026")
    assert is_in(other)
    key = browser.session.session_key
    assert browser.post("/account/password/", form).url == "/account/"
    assert browser.session.session_key != key
    assert is_in(browser)
    assert not is_in(other)
    assert Client().post("/sign-in/", {"username": "officer", "password": new}).status_code == 302
    settings.SIGN_IN_FAILURES = 2
    assert [browser.post("/account/password/", {**form, "current": "w"}).status_code for _n in range(3)] == [
        200,
        200,
        429,
    ]


def test_a_session_of_nobody_has_no_person(cast, client):
    assert SESSION_KEY not in client.session
    client.session.save()
    assert SignIn.objects.get().user is None
