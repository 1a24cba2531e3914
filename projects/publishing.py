"""The figures of the public page: what permissions.py calls published, and of it nothing that was claimed here alone.

A milestone that its published source reports as achieved counts as published; one that somebody claims here counts from
its verification on. Of values, only verified ones with their source are public, as in the open data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from projects import permissions
from projects.choices import PILOT_OR_LATER, MeasurementStatus, MilestoneStatus
from projects.iati import public_projects
from projects.models import (
    Agreement,
    Measurement,
    Milestone,
    MilestoneRevision,
    Project,
    ReliancePoint,
    Target,
)
from projects.progress.milestones import MilestoneFigures, MilestoneRow, figures_of, milestone_row
from projects.progress.projects import ProjectFigures, project_figures
from projects.progress.reference import RelianceFigures, reliance_figures
from projects.progress.targets import TargetRow, target_row


@dataclass(frozen=True)
class AgreementRow:
    """A published agreement, with what the published projects under it tell."""

    agreement: Agreement
    has_project: bool
    has_pilot: bool


@dataclass(frozen=True)
class Publication:
    """What everybody may see on a day."""

    as_of: dt.date
    targets: tuple[TargetRow, ...]
    reliance: RelianceFigures
    milestones: MilestoneFigures
    projects: ProjectFigures
    agreements: tuple[AgreementRow, ...]

    @property
    def outputs(self) -> tuple[TargetRow, ...]:
        return tuple(row for row in self.targets if row.is_output)


def publication(as_of: dt.date) -> Publication:
    """Return the public figures on a day; the same number of queries whatever their number."""
    milestones = _milestones(as_of)
    published: Any = public_projects()
    projects = project_figures(published, as_of, milestones)
    return Publication(
        as_of=as_of,
        targets=_targets(as_of),
        reliance=reliance_figures(ReliancePoint.objects.filter(permissions.published(ReliancePoint))),
        milestones=figures_of(milestones, as_of),
        projects=projects,
        agreements=_agreements([row.project for row in projects.rows]),
    )


def public_targets() -> Any:
    """Return the targets that the public may see: none on the needs of defence."""
    return (
        Target.objects.filter(permissions.published(Target))
        .exclude(indicator__code__startswith=permissions.INTERNAL_INDICATORS)
        .exclude(project__sector__in=permissions.INTERNAL_SECTORS)
        .order_by("reference")
    )


def public_milestones() -> Any:
    """Return the milestones that the public may see."""
    return (
        Milestone.objects.filter(permissions.published(Milestone))
        .exclude(project__sector__in=permissions.INTERNAL_SECTORS)
        .order_by("reference")
    )


def public_measurements() -> Any:
    """Return the values that the public may see, whatever their targets are."""
    return Measurement.objects.filter(permissions.published(Measurement))


def _targets(as_of: dt.date) -> tuple[TargetRow, ...]:
    values = public_measurements().filter(status=MeasurementStatus.VERIFIED).select_related("verified_by")
    found = (
        public_targets()
        .with_values(as_of)
        .prefetch_related(
            Prefetch("measurements", queryset=values), Prefetch("project", queryset=public_projects())
        )
    )
    return tuple(target_row(row, as_of) for row in found.select_related("indicator"))


def _milestones(as_of: dt.date) -> tuple[MilestoneRow, ...]:
    revisions = MilestoneRevision.objects.all()
    found = (
        public_milestones()
        .with_due(as_of)
        .select_related("claimed_by")
        .prefetch_related(
            Prefetch("revisions", queryset=revisions), Prefetch("project", queryset=public_projects())
        )
    )
    return tuple(milestone_row(_as_published(row), as_of) for row in found)


def _as_published(milestone: Milestone) -> Milestone:
    """Return the milestone without a claim that was made here and is not verified."""
    source_says = milestone.claimed_by is not None and milestone.claimed_by.username.startswith("system:")
    if milestone.status == MilestoneStatus.CLAIMED and not source_says:
        milestone.status, milestone.actual_on = MilestoneStatus.PLANNED, None
    return milestone


def _agreements(projects: list[Project]) -> tuple[AgreementRow, ...]:
    with_project = {it.agreement_id for it in projects}
    with_pilot = {it.agreement_id for it in projects if it.phase in PILOT_OR_LATER}
    found = Agreement.objects.filter(permissions.published(Agreement)).order_by("reference")
    return tuple(AgreementRow(it, it.pk in with_project, it.pk in with_pilot) for it in found)
