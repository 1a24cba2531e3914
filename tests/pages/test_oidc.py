"""Signing in through a provider of OpenID Connect, against a real one: who is let in, and every way in which it may lie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from environ import Env

from projects import identities
from projects.models import Identity, audit
from projects.oidc_provider import Provider
from tests import oidcserver
from tests.cast import acting
from tests.oidcserver import CLIENT, SECRET, OidcServer
from tracker import signing_in

START, BACK = "/sign-in/oidc/", "/sign-in/oidc/return/"


@pytest.fixture
def provider(settings) -> Iterator[OidcServer]:
    with oidcserver.running(f"{settings.BASE_URL}{BACK}") as server:
        settings.OIDC = Provider(server.issuer, CLIENT, SECRET, "the ministry's directory", allows_http=True)
        yield server


def come_back(browser: Client, start: str = START) -> str:
    """Send the browser to the provider, and return the path and query that it is sent back to."""
    sent = browser.get(start)
    assert sent.status_code == 302
    answer = urllib3.request("GET", sent.url, redirect=False)
    assert answer.status == 302
    return BACK + "?" + answer.headers["Location"].partition("?")[2]


def is_in(browser: Client) -> bool:
    return browser.get("/projects/").status_code == 200


def test_an_account_opens_by_its_subject_or_once_by_an_email_that_the_provider_vouches_for(
    cast, provider, as_user
):
    provider.claims = {"sub": "u-17", "email": "Lead@Texmin.example", "email_verified": True}
    browser = Client()
    refused = browser.get(come_back(browser), follow=True)
    assert "did not work" in refused.content.decode()  # nobody has said whose account that is
    office = as_user(cast.administrator)
    form = f"/administration/users/{cast.our_lead.pk}/identity/"
    assert "directory" in office.get(form).content.decode()
    assert office.post(form, {"email": "lead@texmin.example", "reason": "Order 9"}).status_code == 302
    provider.lies = {"email_verified": False}
    assert browser.get(come_back(browser)).url == "/sign-in/"
    provider.lies = {}
    assert browser.get(come_back(browser, f"{START}?next=/milestones/")).url == "/milestones/"
    assert is_in(browser)
    assert (Identity.objects.get().subject, Identity.objects.get().email) == ("u-17", "")
    provider.claims = {"sub": "u-18", "email": "lead@texmin.example", "email_verified": True}
    other = Client()
    other.get(come_back(other))
    assert not is_in(other)  # the e-mail was for the first one
    provider.claims = {"sub": "u-17"}
    again = Client()
    assert again.get(come_back(again, f"{START}?next=https://example.org/")).url == "/"
    assert is_in(again)
    with pytest.raises(ValidationError):
        identities.bind(
            cast.their_lead, by=acting(cast.administrator), issuer=provider.issuer, subject="u-17"
        )
    cast.our_lead.is_active = False
    cast.our_lead.save()
    again.get(come_back(again))
    assert not is_in(again)
    told = [event.action for event in audit.history(cast.our_lead)]
    assert told == ["user.bind_identity", "user.recognise_identity"]
    office.post(form, {"reason": "Left."})
    assert not Identity.objects.exists()


def test_a_provider_that_lies_and_an_answer_that_was_not_asked_for_let_nobody_in(cast, provider):
    identities.bind(cast.our_lead, by=acting(cast.administrator), issuer=provider.issuer, subject="u-17")
    provider.claims = {"sub": "u-17"}
    lies = {
        "wrong nonce": {"lies": {"nonce": "another"}},
        "no nonce": {"lies": {"nonce": None}},
        "wrong audience": {"lies": {"aud": "another client"}},
        "an audience more": {"lies": {"aud": [CLIENT, "another"], "azp": "another"}},
        "wrong issuer": {"lies": {"iss": "https://example.org"}},
        "ended": {"lies": {"exp": 1_000_000_000}},
        "without an end": {"lies": {"exp": None}},
        "without a subject": {"lies": {"sub": None}},
        "unsigned": {"unsigned": True},
        "signed with the shared secret": {"shared": True},
        "signed by a stranger": {"stranger": True},
        "described by another name": {"described": {"issuer": "http://127.0.0.1:1"}},
        "a token endpoint that does not answer": {"described": {"token_endpoint": "http://127.0.0.1:1/"}},
    }
    right = dict(vars(provider))
    for name, lie in lies.items():
        browser = Client()
        back = come_back(browser)
        vars(provider).update(lie)
        assert browser.get(back).url == "/sign-in/", name
        assert not is_in(browser), name
        vars(provider).update({key: right[key] for key in lie})
    browser = Client()
    back = come_back(browser)
    wrong = {
        "of another browser": (Client(), back),
        "another state": (browser, back.replace("state=", "state=x")),
    }
    for name, (which, address) in wrong.items():
        cookies = dict(browser.cookies)
        assert which.get(address).url == "/sign-in/", name
        browser.cookies.update(cookies)
        assert not is_in(which), name
    fresh, thief = Client(), Client()
    back = come_back(fresh)
    thief.cookies["oidc"] = fresh.cookies["oidc"].value
    codes = dict(provider.codes)
    assert fresh.get(back).url == "/"
    assert is_in(fresh)
    for browser in (fresh, thief):  # the state was answered: neither again, nor by who copied it
        browser.post("/sign-out/")
        browser.cookies["oidc"] = thief.cookies["oidc"].value
        provider.codes.update(codes)  # a provider that takes its codes twice
        assert browser.get(back).url == "/sign-in/"
        assert not is_in(browser)


def test_the_second_factor_is_asked_for_unless_the_provider_does_it(cast, provider, settings):
    settings.SECOND_FACTOR_FOR = frozenset({"manager"})
    identities.bind(cast.manager, by=acting(cast.administrator), issuer=provider.issuer, subject="u-1")
    provider.claims = {"sub": "u-1"}
    browser = Client()
    browser.get(come_back(browser))
    assert browser.get("/projects/").url == "/account/second-factor/"
    settings.OIDC = Provider(provider.issuer, CLIENT, SECRET, "it", is_second_factor=True, allows_http=True)
    browser = Client()
    browser.get(come_back(browser))
    assert is_in(browser)


def test_settings_by_half_are_refused_and_without_any_there_is_no_such_page(cast, monkeypatch):
    assert Client().get(START).status_code == 404
    assert signing_in.provider(Env()) is None
    whole = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    for left_out in whole:
        with monkeypatch.context() as half:
            for name in set(whole) - {left_out}:
                half.setenv(name, whole[name])
            with pytest.raises(ImproperlyConfigured, match=f"{left_out} is missing"):
                signing_in.provider(Env())
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    assert signing_in.provider(Env()).name == "id.example"
    monkeypatch.setenv("OIDC_ISSUER", "http://id.example")
    with pytest.raises(ImproperlyConfigured, match="https"):
        signing_in.provider(Env())
