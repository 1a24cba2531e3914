"""The pages about the tracker itself, whose it is, and the way from a reader to the office."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from environ import Env

from projects import post
from projects.navigation import GROUPS
from projects.views.about import cookies
from tracker import office

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">%s</svg>'


def page(browser: Client, path: str, **extra: str) -> str:
    answer = browser.get(path, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_site_map_names_what_its_reader_may_open_and_nothing_else(cast, as_user, client):
    lists = [reverse(entry.route) for group in GROUPS for entry in group.entries]
    of_manager, of_stranger = page(as_user(cast.manager), "/site-map/"), page(client, "/site-map/")
    assert [path for path in lists if f'href="{path}"' not in of_manager] == ["/administration/"]
    assert 'href="/administration/"' in page(as_user(cast.administrator), "/site-map/")
    assert "/styleguide/" in of_manager
    assert "/styleguide/" not in page(as_user(cast.our_lead), "/site-map/")
    # The name of the product leads everybody home, strangers by way of signing in.
    assert [path for path in lists if f'href="{path}"' in of_stranger] == ["/", "/verify/"]


def test_the_policies_name_every_cookie_that_is_set(cast, as_user):
    browser = as_user(cast.officer)
    browser.post("/preferences/", {"language": "en", "theme": "dark", "text": "large", "shortcuts": "off"})
    page(browser, "/feedback/")
    told = {name for name, _purpose, _stay in cookies()}
    assert set(browser.cookies) <= told
    assert all(f"<code>{name}</code>" in page(browser, "/policies/") for name in told)


def test_feedback_reaches_the_office_or_is_said_to_have_failed(cast, as_user, settings, monkeypatch):
    settings.OFFICE_CONTACT = "Room 12, New Delhi"
    unset = page(as_user(cast.our_lead), "/feedback/")
    assert "Room 12, New Delhi" in unset
    assert "<textarea" not in unset
    settings.FEEDBACK_MAIL = "office@example.org"
    browser = as_user(cast.our_lead)
    assert 'value="/milestones/MST-901/"' in page(
        browser, "/feedback/", HTTP_REFERER="http://testserver/milestones/MST-901/"
    )
    sent = {"page": "/targets/", "text": "<b>A button is missing.</b>", "answer_to": "lead@example.org"}
    assert browser.post("/feedback/", sent).status_code == 302
    (message,) = mail.outbox
    assert (message.to, message.reply_to) == (["office@example.org"], ["lead@example.org"])
    assert "/targets/" in message.subject
    assert "<b>A button is missing.</b>" in message.body
    assert cast.our_lead.by_post in message.body
    assert "error-summary" in browser.post("/feedback/", {"text": ""}).content.decode()

    def refuse(message):
        raise post.NotTaken("closed")

    monkeypatch.setattr(post, "send", refuse)
    answer = browser.post("/feedback/", sent)
    assert answer.status_code == 503
    assert "&lt;b&gt;A button is missing." in answer.content.decode()  # nothing is lost


def test_strangers_cannot_flood_the_office(cast, settings):
    settings.FEEDBACK_MAIL = "office@example.org"
    answers = [Client().post("/feedback/", {"text": "Hello"}).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_the_office_names_itself_in_both_languages(cast, client, settings):
    settings.MINISTRY_NAME, settings.MINISTRY_NAME_HI = "Ministry of Mines", "खान मंत्रालय"
    settings.EMBLEM = (SVG % "<path d='M0 0h4v4z'/>").encode()
    assert "Ministry of Mines" in (seen := page(client, "/help/"))
    assert '<img src="/emblem.svg"' in seen
    assert "खान मंत्रालय" in page(client, "/help/", HTTP_ACCEPT_LANGUAGE="hi")
    answer = client.get("/emblem.svg")
    assert (answer["Content-Type"], answer.content) == ("image/svg+xml", settings.EMBLEM)
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("drawing", "wrong"),
    [
        (None, "cannot be read"),
        ("no drawing", "no SVG"),
        ("<html/>", "no SVG"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG % "&a;", "DOCTYPE"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (SVG % "<script>alert(1)</script>", "<script>"),
        (SVG % '<path onclick="alert(1)"/>', "onclick"),
        (SVG % '<image href="https://example.org/a.png"/>', "example.org"),
        (SVG % ("<path/>" * 20_000), "larger than"),
    ],
)
def test_an_emblem_that_cannot_be_shown_stops_the_start_and_says_why(tmp_path, drawing, wrong):
    path = tmp_path / "emblem.svg"
    if drawing is not None:
        path.write_text(drawing)
    with pytest.raises(ImproperlyConfigured, match=wrong) as refusal:
        settings_of(EMBLEM_FILE=str(path))
    assert "EMBLEM_FILE" in str(refusal.value)


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"MINISTRY_NAME_HI": "खान मंत्रालय"}, "MINISTRY_NAME"),
        ({"MINISTRY_NAME": "a" * 121}, "MINISTRY_NAME"),
        ({"MINISTRY_NAME": "a\nb"}, "one line"),
        ({"FEEDBACK_MAIL": "nobody"}, "FEEDBACK_MAIL"),
    ],
)
def test_names_and_addresses_that_cannot_be_used_stop_the_start(variables, wrong):
    with pytest.raises(ImproperlyConfigured, match=wrong):
        settings_of(**variables)


def settings_of(**variables: str) -> office.Office:
    env = Env()
    env.ENVIRON = variables
    return office.of(env)
