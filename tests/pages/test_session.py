"""Signing in and out."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from projects.models import User
from tests.cast import PASSWORD


def test_user_name_and_password_open_the_overview(cast, client):
    answer = client.post("/sign-in/", {"username": "officer", "password": PASSWORD})
    assert answer.url == "/"
    assert client.get("/", follow=True).status_code == 200


def test_the_page_asked_for_opens_after_signing_in(cast, client):
    answer = client.post("/sign-in/?next=/projects/", {"username": "officer", "password": PASSWORD})
    assert answer.url == "/projects/"


def test_no_other_site_is_opened_after_signing_in(cast, client):
    form = {"username": "officer", "password": PASSWORD, "next": "https://example.org/"}
    assert client.post("/sign-in/", form).url == "/"


def _without_token(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode())


def test_a_wrong_password_an_unknown_name_and_a_closed_account_read_the_same(cast, client):
    cast.nobody.is_active = False
    cast.nobody.save()
    pages = set()
    for name, password in (("officer", "wrong"), ("stranger", PASSWORD), ("nobody", PASSWORD)):
        answer = client.post("/sign-in/", {"username": name, "password": password})
        assert answer.status_code == 200
        pages.add(_without_token(answer.content).replace(name, ""))
    assert len(pages) == 1


def test_signing_out_needs_a_post_and_ends_the_session(cast, as_user):
    browser = as_user(cast.officer)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").url == "/sign-in/"
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("path", ["/programme/", "/projects/PRJ-901/"])
def test_a_page_is_kept_by_no_cache(cast, as_user, path):
    assert "no-store" in as_user(cast.officer).get(path)["Cache-Control"]


@pytest.mark.parametrize("name", ["officer", "stranger"])
def test_guessing_ends_in_a_page_that_says_how_long_to_wait_whether_or_not_the_name_exists(
    cast, client, settings, name
):
    settings.SIGN_IN_FAILURES = 3
    for _attempt in range(3):
        assert client.post("/sign-in/", {"username": name, "password": "wrong"}).status_code == 200
    answer = client.post("/sign-in/", {"username": f" {name.upper()}", "password": PASSWORD})
    assert answer.status_code == 429
    assert "in 15 minutes" in answer.content.decode()
    assert 880 < int(answer["Retry-After"]) <= 900
    # Refused tries are counted nowhere else: the name is not locked from other places by them, nor other names from here.
    for _attempt in range(40):
        client.post("/sign-in/", {"username": name, "password": "wrong"}, REMOTE_ADDR="192.0.2.9")
    away = client.post("/sign-in/", {"username": "officer", "password": PASSWORD}, REMOTE_ADDR="192.0.2.10")
    assert away.status_code == 302
    assert Client().post("/sign-in/", {"username": "manager", "password": PASSWORD}).status_code == 302


def test_many_places_together_lock_a_name_and_one_place_all_names(cast, client, settings):
    settings.SIGN_IN_FAILURES = 1  # ten times as many from everywhere, and of all names
    for place in range(10):
        client.post("/sign-in/", {"username": "officer", "password": "w"}, REMOTE_ADDR=f"192.0.2.{place}")
    right = {"username": "officer", "password": PASSWORD}
    assert client.post("/sign-in/", right, REMOTE_ADDR="198.51.100.1").status_code == 429
    for number in range(10):
        client.post("/sign-in/", {"username": f"name{number}", "password": "w"}, REMOTE_ADDR="203.0.113.1")
    right = {"username": "manager", "password": PASSWORD}
    assert client.post("/sign-in/", right, REMOTE_ADDR="203.0.113.1").status_code == 429
    assert client.post("/sign-in/", right, REMOTE_ADDR="203.0.113.2").status_code == 302


def test_every_refusal_costs_one_run_of_the_hasher(cast, client, monkeypatch):
    runs = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: runs.append(1) or encode(*args))
    cast.nobody.is_active = False
    cast.nobody.save()
    User.objects.create_user("unchosen")
    runs.clear()
    for name, password in (("officer", "w"), ("stranger", "w"), ("nobody", PASSWORD), ("unchosen", "w")):
        client.post("/sign-in/", {"username": name, "password": password})
        assert len(runs) == 1, name
        runs.clear()
