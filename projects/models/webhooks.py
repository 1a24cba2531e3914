"""Webhooks: addresses of other systems that are told what has happened, and what was told to them."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import outgoing, permissions, sealing
from projects.choices import DeliveryState
from projects.models import audit
from projects.models.audit import Audited, AuditedQuerySet, AuditEvent
from projects.models.lifecycle import locked
from projects.models.people import Organisation, User
from projects.models.scoped import Scoped, ScopedQuerySet
from projects.permissions import Actor
from projects.webhook_events import EVENTS

RIGHT = "webhook.keep"
MOST_WEBHOOKS = 20  # of one partner, or of the ministry
OVERLAP = dt.timedelta(hours=24)  # for which a secret that was replaced still signs


class WebhookQuerySet(AuditedQuerySet):
    def kept_by(self, by: Actor) -> Self:
        """Return the webhooks that `by` may look after: a lead those of the own organisations, stewards all."""
        rows = self.visible_to(by)
        return rows if by.roles & permissions.STEWARDS else rows.filter(organisation__in=by.leads)


class Webhook(Audited):
    """An https address that is told of chosen events, as far as its owner may see them.

    With an organisation it is that partner's: it is told what each member of the partner may see.
    """

    ORGANISATION_PATHS = ("organisation",)
    UNAUDITED_FIELDS: ClassVar[frozenset[str]] = frozenset({"secret", "previous_secret"})
    CHANGEABLE: ClassVar[frozenset[str]] = frozenset({"name", "url", "events", "is_active"})

    name = models.CharField(gettext_lazy("name"), max_length=80)
    url = models.CharField(gettext_lazy("address"), max_length=outgoing.LONGEST)
    events = models.JSONField(gettext_lazy("events"), default=list)
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="webhooks",
        verbose_name=gettext_lazy("organisation"),
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("owner")
    )
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    off_reason = models.TextField(gettext_lazy("why it was switched off"), blank=True)
    secret = models.TextField(gettext_lazy("secret, sealed"), editable=False)
    previous_secret = models.TextField(gettext_lazy("previous secret, sealed"), blank=True, editable=False)
    previous_until = models.DateTimeField(
        gettext_lazy("previous secret signs until"), null=True, blank=True, editable=False
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = gettext_lazy("webhook")
        verbose_name_plural = gettext_lazy("webhooks")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse events that do not exist."""
        unknown = sorted(set(map(str, self.events)) - set(EVENTS))
        if unknown:
            text = _("There is no such event: %(events)s.") % {"events": ", ".join(unknown)}
            raise ValidationError({"events": text})

    def acting_organisations(self) -> set[int]:
        """Return the key of the organisation whose lead may look after it."""
        return {self.organisation_id} if self.organisation_id else set()

    @classmethod
    def make(
        cls,
        *,
        by: Actor,
        name: str,
        url: str,
        events: Iterable[str],
        organisation: Organisation | None = None,
    ) -> tuple[Self, str]:
        """Return a new webhook and its secret, which is shown this once. It is told what happens from now on.

        A lead's is always one of an organisation that they lead: the only one, where none is named.
        """
        if organisation is None and not by.roles & permissions.STEWARDS and len(by.leads) == 1:
            organisation = Organisation.objects.get(pk=min(by.leads))
        row = cls(
            name=name.strip(), url=_callable(url), events=sorted(set(events)), organisation=organisation
        )
        row.owner = by.user
        permissions.require(by, RIGHT, row)
        secret = _new_secret()
        row.secret = sealing.sealed(secret)
        with transaction.atomic():
            audit.serialise()  # two at once are counted one by one
            if cls._base_manager.filter(organisation=organisation).count() >= MOST_WEBHOOKS:
                raise ValidationError(
                    _("There are %(most)d webhooks already: change one.") % {"most": MOST_WEBHOOKS}
                )
            audit.create(row, by=by, action="webhook.make")
            WebhookProgress.objects.create(webhook=row, seq=audit.head()[0])
        return row, secret

    def change(self, *, by: Actor, version: int | None = None, **changes: Any) -> None:
        """Change name, address or events, or switch it off or on; who switches it on becomes its owner."""
        permissions.require(by, RIGHT, self)
        unknown = set(changes) - self.CHANGEABLE
        if unknown:
            raise TypeError(f"not changeable: {sorted(unknown)}")
        if "url" in changes:
            changes["url"] = _callable(changes["url"])
        if "events" in changes:
            changes["events"] = sorted(set(changes["events"]))
        if changes.get("is_active"):
            changes |= {"off_reason": "", "owner": by.user}
        with transaction.atomic():
            row = locked(self, version)
            audit.change(row, by=by, action="webhook.change", changes=changes)
            if changes.get("is_active"):
                WebhookProgress.objects.filter(webhook=row).update(failing_since=None)
        self.refresh_from_db()

    def rotate(self, *, by: Actor, now: dt.datetime, version: int | None = None) -> str:
        """Return a new secret. For a day each message is signed with both, so that nobody has to hurry."""
        permissions.require(by, RIGHT, self)
        secret = _new_secret()
        with transaction.atomic():
            row = locked(self, version)
            changes = {
                "secret": sealing.sealed(secret),
                "previous_secret": row.secret,
                "previous_until": now + OVERLAP,
            }
            audit.change(row, by=by, action="webhook.rotate", changes=changes)
        self.refresh_from_db()
        return secret

    def switch_off(self, *, reason: str, on: dt.date) -> None:
        """Switch it off, for a reason that its owner sees; what waits goes on when somebody switches it on."""
        with transaction.atomic():
            row = locked(self)
            if row.is_active:
                by = audit.system_actor("webhooks", on=on)
                changes = {"is_active": False, "off_reason": reason}
                audit.change(row, by=by, action="webhook.switch_off", changes=changes, reason=reason)

    def secrets_at(self, now: dt.datetime) -> list[str]:
        """Return the secrets that sign at `now`, the newest first; sealing.Unreadable where SECRET_KEY has changed."""
        kept = [self.secret]
        if self.previous_until and now < self.previous_until:
            kept.append(self.previous_secret)
        return [sealing.opened(it) for it in kept]


class WebhookProgress(models.Model):
    """How far in the audit trail a webhook is, and since when nothing has reached it."""

    webhook = models.OneToOneField(
        Webhook, on_delete=models.CASCADE, primary_key=True, related_name="progress"
    )
    seq = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.seq}"


class DeliveryQuerySet(ScopedQuerySet):
    def due(self, now: dt.datetime) -> Self:
        """Return what is to be sent at `now`: what waits, and what somebody has taken and not finished in time."""
        return self.filter(_is_due(now), webhook__is_active=True)

    def kept_by(self, by: Actor) -> Self:
        """Return the deliveries of the webhooks that `by` may look after."""
        return self.filter(webhook__in=Webhook.objects.kept_by(by).values("pk"))


class Delivery(Scoped):
    """One message to one webhook: an event of the audit trail, or a trial without one. The row is the job.

    `reference` is the id of the message. It stays the same at every attempt, so that a receiver knows a repetition.
    """

    ORGANISATION_PATHS = ("webhook__organisation",)

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(AuditEvent, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.UUIDField(gettext_lazy("id of the message"), default=uuid.uuid4, unique=True)
    type = models.CharField(gettext_lazy("event"), max_length=60)
    state = models.CharField(
        gettext_lazy("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING
    )
    attempt = models.PositiveSmallIntegerField(gettext_lazy("attempts"), default=0)
    queued_at = models.DateTimeField(gettext_lazy("queued at"))
    not_before = models.DateTimeField(gettext_lazy("next attempt"), null=True)
    tried_at = models.DateTimeField(gettext_lazy("last attempt"), null=True)
    ended_at = models.DateTimeField(gettext_lazy("ended at"), null=True)
    status = models.PositiveSmallIntegerField(gettext_lazy("status of the answer"), null=True)
    duration_ms = models.PositiveIntegerField(gettext_lazy("duration in ms"), null=True)
    failure = models.TextField(gettext_lazy("reason of the failure"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = gettext_lazy("delivery")
        verbose_name_plural = gettext_lazy("deliveries")
        indexes = (
            models.Index(fields=["webhook", "state", "not_before"], name="delivery_due"),
            models.Index(fields=["ended_at"], name="delivery_ended"),
        )
        constraints = (
            models.UniqueConstraint(fields=["webhook", "event"], name="an_event_is_told_once_to_a_webhook"),
            models.CheckConstraint(
                name="undelivered_says_why",
                condition=~Q(state__in=[DeliveryState.FAILED, DeliveryState.DROPPED]) | ~Q(failure=""),
            ),
            models.CheckConstraint(
                name="what_has_ended_has_its_moment",
                condition=Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING], ended_at=None)
                | Q(
                    state__in=[DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.DROPPED],
                    ended_at__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.reference}"

    @property
    def message(self) -> str:
        """The id of the message as its header bears it."""
        return f"msg_{self.reference.hex}"

    def acting_organisations(self) -> set[int]:
        return self.webhook.acting_organisations()

    def take(self, now: dt.datetime, lease: dt.timedelta) -> bool:
        """Take it for an attempt, and return whether this call did: of any number of workers one does.

        The condition is on this row alone. With a join it would become a subquery, and PostgreSQL asks that of the
        state before the other worker, so that two would take the row.
        """
        taken = Delivery.objects.filter(_is_due(now), pk=self.pk, attempt=self.attempt)
        if not taken.update(
            state=DeliveryState.SENDING, attempt=F("attempt") + 1, not_before=now + lease, tried_at=now
        ):
            return False
        self.attempt += 1
        self.tried_at = now
        return True

    def finish(self, **result: Any) -> bool:
        """Write how this attempt went, unless another worker has taken it over meanwhile."""
        mine = Delivery.objects.filter(pk=self.pk, state=DeliveryState.SENDING, attempt=self.attempt)
        return bool(mine.update(**result))


def _is_due(now: dt.datetime) -> Q:
    return Q(state=DeliveryState.WAITING, not_before=None) | Q(
        state__in=[DeliveryState.WAITING, DeliveryState.SENDING], not_before__lte=now
    )


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _callable(url: str) -> str:
    try:
        return outgoing.checked(url)
    except ValidationError as error:
        raise ValidationError({"url": error.messages}) from error
