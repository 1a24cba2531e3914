"""The programme as the members of one organisation see it, and what it asks of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from projects.choices import MeasurementStatus, MilestoneStatus
from projects.models import Evidence, Measurement, Organisation
from projects.models.evidence import EvidenceQuerySet
from projects.permissions import Actor, member
from projects.progress.milestones import MilestoneRow
from projects.progress.programme import Programme, programme

LOOK_AHEAD = dt.timedelta(days=92)


@dataclass(frozen=True)
class Asked:
    """What waits for a decision of the organisation, or for one on its claims."""

    until: dt.date
    due: tuple[MilestoneRow, ...]
    """Open, for it to achieve, and due from the as-of date to `until`."""
    overdue: tuple[MilestoneRow, ...]
    """Open, for it to achieve, and due before the as-of date; the longest first."""
    returned: tuple[MilestoneRow, ...]
    """Claims sent back with a reason and not yet made again, as recorded today."""
    returned_values: tuple[Measurement, ...]
    """The same of values: the last one claimed of a target, when it was sent back."""


@dataclass(frozen=True)
class PartnerProgress:
    as_of: dt.date
    organisation: Organisation
    seen: Programme
    """All figures over what its members may see."""
    asked: Asked
    evidence: EvidenceQuerySet


def partner_progress(organisation: Organisation, as_of: dt.date, actor: Actor) -> PartnerProgress:
    """Return one organisation's view of the programme; Organisation.DoesNotExist unless `actor` may see what it sees."""
    row = Organisation.objects.visible_to(actor).get(pk=organisation.pk)
    if not actor.sees_programme and row.pk not in actor.partner_of | actor.audits:
        raise Organisation.DoesNotExist  # a counterpart may be named, but its view is its own
    reader = member(row.pk, on=actor.on)
    seen = programme(as_of, reader)
    return PartnerProgress(
        as_of=as_of,
        organisation=row,
        seen=seen,
        asked=_asked(row, seen, reader),
        evidence=Evidence.objects.visible_to(reader),
    )


def _asked(organisation: Organisation, seen: Programme, reader: Actor) -> Asked:
    figures = seen.milestones
    until = figures.as_of + LOOK_AHEAD
    later = Measurement.objects.filter(target=OuterRef("target"), pk__gt=OuterRef("pk"))
    returned = (
        Measurement.objects.visible_to(reader)
        .filter(status=MeasurementStatus.RETURNED, period_end__lte=figures.as_of)
        .exclude(Exists(later))
        .select_related("target")
        .order_by("target__reference")
    )
    return Asked(
        until=until,
        due=tuple(row for row in figures.due_between(figures.as_of, until) if answers_for(organisation, row)),
        overdue=tuple(row for row in figures.overdue.rows if answers_for(organisation, row)),
        returned=tuple(row for row in figures.rows if row.milestone.status == MilestoneStatus.RETURNED),
        returned_values=tuple(returned),
    )


def answers_for(organisation: Organisation, row: MilestoneRow) -> bool:
    """Whether a milestone that the organisation may see is its own to achieve.

    The lead of a project answers for its milestones; where there is no lead, or no project at all, all who take part do.
    """
    project = row.milestone.project
    return project is None or project.lead_id is None or project.lead_id == organisation.pk
