"""Mails that were not delivered, and the decision to send one again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import permissions
from projects.models import TransitionError
from projects.views.page import Page
from reports import clock, mails
from reports.choices import MailState
from reports.models import Mail, Report

MOST = 200


class MailList(Page, TemplateView):
    """For those who look after what was not delivered."""

    template_name = "reports/mail_list.html"
    section = "reports"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "report.retry")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = clock.now()
        joined = ("report", "recipient")
        waiting = Mail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING])
        return super().get_context_data(
            undelivered=_rows(mails.undelivered(now).select_related(*joined)),
            waiting=waiting.exclude(pk__in=mails.undelivered(now)).count(),
            dropped=_rows(Mail.objects.filter(state=MailState.DROPPED).select_related(*joined)),
            **kwargs,
        )


def _rows(found: Any) -> list[Mail]:
    return list(found.defer("report__snapshot").order_by("-pk")[:MOST])


class MailAgain(Page):
    section = "reports"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Queue one mail again and show what is left; who was too late is told so."""
        seen = Mail.objects.filter(report__in=Report.objects.visible_to(self.actor).values("pk"))
        mail = get_object_or_404(seen.select_related("recipient", "report"), pk=kwargs["pk"])
        try:
            mails.send_again(mail, by=self.actor, now=clock.now())
        except TransitionError as error:
            messages.warning(request, str(error))
        else:
            messages.success(
                request,
                _("The mail to %(person)s is sent again within a minute.")
                % {"person": mail.recipient.by_post},
            )
        return redirect("mail-list")
