"""What was last heard of a project, looked up anew: the newest dated record of it up to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from projects.choices import MilestoneStatus
from projects.models import Evidence, Measurement, Milestone, Project, StageGate, Target
from projects.models.evidence import SUPPORTS
from projects.permissions import Actor
from reports.periods import IST

Sign = tuple[str, dt.date | None, str]
# The ways from what evidence supports to a project; what has none (a duty of an agreement) tells of no project.
WAYS = ("project", "target__project", "transfer__project")


def newest(projects: Iterable[Project], as_of: dt.date, by: Actor) -> dict[str, Sign]:
    """Return kind, day and precision of the newest sign of each project by reference; of two on one day the weightier."""
    asked = {project.pk: project for project in projects}
    found: dict[str, Sign] = {}
    for key, sign in _signs(asked, by):
        if sign[1] is None or sign[1] > as_of:
            continue
        known = found.setdefault(asked[key].reference, sign)
        if known[1] is not None and sign[1] > known[1]:
            found[asked[key].reference] = sign
    return found


def _signs(asked: dict[int, Project], by: Actor) -> Iterator[tuple[int, Sign]]:
    """Yield the signs of the projects, the weightiest kind first; five queries, whatever their number."""
    for at, *keys in Evidence.objects.values_list("created_at", *_paths()):
        owner = next((key for key in keys if key is not None), None)
        if owner in asked:
            yield owner, ("evidence", at.astimezone(IST).date(), "day")
    for key, on in StageGate.objects.filter(project__in=asked).values_list("project", "decided_on"):
        yield key, ("gate", on, "day")
    values = Measurement.objects.filter(target__project__in=asked)
    for key, on in values.values_list("target__project", "period_end"):
        yield key, ("value", on, "day")
    milestones = list(Milestone.objects.visible_to(by).filter(project__in=asked))
    for row in milestones:
        if row.status in (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED):
            yield row.project_id, ("milestone", row.actual_on, row.actual_precision or "day")
    for key, project in asked.items():
        yield key, ("source", project.as_of, "day")
    for record in (*milestones, *Target.objects.visible_to(by).filter(project__in=asked)):
        yield record.project_id, ("source", record.as_of, "day")


def _paths() -> list[str]:
    """Return, for each thing that evidence may support, its way to a project."""
    found = []
    for name, model in SUPPORTS.items():
        fields = {field.name for field in model._meta.get_fields()}
        found += [f"{name}__{way}" for way in WAYS if way.partition("__")[0] in fields][:1]
    return found
