"""The road from intent to industry: of one project, of all, and the forms by which gates are planned and decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from projects import gating, permissions, uploads
from projects.choices import Stage
from projects.filters import ProjectFilter
from projects.gate_forms import DecideForm, PlanGateForm
from projects.models import Evidence, Project, TransitionError
from projects.progress.gate_records import known
from projects.progress.stages import road, with_road
from projects.stages import RULES, GateRule, gates_open, road_of, stages_of
from projects.views import drawings
from projects.views.page import FilteredList, Page, conflict
from projects.views.record_form import RecordForm


class Roadmaps(FilteredList):
    """Every project with its stage, its next gate and its commercialisation date."""

    template_name = "projects/roadmap_list.html"
    section = "projects"
    filterset_class = ProjectFilter

    def rows(self) -> QuerySet:
        return with_road(
            Project.objects.visible_to(self.actor).with_progress(self.on).select_related("lead"), self.actor
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        found["roads"] = [road(project, self.on) for project in found["object_list"]]
        return found


class ProjectRoadmap(Page, DetailView):
    template_name = "projects/project_roadmap.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        visible = with_road(Project.objects.visible_to(self.actor), self.actor)
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        found = road(project, self.on)
        files: dict[int, list[Evidence]] = {}
        for file in Evidence.objects.visible_to(self.actor).filter(gate__project=project, superseded_by=None):
            files.setdefault(file.gate_id or 0, []).append(file)
        decisions = [row for row in project.gates.all() if row.decided_on <= self.on]
        plans = [row for row in project.gate_plans.all() if row.decided_on <= self.on]
        return super().get_context_data(
            project=project,
            road=found,
            chart=drawings.road(found),
            stages=stages_of(road_of(project.kind)),
            decisions=[(row, criteria(row.gate, row.criteria), files.get(row.pk, [])) for row in decisions],
            plans=plans,
            may_plan=permissions.allows(self.actor, "gate.plan", project),
            open_gates=(
                gates_open(project.kind, project.stage)
                if permissions.allows(self.actor, "gate.decide", project)
                else ()
            ),
            updated_at=max([project.updated_at, *(row.updated_at for row in (*decisions, *plans))]),
            **kwargs,
        )


def criteria(gate: str, answers: list[dict[str, Any]]) -> list[tuple[Any, dict[str, Any]]]:
    """Return the words of each criterion with its answer; the code where the gate asks it no longer."""
    texts = {it.code: it.text for it in RULES[gate].criteria}
    return [(texts.get(answer["code"], answer["code"]), answer) for answer in answers]


class GatePage(RecordForm):
    """A form on the road of one project."""

    section = "projects"

    @cached_property
    def project(self) -> Project:
        visible = Project.objects.visible_to(self.actor)
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    @property
    def subject(self) -> Project:
        return self.project

    @property
    def back(self) -> str:
        return reverse("project-roadmap", args=[self.project.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=self.project, back=self.back, **kwargs)


class GatePlanNew(GatePage):
    template_name = "projects/gate_plan.html"
    right = "gate.plan"
    form_class = PlanGateForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "road": road_of(self.project.kind)}

    def get_initial(self) -> dict[str, Any]:
        return {"gate": self.request.GET.get("gate", ""), "decided_on": self.actor.on}

    def save(self, **given: Any) -> None:
        if gating.plan(self.project, by=self.actor, **given).number == 1:
            self.done = _("The baseline of the gate is recorded. It stays.")
        else:
            self.done = _("The forecast of the gate is recorded. Earlier plans stay visible.")


class GateDecide(GatePage):
    template_name = "projects/gate_decide.html"
    right = "gate.decide"
    form_class = DecideForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.rule is None:
            permissions.require(self.actor, self.right, self.project)
            error = TransitionError(_("No gate lies ahead of this project."))
            return conflict(self.request, self.project, error, actor=self.actor, back=self.back)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def rule(self) -> GateRule | None:
        """The gate asked for, where it is open; else the first that is."""
        open_now = gates_open(self.project.kind, self.project.stage)
        asked = self.request.POST.get("gate") or self.request.GET.get("gate")
        # A gate that was decided meanwhile keeps its form: the act then tells what happened.
        if self.request.method == "POST" and asked in RULES:
            return RULES[asked]
        return next((rule for rule in open_now if rule.gate == asked), open_now[0] if open_now else None)

    def get_form_kwargs(self) -> dict[str, Any]:
        stages = stages_of(road_of(self.project.kind))
        current = self.project.stage or self._rule().before
        earlier = [
            (stage.value, stage.label)
            for stage in stages
            if current[0] == stage[0] and stage < Stage(current)
        ]
        return {**super().get_form_kwargs(), "rule": self._rule(), "earlier": earlier}

    def _rule(self) -> GateRule:
        assert self.rule is not None  # noqa: S101 - dispatch has seen to it
        return self.rule

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.project.version, "gate": self._rule().gate.value, "decided_on": self.actor.on}

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.facts()
        files = [uploads.keep(file) for file in given.pop("evidence")]
        try:
            gating.decide(self.project, by=self.actor, criteria=form.criteria(), evidence=files, **given)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, _("The decision is recorded."))
        return HttpResponseRedirect(self.back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form") or self.get_form()
        says = known(self.project, self._rule(), self.actor.on)
        asked = [
            (criterion, *fields, says.get(criterion.code))
            for criterion, fields in zip(self._rule().criteria, form.asked(), strict=True)
        ]
        return super().get_context_data(**{**kwargs, "form": form}, rule=self._rule(), asked=asked)
