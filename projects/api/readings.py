"""How projects and milestones are read for the API without models: one query for a page, with all that its shapes tell."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from projects.models import Agreement, Milestone, Mineral, Organisation, Project, StageGate, User
from projects.models.light import Along, Joined, LightRows, days, light
from projects.models.projects import COUNTS
from projects.permissions import Actor
from projects.serializers.gates import GateSerializer
from projects.serializers.milestones import MilestoneSerializer
from projects.serializers.projects import ProjectSerializer

NAMED = ("reference", "short_name", "name")
PERSON = ("username", "full_name", "post")


def _own(shape: Any) -> list[str]:
    """Return the columns of a shape's own table."""
    fields = {it.name for it in shape.Meta.model._meta.concrete_fields if not it.is_relation}
    return [name for name in shape.Meta.fields if name in fields]


def _one(model: Any, key: str) -> Along:
    """Return the reference of a related row, where the caller may see it."""

    def rows(by: Actor, on: dt.date) -> QuerySet:
        return model.objects.visible_to(by).filter(pk=OuterRef(key)).order_by()

    return Along(model, rows, ("reference",), is_one=True)


def _agreement(by: Actor, on: dt.date) -> QuerySet:
    visible = Agreement.objects.visible_to(by).filter(pk=OuterRef("agreement_id")).order_by()
    return visible.with_moves(on).annotate(years=Cast("term_years", CharField()))


def _gates(by: Actor, on: dt.date) -> QuerySet:
    rows = StageGate.objects.filter(project=OuterRef("pk")).order_by("decided_on", "pk")
    return rows.annotate(answers=Cast("criteria", TextField()))


def _mend_agreement(facts: dict[str, Any]) -> None:
    days(facts, "signed_on", "effective_on", "expires_on", "renewed_to")
    years = facts.pop("years")
    facts["term_years"] = None if years is None else Decimal(years)


def _mend_gate(facts: dict[str, Any]) -> None:
    days(facts, "decided_on", "conditions_due_on")
    facts["criteria"] = json.loads(facts.pop("answers"))
    facts["recorded_by"] = light(User)({name: facts.pop(f"recorded_by__{name}") for name in PERSON})


def _children(by: Actor, on: dt.date) -> QuerySet:
    return Project.objects.visible_to(by).filter(parent=OuterRef("pk"))


DATES = ("signed_on", "effective_on", "expires_on")
AGREEMENT = Along(
    Agreement,
    _agreement,
    ("reference", "status", *DATES, "years", "moved_to", "began_as", "renewed_to"),
    mend=_mend_agreement,
    is_one=True,
)
PARTNERS = Along(
    Organisation,
    lambda by, on: Organisation.objects.filter(partner_projects=OuterRef("pk")),
    (*NAMED, "kind"),
)
MINERALS = Along(Mineral, lambda by, on: Mineral.objects.filter(projects=OuterRef("pk")), ("reference",))
MILESTONES_COUNTED = Along(
    Milestone,
    lambda by, on: Milestone.objects.filter(project=OuterRef("pk")).counted(on),
    tuple(COUNTS),
    counts="milestones_",
)
GATES = Along(
    StageGate,
    _gates,
    (
        *(name for name in GateSerializer.Meta.fields if name not in ("criteria", "recorded_by")),
        "answers",
        *(f"recorded_by__{name}" for name in PERSON),
    ),
    mend=_mend_gate,
)
_project: dict[str, Any] = {
    "model": Project,
    "own": _own(ProjectSerializer),
    "joined": {"lead": Joined(Organisation, NAMED)},
}
_with_project = {
    "partners": PARTNERS,
    "minerals": MINERALS,
    "parent": _one(Project, "parent_id"),
    "agreement": AGREEMENT,
    "counted": MILESTONES_COUNTED,
}
PROJECTS = LightRows(**_project, along=_with_project)
PROJECT = LightRows(
    **_project,
    along={**_with_project, "gates": GATES, "children": Along(Project, _children, ("reference",))},
)
MILESTONES = LightRows(
    model=Milestone,
    own=[
        *_own(MilestoneSerializer),
        *("latest_on", "due_on", "state", "claimed_at", "claim_note", "claim_number", "verified_on"),
    ],
    joined={
        "project": Joined(Project, ("reference",)),
        "claimed_by": Joined(User, PERSON),
        "claimant_organisation": Joined(Organisation, ("reference",)),
        "verified_by": Joined(User, PERSON),
    },
    along={"agreement": _one(Agreement, "agreement_id")},
)
