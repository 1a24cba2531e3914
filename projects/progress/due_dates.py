"""What falls due: open milestones, duties, gates and targets that one may see, as entries of a calendar.

A fixed number of queries, whatever the number of rows; each kind is cut after MOST entries, the earliest first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.choices import AgreementStatus, MeasurementStatus, Precision
from projects.models import DutyDone, GatePlan, Milestone, MilestoneRevision, StageGate, Target
from projects.models.duties import Duty
from projects.permissions import Actor
from projects.progress.stages import PASSED

BACK, AHEAD = dt.timedelta(days=366), dt.timedelta(days=5 * 366)
MOST = 1000


@dataclass(frozen=True)
class DueDate:
    """Something that falls due on a day, in words of the language that is active."""

    key: str
    """Stays the same for the same thing, however often its day moves."""
    day: dt.date
    title: str
    details: tuple[str, ...]
    kind: str
    path: str
    changes: int
    """How often it was changed; never falls."""
    changed_at: dt.datetime


Source = Callable[[Actor, dt.datetime], list[DueDate]]


def due_dates(by: Actor, now: dt.datetime) -> list[DueDate]:
    """Return what falls due in the programme from a year before the actor's day to five years after it; four queries."""
    window = (by.on - BACK, by.on + AHEAD)
    return [
        *_milestones(by, window),
        *_duties(by, window),
        *_gates(by, window),
        *_targets(by, window),
    ]


def _milestones(by: Actor, window: tuple[dt.date, dt.date]) -> Iterator[DueDate]:
    moved = MilestoneRevision.objects.filter(milestone=OuterRef("pk"), new_on=OuterRef("due_on")).order_by(
        "-number"
    )
    rows = Milestone.objects.visible_to(by).with_due(by.on).open(by.on).filter(due_on__range=window)
    named = rows.select_related("project", "agreement").annotate(
        moved_precision=Subquery(moved.values("precision")[:1])
    )
    for row in named.order_by("due_on", "reference")[:MOST]:
        # A lead of a project need not see the agreement under which it stands: only its own subject is named.
        subject = row.project or row.agreement
        yield DueDate(
            key=f"milestone-{row.reference}",
            day=row.due_on,
            title=_("Milestone due: %(title)s") % {"title": row.title},
            details=(
                f"{row.reference}, {subject.reference}",
                *_roughly(row.moved_precision or row.baseline_precision),
            ),
            kind=_("Milestone"),
            path=reverse("milestone-detail", args=[row.reference]),
            changes=row.version,
            changed_at=row.updated_at,
        )


def _duties(by: Actor, window: tuple[dt.date, dt.date]) -> Iterator[DueDate]:
    met = DutyDone.objects.filter(duty=OuterRef("pk"), done_on__lte=by.on).exclude(
        status=MeasurementStatus.RETURNED
    )
    rows = Duty.objects.visible_to(by).filter(~Exists(met), due_on__range=window)
    living = rows.exclude(agreement__status=AgreementStatus.TERMINATED).select_related("agreement", "party")
    for row in living.order_by("due_on", "pk")[:MOST]:
        yield DueDate(
            key=f"duty-{row.agreement.reference}-{row.number}",
            day=row.due_on,
            title=_("Duty due: %(duty)s") % {"duty": row.text},
            details=(f"{row.agreement.reference}, {row.party.short_name}", *_roughly(row.due_precision)),
            kind=_("Duty"),
            path=reverse("agreement-life", args=[row.agreement.reference]),
            changes=row.version,
            changed_at=row.updated_at,
        )


def _gates(by: Actor, window: tuple[dt.date, dt.date]) -> Iterator[DueDate]:
    same = {"project": OuterRef("project"), "gate": OuterRef("gate")}
    later = GatePlan.objects.filter(number__gt=OuterRef("number"), decided_on__lte=by.on, **same)
    passed = StageGate.objects.filter(decision__in=PASSED, decided_on__lte=by.on, **same)
    plans = GatePlan.objects.visible_to(by).filter(
        ~Exists(later), ~Exists(passed), decided_on__lte=by.on, planned_on__range=window
    )
    for row in plans.select_related("project").order_by("planned_on", "pk")[:MOST]:
        yield DueDate(
            key=f"gate-{row.project.reference}-{row.gate}",
            day=row.planned_on,
            title=_("Gate %(gate)s planned: %(project)s") % {"gate": row.gate, "project": row.project.name},
            details=(row.project.reference, *_roughly(row.precision)),
            kind=_("Gate"),
            path=reverse("project-roadmap", args=[row.project.reference]),
            changes=row.number,
            changed_at=row.updated_at,
        )


def _targets(by: Actor, window: tuple[dt.date, dt.date]) -> Iterator[DueDate]:
    rows = Target.objects.visible_to(by).with_values(by.on).filter(due_on__range=window)
    named = rows.select_related("indicator").annotate(changes=F("version") + F("version_number"))
    for row in named.order_by("due_on", "reference")[:MOST]:
        yield DueDate(
            key=f"target-{row.reference}",
            day=row.due_on,
            title=_("Target due: %(title)s") % {"title": row.title},
            details=(f"{row.reference}, {row.indicator.code}",),
            kind=_("Target"),
            path=reverse("target-detail", args=[row.reference]),
            changes=row.changes,
            changed_at=row.updated_at,
        )


def _roughly(precision: str) -> list[str]:
    """Say that a day is only the last one of its period; nothing where it is known to the day."""
    if precision in ("", Precision.DAY):
        return []
    return [
        _("The day is known to the period only (%(precision)s).") % {"precision": Precision(precision).label}
    ]
