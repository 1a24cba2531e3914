"""Who may do what, proven at the door: every route, every method, everybody, on own, other's and missing things.

The routes come from the URL resolver and the expectations from tests/api/rights.py. A route that the table does not
know fails the suite, so that nothing is open by oversight.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from projects.choices import Role
from projects.models import SignIn, TokenGrant, User
from tests.api.rights import RIGHTS
from tests.api.rights_shapes import BOTH, PEOPLE, STRANGERS, Row
from tests.api.routes import METHODS, Route, walk
from tests.api.scene import MISSING, OTHER, OWN, Scene, assemble_scene
from tests.breadth import THOROUGH
from tests.cast import person

ROUTES = walk()
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# Who may do what, and what a page says, does not hang on the engine: asked of one of them.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]


@dataclass
class Keys:
    """What everybody carries: a cookie for the pages, a header for the API. One client serves all, since each loads
    the middleware anew.
    """

    client: Client
    cookies: dict[str, SimpleCookie]
    headers: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """One stage for the whole matrix, in a transaction that is never committed; each request undoes its effects."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield assemble_scene()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def keys(scene: Scene, django_db_blocker: Any) -> Keys:
    """Everybody signed in once; of the strangers one is nobody, one's keys have expired, one's account is closed."""
    with django_db_blocker.unblock():
        users = {name: scene.cast.people[name] for name in PEOPLE}
        # Both would be officers, who may nearly everything, were their keys good.
        users["expired"] = person("expired", Role.OFFICER, scene.cast.ministry)
        users["disabled"] = person("disabled", Role.OFFICER, scene.cast.ministry)
        found = Keys(Client(), {"anonymous": SimpleCookie()}, {"anonymous": {}})
        for name, user in users.items():
            found.client.cookies = SimpleCookie()
            found.client.force_login(user, "django.contrib.auth.backends.ModelBackend")
            found.cookies[name] = found.client.cookies
            found.headers[name] = {"Authorization": f"Token {TokenGrant.issue(user, now=timezone.now())[1]}"}
        SignIn.objects.filter(pk=found.cookies["expired"]["sessionid"].value).update(expire_date=LONG_AGO)
        AuthToken.objects.filter(user=users["expired"]).update(expiry=LONG_AGO)
        User.objects.filter(pk=users["disabled"].pk).update(is_active=False)
    return found


def test_every_route_is_in_the_matrix():
    assert {route.name for route in ROUTES} == set(RIGHTS)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_route_answers_as_its_rights_say(route: Route, method: str, scene: Scene, keys: Keys):
    rows = RIGHTS[route.name]
    row = rows.get(method)
    example = row or next(iter(rows.values()))
    wrong = []
    # A method that is not offered is refused before anybody's roles are asked: one of either kind suffices.
    for name in (*PEOPLE, *STRANGERS) if row or THOROUGH else ("officer", "anonymous"):
        answers = {}
        for which in asked_of(name, row):
            response = ask(scene, keys, name, route, method, example, which)
            if response.streaming:
                b"".join(response)  # a file is closed at its end
            answers[which] = told(response, scene, example, which)
            if row is None and example.is_page:
                if response.status_code < 300:
                    wrong.append(
                        f"{name} on {which}: {response.status_code} for a method that is not offered"
                    )
            elif response.status_code != expect(name, which, row, example):
                wrong.append(
                    f"{name} on {which}: {response.status_code}, not {expect(name, which, row, example)}"
                )
        hidden = PEOPLE.get(name, ("", ()))[1] == {OWN} and not example.everybody_sees
        if hidden and answers.get(OTHER) != answers.get(MISSING):
            wrong.append(f"{name}: other's and missing answer differently")
    assert not wrong, "\n".join(wrong)


def asked_of(name: str, row: Row | None) -> tuple[str, ...]:
    """Return the halves that somebody is asked about.

    To whoever sees both or neither, the halves are one: briefly the officer and the stranger without a key speak for them.
    """
    if row is None or not (row.thing or row.names):
        return (OWN,)
    sees = PEOPLE[name][1] if name in PEOPLE else frozenset()
    alike = sees in (BOTH, frozenset()) and name not in ("officer", "anonymous")
    return (OWN, OTHER, MISSING) if THOROUGH or not alike else (OWN,)


def expect(name: str, which: str, row: Row | None, example: Row) -> int:
    """Return the status that the table promises."""
    if row is None:
        return 401 if name in STRANGERS and not example.is_open else 405
    if row.is_open:
        if row.thing and which == MISSING and row.ok == 200:
            return 404
        return (row.strangers if name in STRANGERS else 0) or row.ok
    if name in STRANGERS:
        return 302 if row.is_page else 401
    role, halves = PEOPLE[name]
    if row.names and role not in row.may:
        return 403
    sees = which in halves or (row.everybody_sees and role and which != MISSING)
    if (row.thing or row.names) and not sees:
        return 400 if row.names else 404
    return row.ok if role in row.may else 403


def ask(scene: Scene, keys: Keys, name: str, route: Route, method: str, row: Row, which: str) -> Any:
    """Return the answer to one request, whose effects are undone."""
    key = scene.key(row.thing, which) if row.thing else None
    address = reverse(route.name, kwargs=dict.fromkeys(route.parameters, key))
    body = row.body(scene.key(row.names, which) if row.names else None)
    headers = {} if row.is_page else keys.headers[name]
    keys.client.cookies = SimpleCookie()
    if row.is_page:
        keys.client.cookies.load({cookie: morsel.value for cookie, morsel in keys.cookies[name].items()})
    send = getattr(keys.client, method.lower())
    with transaction.atomic():
        if row.is_page and method == "POST":
            response = send(address, body)
        elif row.is_page or method == "GET":
            response = send(address, headers=headers)
        elif "evidence" in body:
            response = send(address, body, headers=headers)  # in parts, as files are sent
        else:
            response = send(address, body, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return response


def told(response: Any, scene: Scene, row: Row, which: str) -> str:
    """Return status and body without the thing's key and what is random: all by which answers could be told apart."""
    text = b"".join(response).decode(errors="replace") if response.status_code >= 400 else ""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    text = re.sub(r'name="next" value="[^"]*"|\?next=[^"]*', "", text)  # the address itself, for the way back
    for name in filter(None, (row.thing, row.names)):
        key = scene.key(name, which)
        text = text.replace(key, "…") if isinstance(key, str) else text
    return f"{response.status_code} {text}"
