"""Agreements: what was signed, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView

from projects import permissions
from projects.filters import AgreementFilter
from projects.models import Agreement, Milestone, Project, Target
from projects.progress import milestone_rows, target_rows
from projects.progress.agreement_life import life, precision_of, with_life
from projects.progress.standings import workings
from projects.progress.working import Witness, working
from projects.views.page import FilteredList, Page


class AgreementList(FilteredList):
    template_name = "projects/agreement_list.html"
    section = "agreements"
    filterset_class = AgreementFilter
    exported = "agreement-list"

    def rows(self) -> QuerySet:
        return (
            Agreement.objects.visible_to(self.actor)
            .with_execution()
            .prefetch_related("agreement_parties__organisation")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        shown = list(context["object_list"])
        asked = workings(Agreement.objects.filter(pk__in=[it.pk for it in shown]), self.on, self.actor)
        context["rows"] = [(agreement, asked[agreement.pk]) for agreement in shown]
        return context


class AgreementDetail(Page, DetailView):
    template_name = "projects/agreement_detail.html"
    section = "agreements"

    def get_object(self, queryset: QuerySet | None = None) -> Agreement:
        visible = (
            Agreement.objects.visible_to(self.actor)
            .with_execution()
            .prefetch_related("agreement_parties__organisation", "minerals")
        )
        return get_object_or_404(with_life(visible), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        agreement = self.object
        seen = Agreement.objects.visible_to(self.actor)
        asked = working(agreement, self.on, self.actor)
        lived = life(agreement, self.on)
        return super().get_context_data(
            agreement=agreement,
            # A partner sees what it takes part in: neither projects nor related agreements by inference.
            parent=seen.filter(pk=agreement.parent_id).first() if agreement.parent_id else None,
            children=seen.filter(parent=agreement),
            projects=Project.objects.visible_to(self.actor)
            .filter(agreement=agreement)
            .with_progress(self.on)
            .select_related("lead"),
            milestones=milestone_rows(
                Milestone.objects.visible_to(self.actor).filter(agreement=agreement), self.on
            ),
            targets=target_rows(Target.objects.visible_to(self.actor).filter(agreement=agreement), self.on),
            working=asked,
            may_set_target=permissions.allows(self.actor, "target.set", agreement)
            and self.on == self.actor.on,
            life=lived,
            expiry_precision=precision_of(lived.expiry),
            duties_total=sum(len(party.rows) for party in lived.duties),
            answers=[(answer, _address(answer.witness)) for answer in asked.answers],
            updated_at=agreement.updated_at,
            **kwargs,
        )


def _address(witness: Witness | None) -> str:
    """Return the page of the record that shows an answer, "" where it has none of its own."""
    if isinstance(witness, Agreement | Project | Milestone):
        return reverse(f"{witness._meta.model_name}-detail", args=[witness.reference])
    project = getattr(witness, "project", None)
    return reverse("project-detail", args=[project.reference]) if project else ""
