"""The readiness of a project: both ladders, claimed beside verified, with every assessment behind them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from projects import permissions
from projects.claiming import KINDS
from projects.models import Evidence, Project, Readiness
from projects.progress.readiness_ladder import ProjectReadiness, project_readiness
from projects.views.page import Page

KIND = KINDS["readiness"]


class ProjectLadders(Page, DetailView):
    template_name = "projects/project_readiness.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        files = Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
        rows = list(
            Readiness.objects.visible_to(self.actor)
            .filter(project=project)
            .select_related("claimed_by", "claimant_organisation", "verified_by", "superseded_by")
            .prefetch_related(Prefetch("evidence", queryset=files))
        )
        readiness = project_readiness(rows, self.on)
        return super().get_context_data(
            project=project,
            ladders=(readiness.trl, readiness.mrl),
            rows=[(row, told(row, readiness)) for row in reversed(rows)],
            new=KIND.address_of_form(project)
            if permissions.allows(self.actor, "readiness.claim", project)
            else "",
            new_words=KIND.new,
            updated_at=max((row.updated_at for row in rows), default=project.updated_at),
            **kwargs,
        )


def told(row: Readiness, readiness: ProjectReadiness) -> list[str]:
    """Return what the assessment is to the ladder, beside its level: a regression, a waived skip, or why it does not count."""
    standing = readiness.trl if row.ladder == readiness.trl.ladder else readiness.mrl
    if row.status == "returned":
        return [_("returned, does not count")]
    if row.assessed_on > readiness.as_of:
        return [_("later than this day")]
    counting = {it.pk for level in standing.levels for it in (level.claimed, level.verified) if it}
    words = [
        _("regression from %(level)s") % {"level": fall.before.told(fall.before.value)}
        for fall in standing.falls
        if fall.row.pk == row.pk
    ]
    words += [
        _("skips from %(level)s") % {"level": row.told(gap.below)}
        for gap in standing.gaps
        if gap.row.pk == row.pk
    ]
    if row.status == "verified" and row.level < row.COUNTS_AT:
        words.append(_("verified below V2, counts as claimed"))
    elif row.pk not in counting and getattr(row, "superseded_by", None) is not None:
        words.append(_("replaced by a correction"))
    return words
