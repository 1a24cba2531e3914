"""Projects: the list, and the progress page of one."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView

from projects import permissions, states
from projects.choices import ProjectKind
from projects.filters import ProjectFilter
from projects.models import Agreement, Clearance, Evidence, FundLine, Project, Readiness, Transfer
from projects.progress import progress_of, with_facts
from projects.progress.activity import activity
from projects.progress.agreement_life import consortium, suspended_on, suspension
from projects.progress.clearances import clearance_figures
from projects.progress.funds import project_money
from projects.progress.mass_balance import mass_balance_flags, mass_balance_of
from projects.progress.programme import ledger_totals
from projects.progress.readiness_ladder import project_readiness
from projects.progress.stages import road, with_road
from projects.views import drawings
from projects.views.page import FilteredList, Page
from projects.views.transfers import standings

MOST_EVENTS = 15


class ProjectList(FilteredList):
    template_name = "projects/project_list.html"
    section = "projects"
    filterset_class = ProjectFilter
    exported = "project-list"

    def rows(self) -> QuerySet:
        return Project.objects.visible_to(self.actor).with_progress(self.on).select_related("lead")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        suspended = suspended_on(Agreement.objects.visible_to(self.actor), self.on)
        return super().get_context_data(suspended=set(suspended), **kwargs)


class ProjectDetail(Page, DetailView):
    """The progress page: facts, dates, slips, milestones, targets, sources."""

    template_name = "projects/project_detail.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        visible = with_road(with_facts(Project.objects.visible_to(self.actor)), self.actor)
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        related = list(
            Project.objects.visible_to(self.actor).filter(Q(pk=project.parent_id) | Q(parent=project))
        )
        # The parent and the agreement are named only to whoever may see them.
        parent = next((row for row in related if row.pk == project.parent_id), None)
        figures = progress_of(project, self.on, self.actor, parent=parent, agreement=project.agreement)
        evidence: dict[int, list[Evidence]] = {}
        for file in Evidence.objects.visible_to(self.actor).filter(
            milestone__project=project, milestone__claim_number=F("claim_number"), superseded_by=None
        ):
            evidence.setdefault(file.milestone_id, []).append(file)
        rows = figures.milestones.rows
        targets = [row.target for row in figures.targets.rows]
        balances = [mass_balance_of(project, targets, self.on, self.actor)]
        readiness = project_readiness(
            Readiness.objects.visible_to(self.actor).filter(project=project), self.on
        )
        road_found = road(self.object, self.on)
        decided = Clearance.objects.visible_to(self.actor).filter(project=project)
        clearances = clearance_figures(decided, self.on)
        handed = Transfer.objects.visible_to(self.actor).filter(project=project)
        return super().get_context_data(
            figures=figures,
            project=project,
            parent=parent,
            children=[row for row in related if row.parent_id == project.pk],
            agreement=self.object.agreement,
            road=road_found,
            suspended=suspension(self.object.agreement, self.on),
            consortium=consortium(project.partners.all()) if project.kind == ProjectKind.CENTRE else None,
            feed_warnings=[flag.text for flag in mass_balance_flags(balances, self.on)],
            states=drawings.states(figures.milestones),
            timeline=drawings.plan(rows, road_found, self.on),
            moved=ledger_totals(figures.revisions),
            readiness_chart=drawings.readiness(readiness.trl),
            money=project_money(
                list(FundLine.objects.visible_to(self.actor).filter(project=project)), self.on
            ),
            recorded=[line for line in clearances.checklist if line.rows],
            events=activity(project, self.on, self.actor, MOST_EVENTS),
            places=[state.label for state in states.of(project.states)],
            rows=[(row, evidence.get(row.milestone.pk, [])) for row in drawings.by_date(rows)],
            readiness=readiness,
            ladders=(readiness.trl, readiness.mrl),
            transfers=standings(handed, self.on),
            may_claim=permissions.allows(self.actor, "milestone.claim", project),
            may_set_target=permissions.allows(self.actor, "target.set", project) and self.on == self.actor.on,
            updated_at=max((row.milestone.updated_at for row in rows), default=project.updated_at),
            **kwargs,
        )
