"""Shapes of webhooks and of what was sent to them."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects import outgoing
from projects.models import Delivery, Organisation, Webhook
from projects.serializers.common import Body, Facts, Known, OrganisationBrief, Post, Versioned
from projects.webhook_events import EVENTS

TYPES = [(name, name) for name in EVENTS]


class WebhookSerializer(Facts):
    """An address of another system, what it is told of, and whether it is reached."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=TYPES), read_only=True)
    organisation = OrganisationBrief(read_only=True, allow_null=True)
    owner = Post(source="owner.by_post")
    failing_since = serializers.DateTimeField(
        source="progress.failing_since", read_only=True, allow_null=True
    )

    class Meta:
        model = Webhook
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "url",
            "events",
            "organisation",
            "owner",
            "is_active",
            "off_reason",
            "failing_since",
            "previous_until",
            "version",
            "created_at",
            "updated_at",
        )


class NewWebhookSerializer(WebhookSerializer):
    """The same with the secret that signs its messages, which is shown this once."""

    secret = serializers.CharField(read_only=True, source="shown_secret")

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*WebhookSerializer.Meta.fields, "secret")


class ChangeWebhook(Versioned):
    """What may be changed of a webhook; what is left out stays."""

    name = serializers.CharField(max_length=80, required=False, help_text=_("Which system it is."))
    url = serializers.CharField(
        max_length=outgoing.LONGEST,
        required=False,
        help_text=_("A public https address. Put no secret into it."),
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=TYPES),
        min_length=1,
        max_length=len(TYPES),
        required=False,
        help_text=_("Of what it is told."),
    )
    is_active = serializers.BooleanField(
        required=False, help_text=_("Whoever switches it on becomes its owner; what waited is sent.")
    )


class MakeWebhook(Body):
    """A new webhook. It is told what happens from now on."""

    name = serializers.CharField(max_length=80, help_text=_("Which system it is."))
    url = serializers.CharField(
        max_length=outgoing.LONGEST, help_text=_("A public https address. Put no secret into it.")
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=TYPES),
        min_length=1,
        max_length=len(TYPES),
        help_text=_("Of what it is told."),
    )
    organisation = Known(
        model=Organisation,
        required=False,
        help_text=_(
            "The partner whose it is: it is told what the partner may see. A lead's own where left out."
        ),
    )


class DeliverySerializer(Facts):
    """One message to a webhook, and how its last attempt went. `message` is the `webhook-id` of its header."""

    message = serializers.SerializerMethodField()
    webhook = serializers.IntegerField(source="webhook_id", read_only=True)

    class Meta:
        model = Delivery
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "message",
            "webhook",
            "type",
            "state",
            "attempt",
            "queued_at",
            "tried_at",
            "not_before",
            "ended_at",
            "status",
            "duration_ms",
            "failure",
        )

    def get_message(self, row: Delivery) -> str:
        return row.message
