"""Messages to webhooks: owed by the audit trail, sent later, each taken by one worker at a time.

Nothing here runs inside the request that makes the news: what is owed is read from the trail, in its order, so that
nothing is lost and nobody waits for another system. A message arrives at least once; its id tells repetitions.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import outgoing, permissions, sealing, signatures
from projects.choices import DeliveryState
from projects.models import AuditEvent, Delivery, TransitionError, Webhook, audit
from projects.models.audit import canonical
from projects.models.webhooks import RIGHT, WebhookProgress
from projects.permissions import Actor
from projects.webhook_events import EVENTS, PING, kind_of

# Before the second attempt, the third and so on; after the last one only a person sends it again.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 25, 125, 600, 1440))
LEASE = dt.timedelta(minutes=2)  # longer than a round with its last call; then another worker takes it over
ROUND_SECONDS = 30  # slow receivers must not keep a worker from its reports
MOST_A_ROUND = 50  # to one webhook
MOST_EVENTS = 5000  # of the trail, looked through at a time for one webhook
PATIENCE = dt.timedelta(days=5)  # without a single delivery, then it is switched off
KEPT = dt.timedelta(days=90)
GONE = 410  # "do not call again"

logger = logging.getLogger(__name__)


def run(*, now: dt.datetime) -> int:
    """Owe what is new, send what is due, forget what is old, and return how many messages arrived.

    Running it twice at once is safe.
    """
    owe(now=now)
    arrived = send_due(now=now)
    Delivery.objects.filter(ended_at__lt=now - KEPT).delete()
    return arrived


# --- owing ---


def owe(*, now: dt.datetime) -> None:
    """Write down a delivery for each new entry of the trail that an active webhook wants and may see."""
    last = audit.head()[0]
    behind = Webhook.objects.filter(is_active=True, progress__seq__lt=last)
    for webhook in behind.select_related("owner", "organisation"):
        _owe_to(webhook, last, now)


def _owe_to(webhook: Webhook, last: int, now: dt.datetime) -> None:
    by = viewer(webhook, on=timezone.localdate(now))
    if by is None:
        _switch_off_for_rights(webhook, now)
        return
    with transaction.atomic():
        progress = WebhookProgress.objects.select_for_update().get(webhook=webhook)
        upto = min(last, progress.seq + MOST_EVENTS)
        if upto <= progress.seq:
            return  # another worker was here
        kinds = [EVENTS[name] for name in webhook.events if name in EVENTS]
        news = AuditEvent.objects.filter(
            seq__gt=progress.seq, seq__lte=upto, action__in={kind.action for kind in kinds}
        ).only("pk", "action", "object_type", "object_id")
        Delivery.objects.bulk_create(
            Delivery(webhook=webhook, event=event, type=name, queued_at=now)
            for event, name in _wanted(list(news), set(webhook.events), by)
        )
        WebhookProgress.objects.filter(webhook=webhook).update(seq=upto)


def _wanted(news: list[AuditEvent], types: set[str], by: Actor) -> Iterator[tuple[AuditEvent, str]]:
    """Yield those of the entries that are of the types and whose subjects `by` may see; a query a model."""
    found = [(event, kind_of(event.action, event.object_type)) for event in news]
    kinds = {kind.model: kind for _event, kind in found if kind and kind.type in types}
    seen = {
        model: kind.seen({event.object_id for event in news if event.object_type == model}, by)
        for model, kind in kinds.items()
    }
    for event, kind in found:
        if kind and kind.type in types and event.object_id in seen[kind.model]:
            yield event, kind.type


def viewer(webhook: Webhook, *, on: dt.date) -> Actor | None:
    """Return the actor whose eyes decide what the webhook is told on the day; None where its owner may keep it no more."""
    owner = permissions.actor(webhook.owner, on=on)
    if not permissions.allows(owner, RIGHT, webhook):
        return None
    return permissions.member(webhook.organisation_id, on=on) if webhook.organisation_id else owner


def _switch_off_for_rights(webhook: Webhook, now: dt.datetime) -> None:
    reason = _("Its owner may not keep it any more: whoever switches it on becomes its owner.")
    webhook.switch_off(reason=reason, on=timezone.localdate(now))


# --- by hand ---


def ping(webhook: Webhook, *, by: Actor, now: dt.datetime) -> Delivery:
    """Owe the webhook a trial message and return it; TransitionError where it is switched off."""
    permissions.require(by, RIGHT, webhook)
    if not webhook.is_active:
        raise TransitionError(_("This webhook is switched off: switch it on first."))
    return Delivery.objects.create(webhook=webhook, type=PING, queued_at=now)


def send_again(delivery: Delivery, *, by: Actor, now: dt.datetime) -> None:
    """Queue an ended delivery anew, with all its attempts and the same id; TransitionError while it is on its way."""
    permissions.require(by, RIGHT, delivery)
    ended = [DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.DROPPED]
    with transaction.atomic():
        anew = Delivery.objects.filter(pk=delivery.pk, state__in=ended).update(
            state=DeliveryState.WAITING, attempt=0, queued_at=now, not_before=None, ended_at=None, failure=""
        )
        if not anew:
            raise TransitionError(_("This message is on its way: it is not sent a second time beside."))
        audit.record(
            delivery.webhook,
            by=by,
            action="webhook.send_again",
            before={"delivery": str(delivery.reference), "state": delivery.state},
            after={"delivery": str(delivery.reference), "state": DeliveryState.WAITING},
        )


# --- sending ---


def send_due(*, now: dt.datetime) -> int:
    """Send what is due, to each webhook in turn, and return how many messages arrived.

    A webhook that fails is left alone for the rest of the round; those that fail longest come last.
    """
    began = time.monotonic()
    arrived, failing = 0, set()
    for delivery in _due(now):
        if time.monotonic() - began > ROUND_SECONDS:
            break  # the rest with the next round
        if delivery.webhook_id in failing:
            continue
        outcome = _send(delivery, now + dt.timedelta(seconds=time.monotonic() - began))
        arrived += outcome is True
        if outcome is False:
            failing.add(delivery.webhook_id)
    return arrived


def _due(now: dt.datetime) -> Iterator[Delivery]:
    """Yield what is due, the oldest of each webhook, one of each in turn."""
    due = Delivery.objects.due(now)
    webhooks = (
        Webhook.objects.filter(pk__in=due.order_by().values("webhook"))
        .order_by(F("progress__failing_since").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)
    )
    queues = [list(due.filter(webhook=key).order_by("pk")[:MOST_A_ROUND]) for key in webhooks]
    for turn in zip_longest(*queues):
        yield from (delivery for delivery in turn if delivery is not None)


def _send(delivery: Delivery, now: dt.datetime) -> bool | None:
    """Make one attempt and return whether the message arrived; None where none was made: another worker makes it,
    or its subject may not be told.
    """
    if not delivery.take(now, LEASE):
        return None
    webhook = Webhook.objects.select_related("owner", "organisation", "progress").get(pk=delivery.webhook_id)
    by = viewer(webhook, on=timezone.localdate(now)) if webhook.is_active else None
    if by is None:
        delivery.finish(state=DeliveryState.WAITING, not_before=None, attempt=delivery.attempt - 1)
        if webhook.is_active:
            _switch_off_for_rights(webhook, now)
        return False
    told = _told(delivery, by)
    if told is None:
        reason = _("Its owner may not see the subject any more.")
        delivery.finish(state=DeliveryState.DROPPED, failure=reason, not_before=None, ended_at=now)
        return None
    body = canonical(told).encode()
    try:
        headers = signatures.headers(delivery.message, now, body, webhook.secrets_at(now))
        answer = outgoing.post(webhook.url, body, {**HEADERS, **headers})
    except sealing.Unreadable:
        reason = _("Its secret cannot be read: SECRET_KEY was changed. Make a new secret.")
        return _failed(delivery, webhook, reason, now)
    except outgoing.NotReached as error:
        return _failed(delivery, webhook, str(error), now)
    found: dict[str, Any] = {"status": answer.status, "duration_ms": answer.duration_ms}
    if 200 <= answer.status < 300:
        delivery.finish(state=DeliveryState.DELIVERED, not_before=None, ended_at=now, failure="", **found)
        if webhook.progress.failing_since is not None:
            WebhookProgress.objects.filter(webhook=webhook).update(failing_since=None)
        return True
    return _failed(delivery, webhook, _refusal(answer.status), now, **found)


HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": f"Mission-Tracker/{settings.VERSION} (webhooks)",
    "Accept-Encoding": "identity",
}


def _told(delivery: Delivery, by: Actor) -> dict[str, Any] | None:
    """Return the message, or None where its subject does not exist for `by`: names and places, no person, no figure."""
    if delivery.event is None:
        return {"type": PING, "timestamp": _moment(delivery.queued_at), "data": {}}
    kind = EVENTS[delivery.type]
    subject = kind.subject(delivery.event.object_id, by)
    if subject is None:
        return None
    return {"type": kind.type, "timestamp": _moment(delivery.event.at), "data": kind.told(subject)}


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return _("It answered %(status)d: redirects are not followed, enter the final address.") % {
            "status": status
        }
    return _("It answered %(status)d.") % {"status": status}


def _failed(delivery: Delivery, webhook: Webhook, reason: str, now: dt.datetime, **found: Any) -> bool:
    """Put the delivery off, or give it up after the last attempt; switch the webhook off after days of failures."""
    is_last = delivery.attempt > len(PAUSES)
    result: dict[str, Any] = {"failure": reason, "status": None, "duration_ms": None, **found}
    if is_last:
        result |= {"state": DeliveryState.FAILED, "not_before": None, "ended_at": now}
    else:
        result |= {"state": DeliveryState.WAITING, "not_before": now + PAUSES[delivery.attempt - 1]}
    if not delivery.finish(**result):
        return False
    logger.warning("Webhook %d, attempt %d: %s", webhook.pk, delivery.attempt, reason)
    since = webhook.progress.failing_since
    if since is None:
        WebhookProgress.objects.filter(webhook=webhook).update(failing_since=now)
    if found.get("status") == GONE:
        webhook.switch_off(
            reason=_("It answered 410: it wants no more messages."), on=timezone.localdate(now)
        )
    elif since is not None and now - since >= PATIENCE:
        text = _("Nothing has reached it for %(days)d days. The last reason: %(reason)s")
        said = text % {"days": (now - since).days, "reason": reason}
        webhook.switch_off(reason=said, on=timezone.localdate(now))
    return False
