"""Webhooks over the API: kept, tried, given new secrets; and the log of what was sent to them."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from projects import deliveries, edge, throttles
from projects.api import finding, once
from projects.api.filters import WebhookSorting
from projects.api.paging import NewestFirst
from projects.api.scoped import ScopedViewSet
from projects.api.tokens import is_named_token
from projects.choices import DeliveryState
from projects.filters import ANY, choice
from projects.models import Delivery, Webhook
from projects.models.webhooks import RIGHT
from projects.serializers.webhooks import (
    ChangeWebhook,
    DeliverySerializer,
    MakeWebhook,
    NewWebhookSerializer,
    WebhookSerializer,
)

TELL_A_SECRET = ("create", "rotate")


def _webhooks(request: HttpRequest | None) -> QuerySet:
    return Webhook.objects.none() if request is None else Webhook.objects.kept_by(edge.acting(request))


class DeliveryFilter(filters.FilterSet):
    webhook = filters.ModelChoiceFilter(queryset=_webhooks, label=gettext_lazy("Webhook"), empty_label=ANY)
    state = choice(DeliveryState.choices, gettext_lazy("State"))

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()


class Kept(ScopedViewSet):
    """What belongs to those who keep webhooks, for whom even reading needs the right."""

    IS_AUDITED = False  # how far a message is changes without an event
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet:
        found = super().get_queryset()
        return found.kept_by(self.by) if self.action == "list" else found  # type: ignore[attr-defined]  # of both models

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.require_role()
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        finding.require_known(request, self.parameters())
        return Response(self.get_serializer(self.subject()).data)


class WebhookViewSet(Kept):
    """The webhooks that you may look after: a lead those of the own organisation (docs/webhooks.md)."""

    model = Webhook
    serializer_class = WebhookSerializer
    filterset_class = WebhookSorting
    RIGHTS: ClassVar[dict[str, str]] = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update", "rotate", "ping"), RIGHT
    )
    throttle_scopes: ClassVar[dict[str, str]] = {"ping": throttles.PING}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a key where the answer holds a secret: answers under a key are kept, and this one must not be."""
        super().initial(request, *args, **kwargs)
        if self.action in TELL_A_SECRET and once.key_of(request) is not None:
            text = _("Send no key: the secret in the answer is kept nowhere, so it cannot be answered twice.")
            raise ValidationError({once.HEADER: [ErrorDetail(text, "invalid")]})

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.select_related("organisation", "owner", "progress")
        return found

    @extend_schema(request=MakeWebhook, responses={201: NewWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Make a webhook. The `secret` that signs its messages is in this answer and in no other.

        Only somebody who has signed in may: an access token with a name makes, changes and re-keys none.
        """
        self._refuse_programs()
        self.require_role()
        row, secret = Webhook.make(by=self.by, **self.body(MakeWebhook))
        return self._with_secret(row, secret, status=201)

    @extend_schema(request=ChangeWebhook, responses=WebhookSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change the name, the address or the events of a webhook, or switch it off or on."""
        row = self.subject()
        self._refuse_programs()
        row.change(by=self.by, **self.body(ChangeWebhook))
        return self.answer(row.pk)

    @extend_schema(request=None, responses={200: NewWebhookSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def rotate(self, request: Request, **kwargs: Any) -> Response:
        """Give it a new secret, which is in this answer alone. For 24 hours the old one signs beside it."""
        row = self.subject()
        self._refuse_programs()
        return self._with_secret(row, row.rotate(by=self.by, now=timezone.now()), status=200)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def ping(self, request: Request, **kwargs: Any) -> Response:
        """Send it a trial message, a `ping`, within a minute or two; `webhook-deliveries/` tells how it went."""
        row = self.subject()
        return Response(
            DeliverySerializer(deliveries.ping(row, by=self.by, now=timezone.now())).data, status=202
        )

    def _refuse_programs(self) -> None:
        if is_named_token(self.request):
            raise PermissionDenied(_("An access token makes and changes no webhook: sign in."))

    def _with_secret(self, row: Webhook, secret: str, status: int) -> Response:
        found: Any = self.get_queryset().get(pk=row.pk)
        found.shown_secret = secret
        response = Response(NewWebhookSerializer(found).data, status=status)
        response["Cache-Control"] = "no-store"
        return response


class DeliveryViewSet(Kept):
    """What was sent to the webhooks that you may look after, the newest first."""

    model = Delivery
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    pagination_class = NewestFirst
    RIGHTS: ClassVar[dict[str, str]] = dict.fromkeys(("list", "retrieve", "again"), RIGHT)

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.select_related("webhook")
        return found

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def again(self, request: Request, **kwargs: Any) -> Response:
        """Send an ended message again, with all its attempts and the same id. 409 while it is on its way."""
        row = self.subject()
        deliveries.send_again(row, by=self.by, now=timezone.now())
        return self.answer(row.pk, status=202)
