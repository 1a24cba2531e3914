"""What stands behind a proxy with a certificate: cookies and headers that hold for this host and for TLS alone."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string
browser = Client()
secure = {"secure": True, "headers": {"host": "tracker.example"}}
plain = browser.get("/sign-in/", headers={"host": "tracker.example"})
page = browser.get("/sign-in/", **secure)
kept = browser.post("/preferences/", {"language": "hi", "theme": "dark", "text": "large", "shortcuts": "off"}, **secure)
session = ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "headers": dict(page.headers),
    "cookies": [morsel.OutputString() for answer in (page, kept) for morsel in answer.cookies.values()],
    "session": [getattr(settings, f"SESSION_COOKIE_{name}") for name in session],
    "messages": import_string(settings.MESSAGE_STORAGE).storage_classes[0].cookie_name,
}))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "BASE_URL": "https://tracker.example",
        "ALLOWED_HOSTS": "tracker.example",
    }
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_plain_request_is_sent_to_https(answers):
    assert answers["plain"] == [301, "https://tracker.example/sign-in/"]
    assert answers["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "upgrade-insecure-requests" in answers["headers"]["Content-Security-Policy"]


def test_every_cookie_belongs_to_this_host_and_to_tls(answers):
    names = {cookie.partition("=")[0] for cookie in answers["cookies"]}
    assert names == {
        f"__Host-{name}" for name in ("csrftoken", "django_language", "theme", "text", "shortcuts")
    }
    for cookie in answers["cookies"]:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes, cookie
        assert not any(part.startswith("domain") for part in attributes), cookie
    assert answers["session"] == ["__Host-sessionid", True, True, "Lax"]
    assert answers["messages"] == "__Host-messages"
