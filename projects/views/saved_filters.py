"""Saved filters: kept and deleted by the person whose they are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import SavedFilter
from projects.views.page import Page

LISTS = (
    *("agreement-list", "project-list", "milestone-list", "target-list", "organisation-list"),
    *("report-list", "schedule-list", "indicator-list", "transfer-list", "roadmap", "user-list"),
)


class SavedFilterNew(Page):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the filter and go back to the list as it was filtered."""
        of, query = request.POST.get("list", ""), request.POST.get("query", "")
        if of not in LISTS:
            raise Http404
        address = reverse(of)
        try:
            row = SavedFilter.keep(request.user, of=of, name=request.POST.get("name", ""), query=query)  # type: ignore[arg-type]
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return HttpResponseRedirect(f"{address}?{query}" if query else address)
        messages.success(request, _("The filter is saved as “%(name)s”.") % {"name": row.name})
        return HttpResponseRedirect(f"{address}?{row.query}")


class SavedFilterDelete(Page):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Forget the filter; 404 unless it is the caller's own."""
        row = get_object_or_404(SavedFilter, pk=kwargs["pk"], user=request.user)
        row.delete()
        messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": row.name})
        return HttpResponseRedirect(reverse(row.list))
