"""What was done on a project lately: the audit events of everything of it that the actor may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from projects.models import (
    AuditEvent,
    Clearance,
    Evidence,
    Feed,
    Finding,
    FundLine,
    GatePlan,
    KnowHowItem,
    Measurement,
    Milestone,
    Project,
    Readiness,
    ReplicationRun,
    StageGate,
    Target,
    Training,
    Transfer,
    TransferStep,
)
from projects.permissions import Actor

# What belongs to a project, and by which way. A revision is told by the event of its milestone, a version by its target's.
OF_PROJECT: dict[Any, str] = {
    **dict.fromkeys((Milestone, Target, StageGate, GatePlan, FundLine, Feed, Readiness), "project"),
    **dict.fromkeys((Clearance, Transfer, Finding), "project"),
    Measurement: "target__project",
    **dict.fromkeys((TransferStep, KnowHowItem, Training, ReplicationRun), "transfer__project"),
}
EVIDENCE_OF = (
    *("milestone", "gate", "readiness", "fund_line", "clearance", "feed", "finding"),
    *("measurement__target", "transfer_step__transfer", "know_how_item__transfer", "training__transfer"),
    "replication_run__transfer",
)
# A thousand rows that came in at once tell nothing of what people did; what auditors take home is their own matter.
UNTOLD = ("programme.import", "bundle.download")


def activity(project: Project, as_of: dt.date, actor: Actor, most: int) -> list[AuditEvent]:
    """Return the newest events up to the day, at most so many; two queries."""
    keys: dict[str, list[str]] = defaultdict(list)
    parts = list(_visible(project, actor))
    for label, key in parts[0].union(*parts[1:], all=True):
        keys[label].append(key)
    subjects = Q()
    for label, found in keys.items():
        subjects |= Q(object_type=label, object_id__in=found)
    events = AuditEvent.objects.filter(subjects, at__date__lte=as_of).exclude(action__in=UNTOLD)
    return list(events.select_related("actor").order_by("-seq")[:most])


def _visible(project: Project, actor: Actor) -> Iterator[QuerySet]:
    yield _keys(Project.objects.visible_to(actor).filter(pk=project.pk))
    for model, path in OF_PROJECT.items():
        yield _keys(model.objects.visible_to(actor).filter(**{path: project}))
    supports = Q()
    for path in EVIDENCE_OF:
        supports |= Q(**{f"{path}__project": project})
    yield _keys(Evidence.objects.visible_to(actor).filter(supports))


def _keys(rows: QuerySet) -> QuerySet:
    label = Value(rows.model._meta.label_lower, output_field=CharField())
    return (
        rows.order_by().annotate(_label=label, _key=Cast(F("pk"), CharField())).values_list("_label", "_key")
    )
