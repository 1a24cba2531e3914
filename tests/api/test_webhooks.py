"""Webhooks over the API and on pages: secrets that are shown once, partners apart, and the log of what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import deliveries
from projects.models import Delivery, KeyedCall, Webhook
from tests.api.conftest import NOON, SignIn
from tests.api.rights import TOLD
from tests.api.scene import Scene
from tests.cast import Cast, acting
from tests.hookserver import HookServer, running

pytestmark = pytest.mark.django_db
HOOKS, LOG = "/api/v1/webhooks/", "/api/v1/webhook-deliveries/"


@pytest.fixture
def receiver(settings: Any) -> Iterator[HookServer]:
    settings.WEBHOOKS_ALLOW_LOCAL = True
    with running() as server:
        yield server


def test_a_secret_is_shown_once_and_kept_unreadable(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.manager)
    made = client.post(HOOKS, TOLD)
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    secret = made.json()["secret"]
    one = f"{HOOKS}{made.json()['id']}/"
    kept = Webhook.objects.get()
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in kept.secret
    assert "secret" not in client.get(one).json()
    renewed = client.post(f"{one}rotate/")
    assert renewed["Cache-Control"] == "no-store"
    assert renewed.json()["secret"] != secret
    # Answers under a key are kept, so that a secret must not be answered under one.
    for address in (HOOKS, f"{one}rotate/"):
        assert client.post(address, TOLD, headers={"Idempotency-Key": "k"}).status_code == 400
    assert (KeyedCall.objects.count(), Webhook.objects.count()) == (0, 1)


def test_an_address_that_may_not_be_called_is_refused_with_its_field(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.manager)
    for url in ("https://127.0.0.1/", "http://hooks.example.org/", "https://hooks.example.org:22/"):
        answer = client.post(HOOKS, {**TOLD, "url": url})
        assert (answer.status_code, [it["field"] for it in answer.json()["errors"]]) == (400, ["url"])
    one = f"{HOOKS}{client.post(HOOKS, TOLD).json()['id']}/"
    assert client.patch(one, {"url": "https://[::1]/"}).status_code == 400
    assert client.patch(one, {"events": ["report.deleted"]}).status_code == 400
    assert client.patch(one, {"name": "Late", "version": 7}).status_code == 409
    changed = client.patch(one, {"name": "Portal", "is_active": False, "version": 1}).json()
    assert (changed["name"], changed["is_active"], changed["version"]) == ("Portal", False, 2)
    assert client.post(f"{one}ping/").status_code == 409


def test_a_program_changes_no_webhook(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.manager)
    one = f"{HOOKS}{client.post(HOOKS, TOLD).json()['id']}/"
    body = {"name": "Program", "scopes": ["read", "log"], "expires_on": "2026-12-31"}
    program = signed_in(None)
    token = client.post("/api/v1/auth/tokens/", body).json()["token"]
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert program.get(one).status_code == 200
    assert program.post(HOOKS, TOLD).status_code == 403
    assert program.patch(one, {"url": "https://elsewhere.example.org/"}).status_code == 403
    assert program.post(f"{one}rotate/").status_code == 403


def test_the_log_tells_how_a_message_went_and_sends_it_again(
    cast: Cast, signed_in: SignIn, receiver: HookServer
):
    client = signed_in(cast.our_lead)
    hook = client.post(HOOKS, {**TOLD, "url": receiver.address()}).json()
    assert hook["organisation"]["reference"] == "INS-901"
    queued = client.post(f"{HOOKS}{hook['id']}/ping/").json()
    assert (queued["state"], queued["type"]) == ("waiting", "ping")
    deliveries.run(now=timezone.now())
    (row,) = client.get(f"{LOG}?webhook={hook['id']}&state=delivered").json()["results"]
    assert (row["message"], row["status"], row["attempt"]) == (
        receiver.calls[0].headers["webhook-id"],
        200,
        1,
    )
    assert client.post(f"{LOG}{row['id']}/again/").status_code == 202
    assert client.post(f"{LOG}{row['id']}/again/").status_code == 409
    deliveries.run(now=timezone.now())
    assert [call.headers["webhook-id"] for call in receiver.calls] == [row["message"]] * 2


def test_lists_hold_what_one_looks_after_at_a_fixed_cost(scene: Scene, signed_in: SignIn):
    for name, count in (("manager", 2), ("our_lead", 1)):
        client = signed_in(scene.cast.people[name])
        assert len(client.get(HOOKS).json()["results"]) == count
        assert len(client.get(LOG).json()["results"]) == count
    theirs = scene.key("webhook", "other")
    assert signed_in(scene.cast.our_lead).get(f"{LOG}?webhook={theirs}").status_code == 400

    client = signed_in(scene.cast.manager)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    cost(HOOKS)
    before = [cost(HOOKS), cost(LOG)]
    for number in range(6):
        hook, _secret = Webhook.make(by=acting(scene.cast.manager), **{**TOLD, "name": f"Hook {number}"})
        deliveries.ping(hook, by=acting(scene.cast.manager), now=NOON)
    assert [cost(HOOKS), cost(LOG)] == before


def test_the_pages_make_try_and_switch_a_webhook(cast: Cast, receiver: HookServer):
    browser = Client()
    browser.force_login(cast.manager)
    form = {"name": "Portal", "url": receiver.address(), "events": ["report.issued"]}
    made = browser.post("/webhooks/new/", form)
    assert "no-store" in made["Cache-Control"]
    hook = Webhook.objects.get()
    secret = made.context["secret"]
    assert secret in made.content.decode()
    page = f"/webhooks/{hook.pk}/"
    assert secret not in browser.get(page).content.decode()
    browser.post(f"{page}ping/")
    deliveries.run(now=timezone.now())
    assert "delivered" in browser.get(page).content.decode()
    browser.post(f"/webhooks/deliveries/{Delivery.objects.get().pk}/again/")
    assert Delivery.objects.get().state == "waiting"
    browser.post(f"{page}switch/", {"is_active": "false"})
    told = browser.post(f"{page}ping/", follow=True).content.decode()
    assert "switch it on first" in told
    stale = browser.post(f"{page}change/", {**form, "version": 1})
    assert stale.status_code == 409
    assert browser.post(f"{page}change/", {**form, "version": 2, "name": "Renamed"}).status_code == 302
    assert browser.post(f"{page}rotate/").context["secret"] != secret
