"""Signing in and out."""

import re

import pytest

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


def test_guessing_ends_in_a_page_that_says_how_long_to_wait(cast, client, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _attempt in range(3):
        answer = client.post("/sign-in/", {"username": "officer", "password": "wrong"})
    assert answer.status_code == 429
    assert "for 15 minutes" in answer.content.decode()
    assert client.post("/sign-in/", {"username": "officer", "password": PASSWORD}).status_code == 429


def test_a_name_that_does_not_exist_is_locked_alike(cast, client, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _attempt in range(3):
        answer = client.post("/sign-in/", {"username": "stranger", "password": "wrong"})
    assert answer.status_code == 429
