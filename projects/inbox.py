"""What the notices of a person say now: read from their subjects, with the rights of the moment.

A notice whose subject its reader may not see any more, or which has been answered meanwhile, says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import permissions
from projects.choices import ActionState, FindingState, MeasurementStatus, NoticeKind
from projects.claiming import KINDS
from projects.models import Evidence, Milestone, Notice, State
from projects.noticing import DATED
from projects.permissions import Actor

MOST = 500  # notices of one person, read at a time
# Page of a subject, and the attribute by which its address names it; a claim is found in KINDS.
PAGES = {
    "projects.milestone": ("milestone-detail", "reference"),
    "projects.duty": ("agreement-life", "agreement.reference"),
    "projects.actionpoint": ("action-point-detail", "reference"),
    "projects.finding": ("finding-detail", "reference"),
    "reports.report": ("report-detail", "slug"),
}
JOINED = {
    "projects.duty": ("agreement",),
    "projects.actionpoint": ("meeting",),
    "projects.transferstep": ("transfer",),
    "projects.training": ("transfer",),
    "projects.replicationrun": ("transfer",),
    "projects.dutydone": ("duty__agreement",),
    "projects.measurement": ("target",),
    "projects.fundline": ("project",),
    "projects.feed": ("project",),
    "projects.readiness": ("project",),
    "reports.report": ("project", "agreement", "organisation"),
}


@dataclass(frozen=True)
class Entry:
    """A notice with what it says, in the language that is active."""

    notice: Notice
    reference: str
    title: str
    path: str
    days: int | None
    """Past the due date, before it negative; None where the notice is of no date."""

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind(self.notice.kind)

    @property
    def days_left(self) -> int:
        """The days until the due date; 0 where it is past, or where there is none."""
        return max(0, -self.days) if self.days is not None else 0


def entries(by: Actor, notices: Iterable[Notice]) -> list[Entry]:
    """Return what the notices say to `by`, by kind and then the oldest day first; a query a model of their subjects."""
    found = list(notices)
    rows = _subjects(by, found)
    said = []
    for notice in found:
        row = rows.get((notice.subject_type, notice.subject_id))
        if row is not None and _still_holds(notice, row, by):
            said.append(_entry(notice, row, by.on))
    order = list(NoticeKind)
    return sorted(said, key=lambda it: (order.index(it.kind), it.notice.day, it.notice.pk))


def pending(by: Actor) -> list[Entry]:
    """Return what waits in the person's inbox."""
    return entries(by, Notice.objects.filter(person=by.user).pending(by.on)[:MOST])


def snoozed(by: Actor) -> list[Entry]:
    """Return what the person has put off."""
    return entries(by, Notice.objects.filter(person=by.user).snoozed(by.on)[:MOST])


def _subjects(by: Actor, notices: list[Notice]) -> dict[tuple[str, str], Any]:
    keys: dict[str, set[str]] = {}
    for notice in notices:
        keys.setdefault(notice.subject_type, set()).add(notice.subject_id)
    found: dict[tuple[str, str], Any] = {}
    for label, wanted in keys.items():
        model: Any = apps.get_model(label)
        rows = model._default_manager.visible_to(by).filter(pk__in=wanted)
        if model is Milestone:
            rows = rows.with_due(by.on).with_state(by.on)
        if label == "reports.report":
            rows = rows.defer("snapshot")
        rows = list(rows.select_related(*JOINED.get(label, ())))
        added = _added_by(by, model, rows, notices)
        for row in rows:
            row.was_added_to = row.pk in added
            found[label, str(row.pk)] = row
    return found


def _added_by(by: Actor, model: Any, rows: list[Any], notices: list[Notice]) -> set[int]:
    """Return the claims that wait and to which the reader has added evidence: somebody else must verify them."""
    label = model._meta.label_lower
    if not any(it.kind == NoticeKind.TO_VERIFY and it.subject_type == label for it in notices):
        return set()
    name = model._meta.get_field("evidence").field.name
    numbers = {row.pk: getattr(row, "claim_number", None) for row in rows}
    own = Evidence.objects.filter(**{f"{name}__in": list(numbers)}, uploaded_by=by.user)
    return {
        key for key, number in own.values_list(f"{name}_id", "claim_number") if numbers[key] in (None, number)
    }


def _still_holds(notice: Notice, row: Any, by: Actor) -> bool:
    """Whether what the notice tells is still so."""
    kind = notice.kind
    if kind in DATED:
        return _is_open(row, notice.occasion)
    if kind == NoticeKind.TO_VERIFY:
        return row.status == MeasurementStatus.CLAIMED and _may_verify(row, by)
    if kind == NoticeKind.TO_ANSWER:
        return row.status == FindingState.RAISED
    if kind == NoticeKind.ANSWERED:
        return row.status == FindingState.ANSWERED and _may_settle(row, by)
    if kind == NoticeKind.SETTLED:
        return row.status == FindingState.SETTLED
    if kind == NoticeKind.RETURNED:
        return row.status == MeasurementStatus.RETURNED
    if kind == NoticeKind.VERIFIED:
        return row.status == MeasurementStatus.VERIFIED
    return True


def _is_open(row: Any, occasion: str) -> bool:
    due: dt.date | None = getattr(row, "due_on", None)
    if due is None or due.isoformat() != occasion:
        return False
    if isinstance(row, Milestone):
        return row.state == State.OPEN  # type: ignore[attr-defined]  # annotated
    return getattr(row, "status", ActionState.OPEN) in (ActionState.OPEN, FindingState.RAISED)


def _may_settle(row: Any, by: Actor) -> bool:
    """Whether `by` is an auditor who did not answer; the step itself asks everything again."""
    return bool(by.role_for("finding.settle")) and row.answered_by_id != by.user.pk


def _may_verify(row: Any, by: Actor) -> bool:
    claimants = {row.claimed_by_id, *([by.user.pk] if row.was_added_to else ())}
    return permissions.allows(by, f"{row._meta.model_name}.verify", row, claimants=claimants)


def _entry(notice: Notice, row: Any, on: dt.date) -> Entry:
    reference, title = _named(row)
    return Entry(
        notice=notice,
        reference=reference,
        title=title,
        path=_page(notice.subject_type, row),
        days=(on - notice.day).days if notice.kind in DATED else None,
    )


def _named(row: Any) -> tuple[str, str]:
    """Return reference and title; a claim goes by its kind and what it is about."""
    kind = KINDS.get(row._meta.model_name)
    if kind is not None:
        reference, title = _named(row.subject)
        return reference, _("%(claim)s: %(subject)s") % {"claim": kind.title, "subject": title}
    if row._meta.model_name == "duty":
        return row.agreement.reference, row.text
    reference = str(getattr(row, "reference", None) or getattr(row, "serial", ""))
    for name in ("title", "name", "asset", "text"):
        if getattr(row, name, ""):
            return reference, str(getattr(row, name))
    return reference, str(row)


def _page(label: str, row: Any) -> str:
    if label in PAGES:
        page, key = PAGES[label]
        return reverse(page, args=[reduce(getattr, key.split("."), row)])
    return reverse(f"{row._meta.model_name}-detail", args=[row.pk])
