"""The programme's dashboard: results first, agreements last, and every number a link to its rows."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import permissions, progress
from projects.choices import Stage
from projects.filters import UNDECIDED
from projects.models import Project
from projects.progress.funds import fund_totals
from projects.progress.target_states import by_state
from projects.progress.warnings import early_warning
from projects.views import dashboard_parts as parts
from projects.views import drawings
from projects.views.dashboard_parts import Number
from projects.views.page import Page

MOST_OVERDUE = 5


class Overview(Page, TemplateView):
    template_name = "projects/overview.html"
    section = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = progress.programme(self.on, self.actor)
        outputs = figures.targets.outputs
        reported = [row for row in outputs if row.claimed]
        rows = [row.milestone for row in figures.milestones.rows]
        visible = Project.objects.visible_to(self.actor)
        bands = parts.bands(
            figures.milestones, figures.projects, self._list("milestone-list"), self._list("project-list")
        )
        return super().get_context_data(
            figures=figures,
            outputs_reported=reported,
            outputs_verified=sum(row.verified is not None for row in outputs),
            outputs_silent=[row for row in outputs if not row.claimed],
            trends=[series for series in figures.reliance.series if series.changes],
            targets_chart=parts.targets(by_state(figures.targets.rows), self._list("target-list")),
            states=parts.milestones(figures.milestones, self._list("milestone-list")),
            bands=bands,
            band_chart=parts.band_chart(bands),
            suppliers=drawings.suppliers(figures.reliance),
            funds=fund_totals(visible, self.on),
            india=parts.india((row.project for row in figures.projects.rows), self._list("project-list")),
            stages=self._stages(visible),
            phases=parts.phases(figures.projects.by_phase, self._list("project-list")),
            warnings=[
                (rule.label, Number(len(found), f"{self._list('warnings')()}#rule-{rule.value}"))
                for rule, found in early_warning(self.on, self.actor, figures).rules
                if found
            ],
            most_overdue=figures.milestones.overdue.rows[:MOST_OVERDUE],
            waiting=(
                figures.milestones.states.achieved - figures.milestones.verified
                if permissions.allows(self.actor, "milestone.verify")
                else 0
            ),
            updated_at=max((row.updated_at for row in rows), default=None),
            **kwargs,
        )

    def _list(self, name: str) -> parts.Address:
        """Return what makes addresses of a list, on the day that the reader has chosen."""

        def address(**asked: str) -> str:
            if self.on != self.actor.on:
                asked["as_of"] = self.on.isoformat()
            return f"{reverse(name)}?{urlencode(asked)}" if asked else reverse(name)

        return address

    def _stages(self, visible: Any) -> list[tuple[str, Number]]:
        """Return the stages of both roads that have projects, S0 to S6 always, and what no gate has decided."""
        found = Counter(visible.with_stage(self.on).order_by().values_list("stage_on", flat=True))
        address = self._list("project-list")
        shown = [stage for stage in Stage if found[stage] or stage.value.startswith("S")]
        numbers = [(str(stage.label), Number(found[stage], address(stage=stage))) for stage in shown]
        undecided = (_("no gate decided yet"), Number(found[""], address(stage=UNDECIDED)))
        return [*numbers, undecided] if found[""] else numbers
