"""Projects: the list, and the progress page of one."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView

from projects import permissions
from projects.filters import ProjectFilter
from projects.models import Agreement, Evidence, Project, Readiness, StageGate, Transfer
from projects.models.transfer_steps import holdings
from projects.progress import project_progress
from projects.progress.readiness_ladder import project_readiness
from projects.progress.transfers import transfer_standing
from projects.views import drawings
from projects.views.page import FilteredList, Page


class ProjectList(FilteredList):
    template_name = "projects/project_list.html"
    section = "projects"
    filterset_class = ProjectFilter

    def rows(self) -> QuerySet:
        return Project.objects.visible_to(self.actor).with_progress(self.on).select_related("lead")


class ProjectDetail(Page, DetailView):
    """The progress page: facts, dates, slips, milestones, targets, sources."""

    template_name = "projects/project_detail.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = project_progress(self.object, self.on, self.actor)
        project = figures.project.project
        related = list(
            Project.objects.visible_to(self.actor).filter(Q(pk=project.parent_id) | Q(parent=project))
        )
        evidence: dict[int, list[Evidence]] = {}
        for file in Evidence.objects.visible_to(self.actor).filter(
            milestone__project=project, milestone__claim_number=F("claim_number"), superseded_by=None
        ):
            evidence.setdefault(file.milestone_id, []).append(file)
        rows = figures.milestones.rows
        readiness = project_readiness(
            Readiness.objects.visible_to(self.actor).filter(project=project), self.on
        )
        handed = holdings(Transfer.objects.visible_to(self.actor).filter(project=project))
        return super().get_context_data(
            figures=figures,
            project=project,
            # The parent and the agreement are named only to whoever may see them.
            parent=next((row for row in related if row.pk == project.parent_id), None),
            children=[row for row in related if row.parent_id == project.pk],
            agreement=(
                Agreement.objects.visible_to(self.actor).filter(pk=project.agreement_id).first()
                if project.agreement_id
                else None
            ),
            gates=StageGate.objects.visible_to(self.actor).filter(project=project),
            states=drawings.states(figures.milestones),
            timeline=drawings.timeline(rows, self.on),
            rows=[(row, evidence.get(row.milestone.pk, [])) for row in drawings.by_date(rows)],
            readiness=readiness,
            ladders=(readiness.trl, readiness.mrl),
            transfers=[transfer_standing(held, self.on) for held in handed],
            may_claim=permissions.allows(self.actor, "milestone.claim", project),
            updated_at=max((row.milestone.updated_at for row in rows), default=project.updated_at),
            **kwargs,
        )
