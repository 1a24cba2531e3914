"""The money of a project: what is sanctioned, released, spent and certified, line by line."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView, TemplateView

from projects import permissions
from projects.choices import FundKind, FundSource
from projects.claiming import KINDS
from projects.claiming.funds import contributed
from projects.models import Evidence, FundLine, Organisation, Project
from projects.progress.funds import FundShare, programme_money, project_money
from projects.views.page import Page

KIND = KINDS["fundline"]


class ProgrammeMoney(Page, TemplateView):
    """The totals of the four columns, and the projects that they are made of."""

    template_name = "projects/money.html"
    section = "projects"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        money = programme_money(Project.objects.visible_to(self.actor), self.on)
        return super().get_context_data(
            money=money,
            kinds=list(FundKind),
            rows=[(project, list(it.columns.items())) for project, it in money.rows],
            **kwargs,
        )


class ProjectMoney(Page, DetailView):
    template_name = "projects/project_money.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        lines = list(
            FundLine.objects.visible_to(self.actor)
            .filter(project=project)
            .select_related("claimed_by", "claimant_organisation", "verified_by")
            .prefetch_related(
                Prefetch("contributor", queryset=Organisation.objects.visible_to(self.actor)),
                Prefetch(
                    "evidence", queryset=Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
                ),
            )
        )
        money = project_money(lines, self.on)
        return super().get_context_data(
            project=project,
            money=money,
            lines=[
                (row, self._standing(row, money.claimed | money.verified), contributed(row)) for row in lines
            ],
            sources=[(FundSource(str(it.key)).label, it) for it in money.sources],
            contributors=_named(money.contributors, lines),
            new=KIND.address_of_form(project)
            if permissions.allows(self.actor, "fundline.claim", project)
            else "",
            new_words=KIND.new,
            updated_at=max((row.updated_at for row in lines), default=project.updated_at),
            **kwargs,
        )

    def _standing(self, row: FundLine, counting: frozenset[int]) -> str:
        """Return why a line does not count; "" where it does."""
        if row.pk in counting:
            return ""
        if row.status == "returned":
            return _("returned, does not count")
        return _("later than this day") if row.dated_on > self.on else _("replaced by a correction")


def _named(shares: tuple[FundShare, ...], lines: list[FundLine]) -> list[tuple[str, FundShare]]:
    names = {row.contributor_id: contributed(row) for row in lines}
    return [(names[it.key], it) for it in shares]
