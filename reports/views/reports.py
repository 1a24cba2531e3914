"""The register, one report, its file, and the retry of a failed one."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView
from django_htmx.http import HttpResponseClientRedirect

from projects import permissions
from projects.archive import Altered
from projects.models import TransitionError
from projects.views.page import FilteredList, Page
from reports import clock, downloads, engine, mails
from reports.choices import ReportState
from reports.filters import ReportListFilter
from reports.models import Report

logger = logging.getLogger(__name__)


class OneReport(Page):
    """A page on one report; 404 unless the actor may see it."""

    section = "reports"

    def found(self) -> Report:
        joined = ("project", "agreement", "organisation", "schedule", "supersedes", "compared_with")
        rows = Report.objects.visible_to(self.actor).select_related(*joined).prefetch_related("editions")
        rows = rows.defer("snapshot", "supersedes__snapshot", "compared_with__snapshot")
        return get_object_or_404(rows, slug=self.kwargs["slug"])

    def shown(self, report: Report) -> dict[str, Any]:
        revised = Report.objects.filter(supersedes=report).only("serial", "slug", "state").first()
        may_issue = permissions.allows(self.actor, "report.issue", report)
        return {
            "report": report,
            "revised_by": revised,
            "may_retry": permissions.allows(self.actor, "report.retry", report),
            "may_revise": may_issue and report.state == ReportState.ISSUED and revised is None,
            "data_url": reverse("api:report-data", args=[report.slug]) if report.is_readable else "",
        }

    def refused(self, report: Report, problem: str, status: int) -> HttpResponse:
        """Show the report as it stands, with what cannot be done and why."""
        context = self.get_context_data(**self.shown(report), problem=problem)
        return render(self.request, "reports/report_detail.html", context, status=status)


class ReportList(FilteredList):
    template_name = "reports/report_list.html"
    section = "reports"
    filterset_class = ReportListFilter
    exported = "report-list"
    left_out = ("as_of", "sort")  # the API keeps the order of the register

    def rows(self) -> QuerySet:
        rows = Report.objects.visible_to(self.actor).select_related("project", "agreement", "organisation")
        return rows.prefetch_related("editions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = self.filterset.form
        language = form.cleaned_data.get("language", "") if form.is_valid() else ""
        troubles = {}
        if permissions.allows(self.actor, "report.retry"):
            # What nobody has looked after yet; it goes from here when it is tried again.
            troubles = {
                "failed": Report.objects.visible_to(self.actor).filter(state=ReportState.FAILED).count(),
                "undelivered": mails.undelivered(clock.now()).count(),
            }
        return super().get_context_data(
            language=language,
            troubles=troubles,
            may_order=permissions.allows(self.actor, "report.issue"),
            **kwargs,
        )


class ReportDetail(OneReport, DetailView):
    template_name = "reports/report_detail.html"
    context_object_name = "report"

    def get_object(self, queryset: QuerySet | None = None) -> Report:
        return self.found()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**self.shown(self.object), **kwargs})


class ReportProgress(OneReport):
    """The part of a report's page that changes while it is made; htmx asks for it until it is finished."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.htmx and not request.user.is_authenticated:  # type: ignore[attr-defined]
            # The sign-in page must not be put into the middle of this one.
            here = reverse("report-detail", args=[self.kwargs["slug"]])
            return HttpResponseClientRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with how far the report is; once it is finished, with all of the page that this changes."""
        report = self.found()
        if request.GET.get("seen") == report.seen:
            return HttpResponse(status=204)  # htmx leaves the page as it is, and readers are not told twice
        return render(request, "reports/_live.html", {**self.shown(report), "swap": not report.is_unfinished})


class ReportPdf(OneReport):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer with the file, checked against its digest; 409 before the issue, 500 when it was altered."""
        report = self.found()
        try:
            language = downloads.language_of(request.GET.get("language"))
            return downloads.pdf(report, language=language, by=self.actor, request=request)
        except ValidationError as error:
            return self.refused(report, " ".join(error.messages), 400)
        except TransitionError as error:
            return self.refused(report, str(error), 409)
        except Altered:
            logger.exception("The file of %s is not what was issued", report.serial)
            problem = _("The stored file is missing or was changed after its issue. It is not handed out.")
            return self.refused(report, problem, 500)


class ReportRetry(OneReport):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Queue a failed report again and show it; 403 without the right, 409 when it has not failed."""
        report = self.found()
        try:
            engine.retry(report, by=self.actor, now=clock.now())
        except TransitionError as error:
            return self.refused(self.found(), str(error), 409)
        return redirect("report-detail", slug=report.slug)
