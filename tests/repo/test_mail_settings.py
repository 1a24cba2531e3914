"""What EMAIL_URL and DEFAULT_FROM_EMAIL may say; what cannot be used stops the start and gives no password away."""

from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker import mail


def of(**variables):
    env = environ.Env()
    env.ENVIRON = variables
    return mail.of(env, Path("/data"))


def test_without_a_server_mails_become_files_in_the_data_folder():
    found = of()
    assert (found["EMAIL_BACKEND"], found["EMAIL_FILE_PATH"]) == (mail.TO_FILES, "/data/mail")
    assert found["DEFAULT_FROM_EMAIL"] == "Mission Tracker <no-reply@localhost>"


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "tls", "ssl"),
    [
        ("smtp://relay", "relay", 25, "", None, None),
        ("smtp+tls://u%40x:p%2Fw@mail.example.org", "mail.example.org", 587, "u@x", True, None),
        ("smtp+ssl://u:p@mail.example.org:4650", "mail.example.org", 4650, "u", None, True),
    ],
)
def test_a_server_is_taken_apart(url, host, port, user, tls, ssl):
    found = of(EMAIL_URL=url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"]) == (host, port, user)
    assert (found.get("EMAIL_USE_TLS"), found.get("EMAIL_USE_SSL")) == (tls, ssl)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org:25",
        "smtp://",
        "smtp://user:secret@",
        "smtp://user:secret@host:port",
        "smtp://user:secret@host:99999",
        "https://user:secret@host",
        "dummymail://",
        "filemail://folder",
        "smtp+tls:user:secret@host",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_by_name_and_without_its_password(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        of(EMAIL_URL=url)
    assert "EMAIL_URL" in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["nobody", "Tracker <>", "a@b@c", "Tracker\n<no-reply@example.org>"])
def test_a_sender_that_is_no_address_is_refused(sender):
    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL"):
        of(DEFAULT_FROM_EMAIL=sender)


def test_a_sender_may_have_a_name():
    assert of(DEFAULT_FROM_EMAIL="Mission <m@example.org>")["DEFAULT_FROM_EMAIL"] == "Mission <m@example.org>"
