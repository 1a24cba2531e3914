"""Settings that are unsafe together stop the start and say what to do; a new secret key ends nothing that the old one began."""

import datetime as dt
import secrets
import subprocess
import sys

import pytest
from django.conf import settings as under_test
from django.core import signing
from django.test import Client

from projects import sealing
from projects.models import CalendarLink, TokenGrant
from tracker import safety

SAFE = {
    "debug": False,
    "secret_key": "B4xq-" + "kPz81_mWvTy" * 5,
    "fallbacks": [],
    "base_url": "https://tracker.example",
    "allowed_hosts": ["tracker.example"],
    "behind_tls_proxy": True,
    "webhooks_allow_local": False,
}
UNSAFE = [
    ({"secret_key": "short"}, "SECRET_KEY is shorter than 50"),
    ({"secret_key": "abcabcabc " * 6}, "SECRET_KEY can be guessed"),
    ({"secret_key": f"django-insecure-{SAFE['secret_key']}"}, "SECRET_KEY can be guessed"),
    ({"fallbacks": ["old"]}, "A key of SECRET_KEY_FALLBACKS is shorter"),
    ({"fallbacks": [SAFE["secret_key"]]}, "the old key belongs there"),
    ({"base_url": "http://tracker.example"}, "write the https:// address"),
    ({"base_url": "tracker.example"}, "BASE_URL is 'tracker.example'"),
    ({"base_url": "https://tracker.example/app"}, "and nothing behind it"),
    ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS is *"),
    ({"debug": True}, r"DEBUG is yes on a machine that others reach \(tracker.example\)"),
    ({"webhooks_allow_local": True}, "WEBHOOKS_ALLOW_LOCAL is yes"),
]


@pytest.mark.parametrize(("changed", "words"), UNSAFE)
def test_what_is_unsafe_is_refused_in_words(changed, words):
    with pytest.raises(safety.ImproperlyConfigured, match=words):
        safety.require(**SAFE | changed)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"fallbacks": [SAFE["secret_key"][::-1]]},
        {"debug": True, "base_url": "http://127.0.0.1:8000", "behind_tls_proxy": False, "allowed_hosts": ["localhost", "[::1]"]},
        {"base_url": "http://10.0.0.5", "behind_tls_proxy": False, "allowed_hosts": ["10.0.0.5"]},
    ],
)  # fmt: skip
def test_what_is_safe_starts(changed):
    safety.require(**SAFE | changed)


def test_a_start_names_all_that_is_unsafe(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 60, "DEBUG": "yes"}
    environment |= {"BASE_URL": "http://tracker.example", "BEHIND_TLS_PROXY": "yes", "ALLOWED_HOSTS": "*"}
    done = subprocess.run(
        [sys.executable, "-c", "import tracker.settings"],
        env=environment, cwd=under_test.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    for variable in ("SECRET_KEY", "BEHIND_TLS_PROXY", "ALLOWED_HOSTS", "DEBUG"):
        assert f"\n{variable} " in done.stderr or f": {variable} " in done.stderr
    assert "x" * 60 not in done.stderr


@pytest.mark.django_db
@pytest.mark.engine("sqlite")
def test_a_new_secret_key_ends_nothing_that_the_old_one_began(cast, settings):
    now = dt.datetime.now(dt.UTC)
    browser, visitor = Client(), Client()
    browser.force_login(cast.officer, "django.contrib.auth.backends.ModelBackend")
    visitor.cookies = browser.cookies.copy()
    hook, held = sealing.sealed("the hook's secret"), signing.dumps("a draft", salt="forms")
    _link, feed = CalendarLink.issue(cast.officer, name="Telephone", language="en", now=now)
    _grant, token = TokenGrant.issue(cast.officer, now=now)

    def works() -> dict[str, bool]:
        try:
            opened = sealing.opened(hook) == "the hook's secret"
        except sealing.Unreadable:
            opened = False
        try:
            read = signing.loads(held, salt="forms") == "a draft"
        except signing.BadSignature:
            read = False
        return {
            "webhook": opened,
            "form": read,
            "feed": Client().get(f"/calendar/feed/{feed}.ics").status_code == 200,
            "token": Client().get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code
            == 200,
        }

    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = secrets.token_urlsafe(64), [old]
    assert all(works().values())
    assert browser.get("/projects/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    # Links and tokens are kept as digests that no key goes into; what was sealed or signed ends with its key.
    assert works() == {"webhook": False, "form": False, "feed": True, "token": True}
    assert browser.get("/projects/").status_code == 200  # moved to the new key when it was last used
    assert visitor.get("/projects/").status_code == 302
