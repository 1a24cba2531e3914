"""Home: what waits for the reader, by the roles that they hold. It knows programme and reports, so it stands here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from projects import permissions, waiting
from projects.choices import ActionState, Role
from projects.findings_home import findings_home
from projects.models import ActionPoint, AuditEvent, Milestone, Project, State
from projects.views.page import Page
from reports.choices import ReportState
from reports.downloads import DOWNLOADED
from reports.models import Report

AHEAD = dt.timedelta(days=30)
OPEN = Q(state=State.OPEN)
SHOWN = 6  # rows of each list; its head leads to all


@dataclass(frozen=True)
class Figure:
    """A number of what waits, and where its rows stand."""

    number: int
    label: Any
    path: str
    is_late: bool = False


class Home(Page, TemplateView):
    """Staff read what waits for them, partners their projects and what is asked of them, auditors the register and their downloads."""

    template_name = "reports/home.html"
    section = "home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by = self.actor
        return super().get_context_data(
            staff=self._staff() if by.roles & permissions.MINISTRY else None,
            partner=self._partner() if by.roles & permissions.PARTNER else None,
            auditor=self._auditor() if by.roles & {Role.AUDITOR, Role.ADMINISTRATOR} else None,
            **(findings_home(by) if Role.AUDITOR in by.roles else {}),
            **kwargs,
        )

    def _staff(self) -> dict[str, Any]:
        decide, back = waiting.to_decide(self.actor), waiting.returned(self.actor)
        visible = Milestone.objects.visible_to(self.actor)
        return {
            "decide": decide[:SHOWN],
            "back": back[:SHOWN],
            "figures": [
                Figure(len(decide), _("to verify"), reverse("decision-list")),
                *self._dates(visible),
            ],
            "soon": self._open(visible, due_on__gte=self.on),
        }

    def _partner(self) -> dict[str, Any]:
        by, on = self.actor, self.on
        visible = Milestone.objects.visible_to(by)
        points = ActionPoint.objects.visible_to(by).filter(owner__in=by.partner_of, status=ActionState.OPEN)
        return {
            "projects": list(self._own_projects().with_progress(on)[: SHOWN * 2]),
            "back": waiting.returned(by)[:SHOWN],
            "figures": self._dates(visible),
            "soon": self._open(visible),
            "points": list(points.select_related("meeting").order_by("due_on")[:SHOWN]),
            "may_claim": Role.LEAD in by.roles,
        }

    def _own_projects(self) -> Any:
        mine = Q(lead__in=self.actor.partner_of) | Q(partners__in=self.actor.partner_of)
        keys = Project._base_manager.filter(mine).values("pk")
        return Project.objects.visible_to(self.actor).filter(pk__in=keys).order_by("reference")

    def _auditor(self) -> dict[str, Any]:
        visible = Report.objects.visible_to(self.actor).defer("snapshot")
        issued = visible.filter(state=ReportState.ISSUED).select_related(
            "project", "agreement", "organisation"
        )
        loads = AuditEvent.objects.filter(action=DOWNLOADED, actor=self.actor.user).order_by("-seq")
        return {
            "reports": list(issued.prefetch_related("editions").order_by("-pk")[:SHOWN]),
            "downloads": list(loads[:SHOWN]),
        }

    def _dates(self, visible: Any) -> list[Figure]:
        """Return how many milestones are overdue and how many fall due within 30 days; each leads to the same rows of the list."""
        today, until = self.on, self.on + AHEAD
        counted = (
            visible.with_due(today)
            .with_state(today)
            .aggregate(
                overdue=Count("pk", filter=OPEN & Q(due_on__lt=today)),
                soon=Count("pk", filter=OPEN & Q(due_on__gte=today, due_on__lte=until)),
            )
        )
        ahead = {"state": State.OPEN, "due_from": today, "due_to": until}
        return [
            Figure(counted["overdue"], _("overdue"), _rows(overdue="true"), is_late=counted["overdue"] > 0),
            Figure(counted["soon"], _("due in 30 days"), _rows(**ahead)),
        ]

    def _open(self, visible: Any, **narrowed: Any) -> list[Milestone]:
        """Return the open milestones that fall due within 30 days, or did so before; the earliest first."""
        rows = visible.with_due(self.on).with_state(self.on)
        found = rows.filter(OPEN, due_on__lte=self.on + AHEAD, **narrowed)
        return list(found.select_related("project", "agreement").order_by("due_on", "reference")[:SHOWN])


def _rows(**asked: Any) -> str:
    return f"{reverse('milestone-list')}?{urlencode(asked)}"
