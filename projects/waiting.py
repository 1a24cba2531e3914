"""What waits for a person, told by the records themselves and not by notices, in one query over all kinds of claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import permissions
from projects.choices import MeasurementStatus
from projects.claiming import KINDS
from projects.models import Evidence
from projects.models.references import is_key
from projects.permissions import Actor

MILESTONE = "milestone"
MOST = 100  # claims of one answer, and of one decision (projects/serializers/decisions.py)
# Where a claim's kind finds reference and title of what it is about.
SUBJECTS = {
    "milestone": ("reference", "title"),
    "measurement": ("target__reference", "target__title"),
    "fundline": ("project__reference", "project__name"),
    "dutydone": ("duty__agreement__reference", "duty__text"),
    "feed": ("project__reference", "project__name"),
    "readiness": ("project__reference", "project__name"),
    "transferstep": ("transfer__reference", "transfer__asset"),
    "training": ("transfer__reference", "transfer__asset"),
    "replicationrun": ("transfer__reference", "transfer__asset"),
}


@dataclass(frozen=True)
class Waiting:
    """A claim that waits for a decision, or that came back."""

    kind: str
    key: str
    """The reference of a milestone, the number of any other claim: as the API names them."""
    version: int
    status: str
    claimed_at: dt.datetime
    claimed_by: str
    """The post of who claimed, or the name where no post is recorded."""
    reference: str
    subject: str

    @property
    def name(self) -> str:
        """Kind, key and version in one word, by which a form names the claim."""
        return f"{self.kind}:{self.key}:{self.version}"

    @property
    def title(self) -> str:
        """What is claimed, in the language that is active."""
        return str(KINDS[self.kind].title) if self.kind in KINDS else _("Milestone")

    @property
    def path(self) -> str:
        return reverse(f"{self.kind}-detail", args=[self.key])

    @property
    def again(self) -> str:
        """Where the claim is made again: a milestone on its form, another as a correction on the page of the claim."""
        return reverse("milestone-claim", args=[self.key]) if self.kind == MILESTONE else self.path


def to_decide(by: Actor, named: Iterable[str] = ()) -> list[Waiting]:
    """Return the claims that `by` may verify or return as the second person, the oldest first, at most MOST.

    With `named`, names of claims as in `Waiting.name`, only those of them that still stand so.
    """
    wanted = list(named)
    kinds = [kind for kind in SUBJECTS if by.role_for(f"{kind}.verify") and by.reaches(f"{kind}.verify")]
    found = _of_all(kinds, by, lambda rows, kind: _undecided(rows, kind, by, wanted))
    return [it for it in found if not wanted or it.name in wanted]


def returned(by: Actor) -> list[Waiting]:
    """Return what `by` claimed and somebody returned, and nothing has taken the place of; the oldest first, at most MOST."""
    kinds = [kind for kind in SUBJECTS if by.role_for(f"{kind}.claim")]
    return _of_all(kinds, by, lambda rows, kind: _back(rows, kind, by))


def _undecided(rows: QuerySet, kind: str, by: Actor, wanted: list[str]) -> QuerySet:
    own = {_evidence_of(kind): OuterRef("pk"), "uploaded_by": by.user}
    if kind == MILESTONE:
        own["claim_number"] = OuterRef("claim_number")
    found = rows.filter(permissions.decidable(by), status=MeasurementStatus.CLAIMED)
    found = found.exclude(Exists(Evidence._base_manager.filter(**own)))
    if wanted:
        keys = {key for of, key, _version in (name.split(":") for name in wanted) if of == kind}
        if kind == MILESTONE:
            return found.filter(reference__in=keys)
        return found.filter(pk__in=list(filter(is_key, keys)))
    return found


def _back(rows: QuerySet, kind: str, by: Actor) -> QuerySet:
    found = rows.filter(status=MeasurementStatus.RETURNED, claimed_by=by.user)
    return found if kind == MILESTONE else found.filter(superseded_by=None)


def _evidence_of(kind: str) -> str:
    """Return the field of Evidence that names a claim of the kind."""
    model: Any = apps.get_model("projects", kind)
    return str(model._meta.get_field("evidence").field.name)


def _of_all(kinds: Iterable[str], by: Actor, narrowed: Any) -> list[Waiting]:
    """Return the rows of all kinds by one query, each kind narrowed by the function."""
    parts = []
    for kind in kinds:
        model: Any = apps.get_model("projects", kind)
        reference, title = SUBJECTS[kind]
        rows = narrowed(model.objects.visible_to(by), kind).order_by()
        parts.append(
            rows.annotate(
                kind_=Value(kind, CharField()),
                key_=F("reference") if kind == MILESTONE else Cast("pk", CharField()),
                reference_=F(reference),
                subject_=Cast(title, CharField()),
                by_=Case(
                    When(claimed_by__post="", then=F("claimed_by__full_name")), default=F("claimed_by__post")
                ),
            ).values_list("kind_", "key_", "version", "status", "claimed_at", "by_", "reference_", "subject_")
        )
    if not parts:
        return []
    first, *others = parts
    rows = first.union(*others, all=True).order_by("claimed_at", "kind_", "key_")[:MOST]
    return [Waiting(*row) for row in rows]


def names_of(given: Iterable[str]) -> list[str]:
    """Return the names that a form gives which are names at all, each once, at most MOST of them."""
    seen = dict.fromkeys(name for name in given if _is_name(name))
    return list(seen)[:MOST]


def _is_name(text: str) -> bool:
    kind, _colon, rest = text.partition(":")
    key, _colon, version = rest.rpartition(":")
    return (
        kind in SUBJECTS
        and 0 < len(key) <= 20
        and ":" not in key
        and version.isascii()
        and version.isdigit()
        and len(version) < 9
    )


assert set(SUBJECTS) == {MILESTONE, *permissions.CLAIMS}  # noqa: S101 - a new kind of claim waits too
