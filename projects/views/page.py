"""What every page shares: who asks, as of which day, lists with filters, and the answer to a step that is not open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import ListView
from django.views.generic.base import ContextMixin, View

from projects import edge, permissions, throttles
from projects.models import SavedFilter, TransitionError, audit, pending
from projects.paging import CappedPaginator
from projects.permissions import Actor


def too_many(request: HttpRequest, scope: str) -> HttpResponse | None:
    """Count the request and return the page that tells whoever asks too often to wait; None where it may pass."""
    seconds = throttles.wait(request, scope)
    if not seconds:
        return None
    page = render(request, "429.html", {"seconds": seconds}, status=429)
    page["Retry-After"] = str(seconds)
    return page


@method_decorator(never_cache, name="dispatch")  # a shared computer must not show the page after signing out
class Page(LoginRequiredMixin, ContextMixin, View):
    """A page for people who are signed in; `section` is the part of the navigation that it belongs to."""

    http_method_names = ["get", "head", "post", "options"]  # a form view would take PUT for a POST
    section = ""

    @cached_property
    def actor(self) -> Actor:
        return edge.acting(self.request)

    @cached_property
    def on(self) -> dt.date:
        """The day for which the page's figures hold: `?as_of=`, else today in India."""
        return edge.as_of(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        try:
            assert self.on  # noqa: S101 - asks for the day once, so that a wrong one is answered here
        except edge.BadDay as error:
            return render(request, "400.html", {"bad_day": str(error)}, status=400)
        if request.method == "POST" and request.content_type == throttles.IN_PARTS:
            busy = too_many(request, throttles.UPLOAD)
            if busy is not None:
                return busy
        response = super().dispatch(request, *args, **kwargs)
        taken = request.method == "POST" and response.status_code == 302
        if taken and any(name.endswith(pending.PARAMETER) for name in request.POST):
            pending.used(self.actor.user, request.POST)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            section=self.section,
            actor=self.actor,
            as_of=self.on,
            # Links carry the day on only where the reader has chosen one: today's page stays today's tomorrow.
            chosen_day=self.on if self.on != self.actor.on else None,
            may_log=permissions.allows(self.actor, "milestone.log"),
            **navigation(self.actor),
            **kwargs,
        )


def navigation(by: Actor) -> dict[str, bool]:
    """Return which parts of the navigation the actor has beside those that everybody has."""
    return {
        "keeps_webhooks": bool(by.role_for("webhook.keep")),
        "administers": bool(by.role_for("user.manage")),
    }


class Guarded(Page):
    """A page for those who hold `right` on its subject: 403 for everybody else who sees the subject."""

    right: Any = ""
    """Asked before anything is shown; "" where the page asks in a way of its own, or everybody may."""

    @property
    def subject(self) -> Any:
        """What the page is about, or 404 where the actor does not see it; None for a list or something new."""
        return None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.right:
            permissions.require(self.actor, self.right, self.subject)
        return super().dispatch(request, *args, **kwargs)


class FilteredList(Page, ListView):
    """A list with a FilterSet and pages; a filter that cannot be understood finds nothing and says so."""

    filterset_class: ClassVar[type[django_filters.FilterSet]]
    default_sort: ClassVar[str] = ""
    exported: ClassVar[str] = ""  # the list of the API that holds the same rows, as a file
    left_out: ClassVar[tuple[str, ...]] = ()  # parameters that the file does without
    paginate_by = 25
    paginator_class = CappedPaginator

    @cached_property
    def filterset(self) -> django_filters.FilterSet:
        data = self.request.GET.copy()
        if self.default_sort and "sort" not in data:
            data["sort"] = self.default_sort
        return self.filterset_class(data, queryset=self.rows(), request=self.request)

    def rows(self) -> QuerySet:
        """Return the rows that the actor may see, annotated as the FilterSet asks."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet:
        return self.filterset.qs if self.filterset.is_valid() else self.filterset.queryset.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"page", "sort", "as_of"}
        filtered = [
            name for name, value in self.request.GET.items() if value and name in self.filterset.filters
        ]
        return super().get_context_data(
            filter_form=self.filterset.form,
            filtered=[name for name in filtered if name not in shown],
            sorted_by=str(self.filterset.data.get("sort", "")).partition(",")[0],
            list_name=self.list_name,
            saved_filters=SavedFilter.objects.filter(user=self.actor.user.pk, list=self.list_name),
            query=self.request.GET.urlencode(),
            files=self._files() if self.exported else (),
            **kwargs,
        )

    @property
    def list_name(self) -> str:
        """The name of the list's route, under which its saved filters stand."""
        match = self.request.resolver_match
        return (match.url_name if match else "") or ""

    def _files(self) -> list[tuple[str, str]]:
        """Return name and address of the whole list as a file, with the filter and the day of the page."""
        asked = QueryDict(mutable=True)
        for name, values in self.request.GET.lists():
            known = name in self.filterset.filters or name == "as_of"
            if known and name not in self.left_out:
                asked.setlist(name, [value for value in values if value])
        address = reverse(f"api:{self.exported}")
        return [(form.upper(), f"{address}?{_with(asked, form)}") for form in ("csv", "xlsx")]


def _with(asked: QueryDict, form: str) -> str:
    found = asked.copy()
    found["format"] = form
    return found.urlencode()


def conflict(
    request: HttpRequest,
    row: Model,
    error: TransitionError,
    *,
    actor: Actor,
    back: str,
    entered: Iterable[tuple[Any, str]] = (),
) -> HttpResponse:
    """Return the 409 page: what was done meanwhile and by whom, and what the reader had typed."""
    return render(
        request,
        "409.html",
        {
            "row": row,
            "error": str(error),
            "last_event": audit.history(row).last(),
            "sent": request.method == "POST",
            "back": back,
            "entered": list(entered),
            "actor": actor,
            "section": _SECTIONS.get(row._meta.model_name or "", ""),
        },
        status=409,
    )


_SECTIONS = {
    "milestone": "milestones",
    "project": "projects",
    "clearance": "projects",
    "transfer": "transfers",
    "knowhowitem": "transfers",
    "agreement": "agreements",
    "duty": "agreements",
    "reliancepoint": "reliance",
    "sectorneed": "reliance",
    "target": "targets",
    "measurement": "targets",
    "indicator": "indicators",
    "webhook": "webhooks",
    "reviewmeeting": "meetings",
    "actionpoint": "action-points",
    "organisation": "organisations",
    "user": "administration",
    "membership": "administration",
    "mineral": "administration",
    "minerallisting": "administration",
    "finding": "findings",
}

STEP_WORDS = {
    "claim": _("Claim as achieved"),
    "verify": _("Verify"),
    "return": _("Return"),
    "revise": _("Revise the date"),
    "cancel": _("Cancel"),
}
