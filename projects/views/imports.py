"""Files of milestones and of measurements on pages: look at what a file would do, then import what was looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from projects import permissions
from projects.import_forms import ImportForm
from projects.intake.measurement_rows import MeasurementRows
from projects.intake.milestone_rows import MilestoneRows
from projects.intake.problems import Refused
from projects.intake.uploaded import Incoming
from projects.views.page import Page

MOST_SHOWN = 100


class ImportPage(Page, FormView):
    """Without `held` a file is looked at, with it what was looked at is imported."""

    template_name = "projects/import.html"
    form_class = ImportForm
    incoming: type[Incoming]
    title: Any = ""
    lead: Any = ""
    list_name = ""
    list_title: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not self.actor.role_for(self.incoming.RIGHT):
            permissions.require(self.actor, self.incoming.RIGHT)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user_id": self.actor.user.pk}

    def form_valid(self, form: ImportForm) -> HttpResponse:
        looks = form.cleaned_data.get("file") is not None
        incoming = self.incoming(by=self.actor, now=timezone.now())
        try:
            result = incoming.take_in(form.cleaned_data["raw"], dry_run=looks)
        except Refused as refused:
            problems = refused.problems
            context = self.get_context_data(
                form=form, problems=problems[:MOST_SHOWN], problems_left=max(len(problems) - MOST_SHOWN, 0)
            )
            return self.render_to_response(context, status=400)
        if looks:
            told = [
                (row, [self.incoming.STEPS[step] for step in row.steps]) for row in result.rows if row.steps
            ]
            return self.render_to_response(
                self.get_context_data(
                    form=form,
                    result=result,
                    rows=told[:MOST_SHOWN],
                    rows_left=max(len(told) - MOST_SHOWN, 0),
                    held=form.hold(),
                )
            )
        messages.success(
            self.request,
            ngettext("%(count)s row was imported.", "%(count)s rows were imported.", result.changed)
            % {"count": result.changed},
        )
        return HttpResponseRedirect(reverse(self.list_name))

    def form_invalid(self, form: ImportForm) -> HttpResponse:
        too_large = any(error.code == "too_large" for error in form.errors.as_data().get("file", ()))
        return self.render_to_response(self.get_context_data(form=form), status=413 if too_large else 200)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.title,
            lead=self.lead,
            list_address=reverse(self.list_name),
            list_title=self.list_title,
            template_address=reverse(f"api:{self.incoming.TABLE.name.removesuffix('s')}-template"),
            **kwargs,
        )


class MilestoneImport(ImportPage):
    section = "milestones"
    incoming = MilestoneRows
    title = _("Import milestones")
    lead = _(
        "New milestones are logged; with an actual date they are claimed. A reference names one that is there, which is claimed. "
        "A second person verifies, as ever."
    )
    list_name = "milestone-list"
    list_title = _("Milestones")


class MeasurementImport(ImportPage):
    section = "targets"
    incoming = MeasurementRows
    title = _("Import measurements")
    lead = _("Each row claims a value of a target for a period. A second person verifies, as ever.")
    list_name = "target-list"
    list_title = _("Targets")
