"""Webhooks as pages: what there is, how each is reached, and the steps of those who look after them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import deliveries, permissions, throttles
from projects.models import Delivery, TransitionError, Webhook, audit
from projects.models.webhooks import RIGHT
from projects.views.page import Page, too_many
from projects.views.record_form import RecordForm
from projects.webhook_forms import ChangeWebhookForm, NewWebhookForm

MOST = 50


class WebhookPage(Page):
    """A page for those who keep webhooks: 403 for everybody else, 404 for what they may not see."""

    section = "webhooks"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            if "pk" in kwargs:
                permissions.require(self.actor, RIGHT, self.subject)
            elif not self.actor.role_for(RIGHT):
                permissions.require(self.actor, RIGHT)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def webhook(self) -> Webhook:
        seen = Webhook.objects.visible_to(self.actor).select_related("organisation", "owner", "progress")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def subject(self) -> Any:
        return self.webhook

    def show_secret(self, row: Webhook, secret: str) -> HttpResponse:
        """Show a secret in the answer itself: to come back to it, it would have to be kept somewhere."""
        context = {"webhook": row, "secret": secret, **self.get_context_data()}
        return render(self.request, "projects/webhook_secret.html", context)


class WebhookList(WebhookPage, TemplateView):
    template_name = "projects/webhook_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Webhook.objects.kept_by(self.actor).select_related("organisation", "progress")
        return super().get_context_data(webhooks=rows, **kwargs)


class WebhookDetail(WebhookPage, TemplateView):
    template_name = "projects/webhook_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = permissions.allows(self.actor, "history.read", self.webhook)
        return super().get_context_data(
            webhook=self.webhook,
            deliveries=self.webhook.deliveries.all()[:MOST],
            most=MOST,
            history=audit.history(self.webhook) if reads else None,
            updated_at=self.webhook.updated_at,
            **kwargs,
        )


class WebhookForms(WebhookPage, RecordForm):
    template_name = "projects/webhook_form.html"

    @property
    def back(self) -> str:
        return reverse("webhook-detail", args=[self.webhook.pk])


class WebhookNew(WebhookForms):
    form_class = NewWebhookForm

    def save(self, **given: Any) -> HttpResponse:
        return self.show_secret(*Webhook.make(by=self.actor, **given))


class WebhookChange(WebhookForms):
    form_class = ChangeWebhookForm
    done = gettext_lazy("The webhook is changed.")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.webhook, name) for name in ("version", "name", "url", "events")}

    def save(self, **given: Any) -> None:
        self.webhook.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(webhook=self.webhook, **kwargs)


class WebhookAct(WebhookPage):
    """A button of the page of a webhook; who was too late is told so."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.act())
        except TransitionError as error:
            messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("webhook-detail", args=[self.webhook.pk]))

    def act(self) -> str:
        """Do it, and return what to tell."""
        raise NotImplementedError


class WebhookPing(WebhookAct):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return too_many(request, throttles.PING) or super().post(request, *args, **kwargs)

    def act(self) -> str:
        deliveries.ping(self.webhook, by=self.actor, now=timezone.now())
        return _("A trial message is sent within a minute or two; it stands in the list below.")


class WebhookSwitch(WebhookAct):
    def act(self) -> str:
        is_active = self.request.POST.get("is_active") == "true"
        self.webhook.change(by=self.actor, is_active=is_active)
        if is_active:
            return _("It is switched on, and you are its owner. What waited is sent.")
        return _("It is switched off. What happens meanwhile is sent when it is switched on.")


class DeliveryAgain(WebhookAct):
    @cached_property
    def delivery(self) -> Delivery:
        seen = Delivery.objects.visible_to(self.actor).select_related("webhook")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def subject(self) -> Any:
        return self.delivery

    @property
    def webhook(self) -> Webhook:
        return self.delivery.webhook

    def act(self) -> str:
        deliveries.send_again(self.delivery, by=self.actor, now=timezone.now())
        return _("The message is sent again within a minute or two.")


class WebhookRotate(WebhookPage):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a new secret and show it."""
        return self.show_secret(self.webhook, self.webhook.rotate(by=self.actor, now=timezone.now()))
