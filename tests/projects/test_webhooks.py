"""Webhooks are told what happened, as far as their owner may see it, signed, until it arrives or is given up."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects import deliveries, permissions
from projects.models import AuditEvent, Delivery, Membership, TransitionError, User, Webhook, audit
from projects.webhook_events import EVENTS
from tests.api.scene import document, indicator, target
from tests.cast import Cast, acting, milestone, system
from tests.hookserver import Call, HookServer, running
from tests.reports.issued import issued

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]
NOW = dt.datetime(2026, 6, 15, 6, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _local(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOCAL = True


@pytest.fixture
def receiver() -> Iterator[HookServer]:
    with running() as server:
        yield server


def hook(by: User, receiver: HookServer, *types: str) -> tuple[Webhook, str]:
    return Webhook.make(by=acting(by), name="Dashboard", url=receiver.address(), events=types or EVENTS)


def verified(cast: Cast, row: Any = None) -> None:
    """Claim and verify a milestone, by default ours."""
    row = row or cast.our_milestone
    lead = cast.our_lead if row.project.lead == cast.texmin else cast.their_lead
    row.claim(
        by=acting(lead), actual_on=dt.date(2026, 6, 1), evidence=[document("proof")], note="Done by A. Person"
    )
    row.verify(by=acting(cast.officer))


def told(receiver: HookServer) -> list[str]:
    return [json.loads(call.body)["type"] for call in receiver.calls]


def test_every_event_has_an_action_of_the_table_of_rights_and_a_model():
    unknown = {kind.action for kind in EVENTS.values()} - set(permissions.MAY)
    assert unknown == {"report.supersede"}  # done by the engine when a revision is issued
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    assert [name for name in EVENTS if f"`{name}`" not in page] == []


def test_what_is_verified_is_told_once_with_links_and_without_persons(cast: Cast, receiver: HookServer):
    milestone("MST-950", cast.our_project)  # before the webhook: not told
    hook(cast.manager, receiver, "milestone.verified")
    verified(cast)
    assert deliveries.run(now=NOW) == 1
    assert deliveries.run(now=NOW) == 0
    (call,) = receiver.calls
    message = json.loads(call.body)
    at = AuditEvent.objects.get(action="milestone.verify").at
    assert message == {
        "type": "milestone.verified",
        "timestamp": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {
            "reference": "MST-901",
            "url": "http://127.0.0.1:8000/milestones/MST-901/",
            "api_url": "http://127.0.0.1:8000/api/v1/milestones/MST-901/",
        },
    }
    kept = Delivery.objects.get()
    assert (kept.state, kept.status, kept.attempt, kept.ended_at) == ("delivered", 200, 1, kept.tried_at)
    assert call.headers["webhook-id"] == f"msg_{kept.reference.hex}"


def test_events_of_every_package_are_told(cast: Cast, receiver: HookServer):
    hook(cast.administrator, receiver)
    goal = target("TGT-930", indicator(), project=cast.our_project)
    goal.revise(
        by=acting(cast.manager), value=80, due_on=dt.date(2027, 6, 30), authority="EC", reason="Re-scoped.",
        decided_on=dt.date(2026, 6, 1),
    )  # fmt: skip
    issued(cast, project=cast.our_project)
    deliveries.run(now=NOW)
    assert told(receiver) == ["target.revised", "report.issued"]
    assert json.loads(receiver.calls[1].body)["data"]["reference"].startswith("NCMM/")


def test_a_leads_webhook_is_told_what_its_organisation_may_see(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.our_lead, receiver)
    assert made.organisation == cast.texmin
    verified(cast)
    verified(cast, cast.their_milestone)
    deliveries.run(now=NOW)
    references = {json.loads(call.body)["data"]["reference"] for call in receiver.calls}
    assert references == {"MST-901"}
    assert Delivery.objects.count() == 2  # claimed and verified; of the other's nothing is even written down


def test_who_may_not_keep_webhooks_makes_none(cast: Cast, receiver: HookServer):
    for user in (cast.officer, cast.our_viewer, cast.auditor, cast.nobody):
        with pytest.raises(PermissionDenied):
            hook(user, receiver)
    with pytest.raises(PermissionDenied):
        Webhook.make(
            by=acting(cast.our_lead),
            name="Theirs",
            url=receiver.address(),
            events=EVENTS,
            organisation=cast.irel,
        )
    with pytest.raises(ValidationError, match=r"no such event: report\.deleted"):
        hook(cast.manager, receiver, "report.deleted")


def test_rights_are_asked_again_when_it_is_sent(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.our_lead, receiver, "milestone.claimed")
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    deliveries.owe(now=NOW)
    work = cast.our_project
    audit.change(work, by=system(), action="test.setup", changes={"lead": cast.irel})
    deliveries.send_due(now=NOW)
    assert (Delivery.objects.get().state, receiver.calls) == ("dropped", [])
    held = Membership.objects.get(user=cast.our_lead)
    audit.change(held, by=system(), action="test.setup", changes={"valid_to": dt.date(2026, 6, 14)})
    deliveries.ping(made, by=acting(cast.manager), now=NOW)
    deliveries.run(now=NOW)
    made.refresh_from_db()
    assert (made.is_active, receiver.calls) == (False, [])
    assert "owner may not keep it" in made.off_reason
    made.change(by=acting(cast.manager), is_active=True)
    deliveries.run(now=NOW)
    assert (made.owner, told(receiver)) == (cast.manager, ["ping"])


# --- what receivers check ---


def example(root: Path) -> Any:
    """Return the function of docs/webhooks.md by which a receiver checks a message."""
    (code,) = re.findall(
        r"^```python\n(.*?)^```", (root / "docs" / "webhooks.md").read_text(), re.DOTALL | re.MULTILINE
    )
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102 - the example is ours, and must work
    return found["is_genuine"]


def signature(call: Call, secret: str) -> str:
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_the_example_of_the_page_accepts_what_is_genuine_and_nothing_else(
    cast: Cast, receiver: HookServer, root: Path
):
    is_genuine = example(root)
    made, secret = hook(cast.manager, receiver)
    deliveries.ping(made, by=acting(cast.manager), now=timezone.now())
    deliveries.run(now=timezone.now())
    (call,) = receiver.calls
    assert call.headers["webhook-signature"] == signature(call, secret)
    assert is_genuine(secret, call.headers, call.body)
    assert not is_genuine(secret, call.headers, call.body + b" ")
    assert not is_genuine(f"whsec_{base64.b64encode(b'x' * 32).decode()}", call.headers, call.body)
    old = str(int(call.headers["webhook-timestamp"]) - 600)
    replayed = {**call.headers, "webhook-timestamp": old}
    assert not is_genuine(secret, replayed, call.body)
    replayed["webhook-signature"] = signature(Call("", replayed, call.body), secret)
    assert not is_genuine(secret, replayed, call.body)


def test_a_new_secret_signs_beside_the_old_one_for_a_day(cast: Cast, receiver: HookServer):
    made, first = hook(cast.manager, receiver)
    second = made.rotate(by=acting(cast.manager), now=NOW)
    assert not {first, second} & {made.secret, made.previous_secret}
    for moment in (NOW + dt.timedelta(hours=23), NOW + dt.timedelta(hours=25)):
        deliveries.ping(made, by=acting(cast.manager), now=moment)
        deliveries.run(now=moment)
    both, alone = receiver.calls
    assert both.headers["webhook-signature"] == f"{signature(both, second)} {signature(both, first)}"
    assert alone.headers["webhook-signature"] == signature(alone, second)
    trail = "\n".join(f"{it.before} {it.after}" for it in AuditEvent.objects.all())
    assert first not in trail
    assert made.secret not in trail


def test_another_secret_key_is_said_and_not_signed_with(cast: Cast, receiver: HookServer, settings: Any):
    made, _secret = hook(cast.manager, receiver)
    deliveries.ping(made, by=acting(cast.manager), now=NOW)
    settings.SECRET_KEY = "y" * 60
    deliveries.run(now=NOW)
    assert receiver.calls == []
    assert "SECRET_KEY was changed" in Delivery.objects.get().failure


# --- failures ---


def test_a_refused_message_is_tried_again_later_and_later_and_given_up(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.manager, receiver)
    deliveries.ping(made, by=acting(cast.manager), now=NOW)
    receiver.status, moment = 503, NOW
    for number, pause in enumerate(deliveries.PAUSES, start=1):
        deliveries.run(now=moment)
        row = Delivery.objects.get()
        assert (row.state, row.attempt, row.status) == ("waiting", number, 503)
        assert row.not_before - row.tried_at == pause
        deliveries.run(now=row.not_before - dt.timedelta(seconds=1))
        assert len(receiver.calls) == number
        moment = row.not_before
    deliveries.run(now=moment)
    row.refresh_from_db()
    assert (row.state, row.failure, row.attempt) == ("failed", "It answered 503.", 7)
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    receiver.status = 204
    deliveries.send_again(row, by=acting(cast.manager), now=moment)
    with pytest.raises(TransitionError):
        deliveries.send_again(row, by=acting(cast.manager), now=moment)
    deliveries.run(now=moment)
    row.refresh_from_db()
    made.progress.refresh_from_db()
    assert (row.state, row.status, made.progress.failing_since) == ("delivered", 204, None)


def test_a_webhook_that_nothing_reaches_for_days_is_switched_off_and_catches_up(
    cast: Cast, receiver: HookServer
):
    made, _secret = hook(cast.manager, receiver, "milestone.verified")
    receiver.status = 500
    for days in (0, 4, 6.5):
        deliveries.ping(made, by=acting(cast.manager), now=NOW)
        deliveries.run(now=NOW + dt.timedelta(days=days))
    made.refresh_from_db()
    assert not made.is_active
    assert "Nothing has reached it for 6 days" in made.off_reason
    assert AuditEvent.objects.filter(action="webhook.switch_off", object_id=str(made.pk)).count() == 1
    verified(cast)
    before = len(receiver.calls)
    deliveries.run(now=NOW + dt.timedelta(days=7))
    assert len(receiver.calls) == before
    with pytest.raises(TransitionError):
        deliveries.ping(made, by=acting(cast.manager), now=NOW)
    receiver.status = 200
    made.change(by=acting(cast.manager), is_active=True)
    deliveries.run(now=NOW + dt.timedelta(days=8))
    assert told(receiver)[before:] == ["ping", "ping", "ping", "milestone.verified"]


def test_a_receiver_that_is_gone_is_not_called_again(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.manager, receiver)
    deliveries.ping(made, by=acting(cast.manager), now=NOW)
    receiver.status = 410
    deliveries.run(now=NOW)
    made.refresh_from_db()
    assert (made.is_active, made.off_reason) == (False, "It answered 410: it wants no more messages.")


def test_one_that_fails_holds_up_no_other(cast: Cast, receiver: HookServer):
    with running() as broken:
        broken.status = 500
        bad, _secret = hook(cast.manager, broken)
        good, _secret = hook(cast.manager, receiver)
        for made in (bad, bad, bad, good):
            deliveries.ping(made, by=acting(cast.manager), now=NOW)
        deliveries.run(now=NOW)
        assert (len(broken.calls), len(receiver.calls)) == (1, 1)


def test_what_a_lost_worker_had_taken_is_sent_by_another_under_the_same_id(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.manager, receiver)
    row = deliveries.ping(made, by=acting(cast.manager), now=NOW)
    assert row.take(NOW, deliveries.LEASE)
    deliveries.run(now=NOW + deliveries.LEASE - dt.timedelta(seconds=1))
    assert receiver.calls == []
    deliveries.run(now=NOW + deliveries.LEASE)
    assert receiver.calls[0].headers["webhook-id"] == f"msg_{row.reference.hex}"
    assert not row.finish(state="waiting", not_before=None)  # the lost one comes back too late


def test_what_ended_long_ago_is_forgotten(cast: Cast, receiver: HookServer):
    made, _secret = hook(cast.manager, receiver)
    deliveries.ping(made, by=acting(cast.manager), now=NOW)
    deliveries.run(now=NOW)
    deliveries.run(now=NOW + dt.timedelta(days=89))
    assert Delivery.objects.count() == 1
    deliveries.run(now=NOW + dt.timedelta(days=91))
    assert Delivery.objects.count() == 0


def test_owing_costs_the_same_whatever_the_number_of_events(cast: Cast, receiver: HookServer):
    hook(cast.manager, receiver)

    def cost(count: int, start: int) -> int:
        for number in range(start, start + count):
            row = milestone(f"MST-{number}", cast.our_project)
            row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
        with CaptureQueriesContext(connection) as seen:
            deliveries.owe(now=NOW)
        return len(seen)

    assert cost(1, 960) == cost(9, 970)
    assert Delivery.objects.count() == 10
