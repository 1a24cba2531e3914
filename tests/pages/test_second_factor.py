"""The second factor: set up by a code, asked for at signing in, good once, demanded by roles, reset by administrators."""

from __future__ import annotations

import base64
import datetime as dt
import re

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from projects import permissions, sealing, second_factor
from projects.models import RecoveryCode, SecondFactor, TokenGrant, audit
from tests.cast import PASSWORD, acting

LOGIN, ME = "/api/v1/auth/login/", "/api/v1/me/"
SECRET = base64.b32encode(b"12345678901234567890").decode()  # of RFC 6238


def code(secret: str, steps: int = 0) -> str:
    moment = int(timezone.now().timestamp()) + 30 * steps
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(moment).decode()  # noqa: S303 - what apps understand


def enrolled(user, secret: str = SECRET) -> list[str]:
    """Give the person the secret, by a code of an hour ago, and return the recovery codes."""
    before = timezone.now() - dt.timedelta(hours=1)
    return second_factor.enrol(user, secret, code(secret, -120), by=acting(user), now=before)


def sign_in(username: str, **more: str) -> Client:
    browser = Client(**more)
    assert browser.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    return browser


def test_who_must_have_one_gets_nothing_else_until_a_code_has_confirmed_it(cast, settings):
    settings.SECOND_FACTOR_FOR = frozenset({"manager"})
    other, browser = sign_in("manager"), sign_in("manager")
    weak = TokenGrant.issue(cast.manager, now=timezone.now())[1]
    for path in ("/programme/", "/account/", "/account/password/", "/admin/"):
        assert browser.get(path).url == "/account/second-factor/", path
    refused = browser.get(ME)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    program = APIClient(headers={"Authorization": f"Token {weak}"})
    assert program.get(ME).json()["code"] == "second_factor_required"
    assert APIClient().post(LOGIN, {"username": "manager", "password": PASSWORD}).status_code == 403
    page = browser.get("/account/second-factor/")
    assert 'class="square' in page.content.decode()
    secret = page.context["secret"].replace(" ", "")
    sent = {"offer": page.context["form"]["offer"].value(), "current": PASSWORD}
    wrong = browser.post("/account/second-factor/", {**sent, "code": code(secret, 3)})
    assert "not the current code" in wrong.content.decode()
    assert secret == wrong.context["secret"].replace(" ", "")
    assert not SecondFactor.objects.exists()
    not_theirs = sign_in("our_lead").post("/account/second-factor/", {**sent, "code": code(secret)})
    assert not_theirs.status_code == 302
    done = browser.post("/account/second-factor/", {**sent, "code": code(secret)})
    assert len(done.context["codes"]) == 10
    assert browser.get("/programme/").status_code == 200
    assert browser.get(ME).status_code == 200
    assert other.get("/programme/").url.startswith("/sign-in/")  # what was signed in without it has ended
    assert program.get(ME).status_code == 401
    assert secret not in str(SecondFactor.objects.values())
    assert "no-store" in done["Cache-Control"]
    settings.SECOND_FACTOR_FOR = frozenset()
    assert sign_in("officer").get("/programme/").status_code == 200


def test_a_code_is_asked_for_and_is_good_once_and_for_a_step_before_and_after(cast, caplog):
    enrolled(cast.our_lead)
    browser = sign_in("our_lead")
    assert browser.get("/projects/").url.startswith("/sign-in/")  # half is not in
    caplog.set_level("DEBUG")
    stale = code(SECRET, -2)
    assert "The code is wrong" in browser.post("/sign-in/code/", {"code": stale}).content.decode()
    good = code(SECRET, 1)
    assert browser.post("/sign-in/code/", {"code": f"{good[:3]} {good[3:]}"}).url == "/"
    assert browser.get("/projects/").status_code == 200
    again = sign_in("our_lead")
    for used in (good, code(SECRET), code(SECRET, -1)):  # the same, and those before it
        assert again.post("/sign-in/code/", {"code": used}).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        assert again.post("/sign-in/code/", {"code": code(SECRET)}).url == "/sign-in/"  # half for too long
    after = sign_in("our_lead")
    cast.our_lead.set_password("something else entirely")
    cast.our_lead.save()
    assert after.get("/sign-in/code/").url == "/sign-in/"
    ours = " ".join(found.getMessage() for found in caplog.records if not found.name.startswith("django.db"))
    assert "signed in with a second factor" in ours
    assert not [told for told in (PASSWORD, SECRET, good, stale) if told in ours]


def test_guessing_codes_is_locked_for_the_person_wherever_they_are(cast):
    codes = enrolled(cast.our_lead)
    browser = sign_in("our_lead")
    for _attempt in range(5):
        assert browser.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    elsewhere = sign_in("our_lead", REMOTE_ADDR="192.0.2.7")
    for given in (code(SECRET), codes[0]):
        answer = elsewhere.post("/sign-in/code/", {"code": given})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 800


def test_a_recovery_code_opens_once_and_new_ones_replace_the_old(cast):
    codes = enrolled(cast.our_lead)
    assert len(set(codes)) == 10
    assert not {code.replace("-", "") for code in codes} & set(
        RecoveryCode.objects.values_list("digest", flat=True)
    )
    assert sign_in("our_lead").post("/sign-in/code/", {"code": codes[0].upper()}).url == "/"
    browser = sign_in("our_lead")
    assert browser.post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert browser.post("/sign-in/code/", {"code": codes[1]}).url == "/"
    assert "8 recovery codes are left" in browser.get("/account/").content.decode()
    renewed = browser.post("/account/recovery-codes/", {"current": PASSWORD, "code": codes[2]}).context[
        "codes"
    ]
    assert not set(renewed) & set(codes)
    form = {"current": PASSWORD, "code": codes[3]}
    assert "The code is wrong" in browser.post("/account/second-factor/remove/", form).content.decode()
    refused = browser.post("/account/second-factor/remove/", {"current": "wrong", "code": renewed[0]})
    assert "not your password" in refused.content.decode()
    assert browser.post("/account/second-factor/remove/", {**form, "code": renewed[0]}).url == "/account/"
    assert sign_in("our_lead").get("/projects/").status_code == 200
    assert [event.action for event in audit.history(cast.our_lead)] == [
        "user.enrol_second_factor",
        *["user.use_recovery_code"] * 3,
        "user.renew_recovery_codes",
        "user.use_recovery_code",
        "user.remove_second_factor",
    ]


def test_the_api_asks_for_the_code_by_a_stable_word_and_its_token_is_strong(cast, settings):
    settings.SECOND_FACTOR_FOR = frozenset({"manager"})
    codes = enrolled(cast.manager)
    known = {"username": "manager", "password": PASSWORD}
    for more in ({}, {"code": ""}, {"code": "000000"}):
        answer = APIClient().post(LOGIN, {**known, **more})
        assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    assert APIClient().post(LOGIN, {**known, "password": "w"}).json()["code"] == "authentication_failed"
    token = APIClient().post(LOGIN, {**known, "code": code(SECRET)}).json()["token"]
    client = APIClient(headers={"Authorization": f"Token {token}"})
    assert client.get(ME).status_code == 200
    named = {"name": "Dashboard", "scopes": ["read"], "expires_on": "2026-06-30"}
    made = client.post("/api/v1/auth/tokens/", named)
    assert APIClient(headers={"Authorization": f"Token {made.json()['token']}"}).get(ME).status_code == 200
    assert APIClient().post(LOGIN, {**known, "code": codes[0]}).status_code == 200


def test_an_administrator_resets_what_is_lost_and_reads_nothing(cast, as_user):
    enrolled(cast.our_lead)
    enrolled(cast.administrator)
    theirs = sign_in("our_lead")
    theirs.post("/sign-in/code/", {"code": code(SECRET)})
    office = as_user(cast.administrator)
    page = office.get(f"/administration/users/{cast.our_lead.pk}/").content.decode()
    assert SECRET not in page
    reset = f"/administration/users/{cast.our_lead.pk}/second-factor/"
    assert reset in page
    assert office.post(reset, {"reason": "Telephone lost; called back."}).status_code == 302
    assert not SecondFactor.objects.filter(user=cast.our_lead).exists()
    assert not RecoveryCode.objects.filter(user=cast.our_lead).exists()
    assert theirs.get("/projects/").url.startswith("/sign-in/")
    last = audit.history(cast.our_lead).last()
    assert (last.action, last.actor, last.reason) == (
        "user.reset_second_factor", cast.administrator, "Telephone lost; called back.",
    )  # fmt: skip
    own = office.post(f"/administration/users/{cast.administrator.pk}/second-factor/", {})
    assert "cannot reset your own" in own.content.decode()
    with pytest.raises(permissions.PermissionDenied):
        second_factor.reset(cast.administrator, by=acting(cast.manager))


def test_a_secret_is_sealed_for_its_person_and_outlives_a_change_of_the_key(cast, settings):
    enrolled(cast.our_lead)
    enrolled(cast.our_viewer, base64.b32encode(b"another secret at al").decode())
    kept = SecondFactor.objects.get(user=cast.our_lead)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "n" * 60
    with pytest.raises(sealing.Unreadable):
        sealing.opened(kept.secret)
    assert (
        "The code is wrong"
        in sign_in("our_lead").post("/sign-in/code/", {"code": code(SECRET)}).content.decode()
    )
    settings.SECRET_KEY_FALLBACKS = [old]
    assert second_factor.accepts(cast.our_lead, code(SECRET), by=acting(cast.our_lead), now=timezone.now())
    settings.SECRET_KEY_FALLBACKS = []  # it was sealed anew when it was used
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        assert second_factor.accepts(
            cast.our_lead, code(SECRET), by=acting(cast.our_lead), now=timezone.now()
        )
    kept.refresh_from_db()
    SecondFactor.objects.filter(user=cast.our_viewer).update(secret=kept.secret, last_step=0)
    with pytest.raises(sealing.Unreadable):
        second_factor.accepts(cast.our_viewer, code(SECRET), by=acting(cast.our_viewer), now=timezone.now())
    with time_machine.travel(timezone.now() + dt.timedelta(hours=2)), pytest.raises(ValidationError):
        second_factor.taken(cast.our_lead, second_factor.offered(cast.our_lead, SECRET) and kept.secret)


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, cut to six digits."""
    for moment, told in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert second_factor._step_of(SECRET, told, dt.datetime.fromtimestamp(moment, dt.UTC)) == moment // 30
    address = second_factor.address(type("Somebody", (), {"username": "a b"})(), SECRET)
    assert re.fullmatch(
        rf"otpauth://totp/Mission%20Tracker:a%20b\?secret={SECRET}&issuer=Mission%20Tracker&digits=6&period=30",
        address,
    )


def test_the_console_resets_where_no_administrator_is_left(cast, capsys):
    enrolled(cast.administrator)
    for _attempt in range(6):
        sign_in("administrator").post("/sign-in/code/", {"code": "000000"})
    call_command("reset_second_factor", "administrator", reason="Called back.")
    assert not SecondFactor.objects.exists()
    last = audit.history(cast.administrator).last()
    assert (last.action, last.role, last.reason) == ("user.reset_second_factor", "system", "Called back.")
    enrolled(cast.administrator)
    assert (
        sign_in("administrator").post("/sign-in/code/", {"code": code(SECRET)}).url == "/"
    )  # locked no more
    for wrong in ("stranger", "officer", "system:console"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", wrong, reason="x")
