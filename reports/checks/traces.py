"""What was last heard of a project, looked up anew: the newest dated record of it up to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Q

from projects.choices import MilestoneStatus
from projects.models import Evidence, Measurement, Milestone, Project, StageGate, Target
from projects.permissions import Actor
from reports.periods import IST

Sign = tuple[str, dt.date | None, str]


def newest(projects: Iterable[Project], as_of: dt.date, by: Actor) -> dict[str, Sign]:
    """Return kind, day and precision of the newest sign of each project by reference; of two on one day the weightier."""
    found: dict[str, Sign] = {}
    for project in projects:
        dated = [sign for sign in _signs(project, by) if sign[1] is not None and sign[1] <= as_of]
        if dated:
            found[project.reference] = max(dated, key=lambda sign: sign[1] or dt.date.min)
    return found


def _signs(project: Project, by: Actor) -> Iterator[Sign]:
    """Yield the signs of one project, the weightiest kind first."""
    own = Q(milestone__project=project) | Q(measurement__target__project=project) | Q(gate__project=project)
    for at in Evidence.objects.filter(own).values_list("created_at", flat=True):
        yield "evidence", at.astimezone(IST).date(), "day"
    for on in StageGate.objects.filter(project=project).values_list("decided_on", flat=True):
        yield "gate", on, "day"
    for on in Measurement.objects.filter(target__project=project).values_list("period_end", flat=True):
        yield "value", on, "day"
    milestones = list(Milestone.objects.visible_to(by).filter(project=project))
    for row in milestones:
        if row.status in (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED):
            yield "milestone", row.actual_on, row.actual_precision or "day"
    targets = Target.objects.visible_to(by).filter(project=project)
    for record in (project, *milestones, *targets):
        yield "source", record.as_of, "day"
