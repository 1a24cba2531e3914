"""The programme's front page: results first, agreements last."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import permissions, progress
from projects.choices import Phase
from projects.models import Project
from projects.progress.funds import fund_totals
from projects.views import drawings
from projects.views.page import Page

MOST_OVERDUE = 10
PHASES = dict(Phase.choices)


class Overview(Page, TemplateView):
    template_name = "projects/overview.html"
    section = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = progress.programme(self.on, self.actor)
        outputs = figures.targets.outputs
        reported = [row for row in outputs if row.claimed]
        rows = [row.milestone for row in figures.milestones.rows]
        return super().get_context_data(
            figures=figures,
            outputs_reported=reported,
            outputs_verified=sum(row.verified is not None for row in outputs),
            outputs_silent=[row for row in outputs if not row.claimed],
            trends=[series for series in figures.reliance.series if series.changes],
            phases=[
                {"code": share.code, "count": share.count, "label": PHASES.get(share.code, _("not known"))}
                for share in figures.projects.by_phase
            ],
            states=drawings.states(figures.milestones),
            suppliers=drawings.suppliers(figures.reliance),
            funds=fund_totals(Project.objects.visible_to(self.actor), self.on),
            most_overdue=figures.milestones.overdue.rows[:MOST_OVERDUE],
            waiting=(
                figures.milestones.states.achieved - figures.milestones.verified
                if permissions.allows(self.actor, "milestone.verify")
                else 0
            ),
            updated_at=max((row.updated_at for row in rows), default=None),
            **kwargs,
        )
