"""The inbox of the person who is signed in, and how they want to be told."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from projects import inbox
from projects.choices import NoticeKind
from projects.models import Notice, NoticePreferences
from projects.notice_forms import PreferencesForm, SnoozeForm
from projects.views.page import Page
from projects.views.record_form import RecordForm


class NoticeList(Page, TemplateView):
    """What waits, by kind, and what was put off. Nobody sees the notices of others."""

    template_name = "projects/notice_list.html"
    section = "notices"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = inbox.pending(self.actor)
        groups = [(kind, list(rows)) for kind, rows in groupby(found, key=lambda it: it.kind)]
        return super().get_context_data(
            groups=groups, total=len(found), snoozed=inbox.snoozed(self.actor), **kwargs
        )


class NoticeAcknowledge(Page):
    """Acknowledges one of one's own notices, or all that wait of a kind."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, kind = request.POST.get("notice", ""), request.POST.get("kind", "")
        found = inbox.pending(self.actor)
        if kind in NoticeKind.values:
            chosen = [it.notice for it in found if it.notice.kind == kind]
        else:
            chosen = [it.notice for it in found if str(it.notice.pk) == asked]
        now = timezone.now()
        count = sum(notice.acknowledge(now=now) for notice in chosen)
        if count:
            text = ngettext("%(count)d notice is acknowledged.", "%(count)d notices are acknowledged.", count)
            messages.success(request, text % {"count": count})
        else:
            messages.warning(request, _("This notice waits no more."))
        return redirect("notice-list")


class NoticeSnooze(RecordForm):
    """Puts off one of one's own notices until a day, with the reason."""

    template_name = "projects/notice_snooze.html"
    section = "notices"
    form_class = SnoozeForm
    done = gettext_lazy("The notice is put off.")

    @cached_property
    def entry(self) -> inbox.Entry:
        own = Notice.objects.filter(person=self.actor.user, settled_at=None, acknowledged_at=None)
        told = inbox.entries(self.actor, [get_object_or_404(own, pk=self.kwargs["pk"])])
        if not told:
            raise Http404  # answered meanwhile, or not to be seen any more
        return told[0]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            assert self.entry  # noqa: S101 - asks once, so that a form that is wrong does not come before a 404
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return reverse("notice-list")

    def save(self, **given: Any) -> None:
        self.entry.notice.snooze(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, **kwargs)


class Preferences(RecordForm):
    template_name = "projects/notice_preferences.html"
    section = "notices"
    form_class = PreferencesForm
    done = gettext_lazy("Your preferences are kept.")

    def get_initial(self) -> dict[str, Any]:
        kept = NoticePreferences.of(self.actor.user)
        return {name: getattr(kept, name) for name in ("digest", "hour", "quiet_from", "quiet_to")}

    @property
    def back(self) -> str:
        return reverse("notice-list")

    def save(self, **given: Any) -> None:
        NoticePreferences.keep(self.actor.user, **given)
