"""A report on demand, and the revision of an issued one: forms that end on the report's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from projects import permissions
from projects.models import TransitionError
from projects.views.page import Page
from reports import bell, clock, ordering
from reports.forms import OrderForm, ReviseForm
from reports.models import Report
from reports.models.register import UNFINISHED
from reports.views.reports import OneReport


class ReportOrder(Page, FormView):
    """An order: 403 for those who may not, else the page of the report, which is being made."""

    template_name = "reports/report_order.html"
    section = "reports"
    form_class = OrderForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "report.issue")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        given = {name: self.request.GET[name] for name in ("kind", "subject") if self.request.GET.get(name)}
        return {"as_of": self.actor.on, **given}

    def form_valid(self, form: OrderForm) -> HttpResponse:
        twin = self._on_its_way(form.cleaned_data)
        if twin:
            messages.info(self.request, _("You have ordered this report already; here it is."))
            return redirect("report-detail", slug=twin.slug)
        try:
            report = ordering.order(by=self.actor, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        transaction.on_commit(lambda: bell.ring(report.pk))
        messages.success(self.request, _("%(serial)s is ordered.") % {"serial": report.serial})
        return redirect("report-detail", slug=report.slug)

    def _on_its_way(self, order: dict[str, Any]) -> Report | None:
        """Return the same order where it is not finished yet: a form sent twice must not use two serials."""
        same = {name: value for name, value in order.items() if name != "period_start"}
        if order["period_start"]:
            same["period_start"] = order["period_start"]
        mine = Report.objects.filter(requested_by=self.actor.user, revision=0, state__in=UNFINISHED)
        return mine.filter(**same).first()


class ReportRevise(OneReport, FormView):
    """A revision: 404, 403 as everywhere, 409 when the report is not the latest issue."""

    template_name = "reports/report_revise.html"
    form_class = ReviseForm

    @cached_property
    def report(self) -> Report:
        return self.found()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "report.issue", self.report)
            shown = self.shown(self.report)
            if not shown["may_revise"]:
                return self.refused(self.report, _("Only the latest issue of a report can be revised."), 409)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("report", self.report)
        return super().get_context_data(**kwargs)

    def form_valid(self, form: ReviseForm) -> HttpResponse:
        try:
            new = ordering.revise(
                self.report, by=self.actor, reason=form.cleaned_data["reason"], now=clock.now()
            )
        except TransitionError as error:
            return self.refused(self.found(), str(error), 409)
        transaction.on_commit(lambda: bell.ring(new.pk))
        messages.success(self.request, _("%(serial)s is ordered.") % {"serial": new.serial})
        return redirect("report-detail", slug=new.slug)
