"""Milestones: the list, one with its history, and the logging of a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from projects import permissions
from projects.filters import MilestoneFilter
from projects.forms import LogForm
from projects.models import Agreement, Evidence, Milestone, Project, audit
from projects.progress import milestone_rows
from projects.progress.agreement_life import suspension
from projects.progress.forecast import cases_of, of_milestone
from projects.views.page import STEP_WORDS, FilteredList, Page


class MilestoneList(FilteredList):
    template_name = "projects/milestone_list.html"
    section = "milestones"
    filterset_class = MilestoneFilter
    exported = "milestone-list"
    left_out = ("sort",)  # the API keeps the order of recording
    default_sort = "due_on"

    def rows(self) -> QuerySet:
        return Milestone.objects.visible_to(self.actor).with_due(self.on).with_state(self.on)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        shown = [milestone.pk for milestone in context["object_list"]]
        rows = {
            row.milestone.pk: row for row in milestone_rows(Milestone.objects.filter(pk__in=shown), self.on)
        }
        context["rows"] = [rows[key] for key in shown]
        context["may_import"] = bool(self.actor.role_for("milestone.claim"))
        return context


class MilestoneDetail(Page, DetailView):
    template_name = "projects/milestone_detail.html"
    section = "milestones"

    def get_object(self, queryset: QuerySet | None = None) -> Milestone:
        return get_object_or_404(Milestone.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (row,) = milestone_rows(Milestone.objects.filter(pk=self.object.pk), self.on)
        milestone = row.milestone
        reads_history = permissions.allows(self.actor, "history.read", milestone)
        evidence = Evidence.objects.visible_to(self.actor).filter(milestone=milestone)
        project = _seen(Project, milestone.project_id, self.actor)
        agreement = _seen(Agreement, milestone.agreement_id, self.actor)
        behind = agreement or (_seen(Agreement, project.agreement_id, self.actor) if project else None)
        record = cases_of(Milestone.objects.visible_to(self.actor), self.on) if row.is_open else ()
        return super().get_context_data(
            row=row,
            milestone=milestone,
            project=project,
            agreement=agreement,
            suspended=suspension(behind, self.on),
            forecast=of_milestone(row, record, self.on),
            evidence=evidence.select_related("uploaded_by", "superseded_by"),
            elsewhere=evidence.used_elsewhere(self.actor),
            steps=[(step, STEP_WORDS[step]) for step in milestone.STEPS if milestone.may(self.actor, step)],
            history=audit.history(milestone) if reads_history else None,
            updated_at=milestone.updated_at,
            **kwargs,
        )


def _seen(model: Any, key: int | None, actor: permissions.Actor) -> Any:
    """Return the row with the key where the actor may see it: a milestone does not open what it belongs to."""
    return model.objects.visible_to(actor).filter(pk=key).first() if key else None


class MilestoneLog(Page, FormView):
    template_name = "projects/milestone_log.html"
    section = "milestones"
    form_class = LogForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "milestone.log")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {
            name: self.request.GET[name] for name in ("project", "agreement") if self.request.GET.get(name)
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: LogForm) -> HttpResponse:
        try:
            milestone = Milestone.log(by=self.actor, **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, _("%(reference)s is logged.") % {"reference": milestone.reference})
        return HttpResponseRedirect(reverse("milestone-detail", args=[milestone.reference]))
