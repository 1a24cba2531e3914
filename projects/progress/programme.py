"""All figures together, for the programme and for one project, over what the actor may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projects.choices import AsOfBasis
from projects.models import Agreement, Milestone, MilestoneRevision, Mineral, Project, ReliancePoint, Target
from projects.models.projects import ProjectQuerySet
from projects.models.sourced import Sourced
from projects.permissions import Actor
from projects.progress.agreements import AgreementFigures, agreement_figures
from projects.progress.milestones import MilestoneFigures, MilestoneRow, milestone_figures
from projects.progress.projects import ProjectFigures, ProjectRow, project_figures, project_row
from projects.progress.reference import MineralFigures, RelianceFigures, mineral_figures, reliance_figures
from projects.progress.targets import TargetFigures, target_figures


@dataclass(frozen=True)
class Provenance:
    """How the as-of date of the records is known; the four add up to the records counted."""

    total: int
    printed: int
    text: int
    inferred: int
    not_stated: int


@dataclass(frozen=True)
class Programme:
    as_of: dt.date
    milestones: MilestoneFigures
    targets: TargetFigures
    projects: ProjectFigures
    agreements: AgreementFigures
    reliance: RelianceFigures
    minerals: MineralFigures
    provenance: Provenance


@dataclass(frozen=True)
class Revision:
    """One line of the slippage ledger."""

    revision: MilestoneRevision
    row: MilestoneRow
    days: int


@dataclass(frozen=True)
class LedgerTotals:
    """What the lines of a ledger come to."""

    lines: int
    milestones: int
    """How many milestones were moved."""
    later: int
    """Days by which dates were moved later, all lines together."""
    earlier: int
    """Days by which dates were moved earlier."""

    @property
    def net(self) -> int:
        return self.later - self.earlier


@dataclass(frozen=True)
class ProjectProgress:
    as_of: dt.date
    project: ProjectRow
    milestones: MilestoneFigures
    targets: TargetFigures
    revisions: tuple[Revision, ...]
    """The slippage ledger: first what has no known day of decision, then by day."""
    provenance: Provenance


def programme(as_of: dt.date, actor: Actor) -> Programme:
    """Return every figure of the part of the programme that `actor` may see; eleven queries, whatever its size."""
    milestones = milestone_figures(Milestone.objects.visible_to(actor), as_of)
    agreements = agreement_figures(Agreement.objects.visible_to(actor), as_of)
    projects = project_figures(
        Project.objects.visible_to(actor),
        as_of,
        milestones.rows,
        [row.agreement for row in agreements.rows],
    )
    targets = target_figures(Target.objects.visible_to(actor), as_of)
    return Programme(
        as_of=as_of,
        milestones=milestones,
        targets=targets,
        projects=projects,
        agreements=agreements,
        reliance=reliance_figures(ReliancePoint.objects.visible_to(actor)),
        minerals=mineral_figures(Mineral.objects.visible_to(actor), as_of),
        provenance=provenance(
            [
                *(row.agreement for row in agreements.rows),
                *(row.project for row in projects.rows),
                *(row.milestone for row in milestones.rows),
                *(row.target for row in targets.rows),
            ]
        ),
    )


def project_progress(project: Project, as_of: dt.date, actor: Actor) -> ProjectProgress:
    """Return the progress of one project; Project.DoesNotExist unless `actor` may see it."""
    visible = Project.objects.visible_to(actor)
    seen = with_facts(visible).get(pk=project.pk)
    return progress_of(
        seen,
        as_of,
        actor,
        parent=visible.filter(pk=seen.parent_id).first(),
        agreement=Agreement.objects.visible_to(actor).filter(pk=seen.agreement_id).first(),
    )


def with_facts(projects: ProjectQuerySet) -> ProjectQuerySet:
    """Return the projects with what `progress_of` needs of each; two queries more, whatever their number."""
    found: ProjectQuerySet = (
        projects.with_counted_cost().select_related("lead").prefetch_related("partners", "minerals")
    )
    return found


def progress_of(
    seen: Project, as_of: dt.date, actor: Actor, *, parent: Project | None, agreement: Agreement | None
) -> ProjectProgress:
    """Return the same for a project loaded `with_facts`, whose parent and agreement are those that `actor` may see."""
    milestones = milestone_figures(Milestone.objects.visible_to(actor).filter(project=seen), as_of)
    targets = target_figures(Target.objects.visible_to(actor).filter(project=seen), as_of)
    return ProjectProgress(
        as_of=as_of,
        project=project_row(
            seen,
            milestones.rows,
            as_of,
            parent=parent,
            agreement=agreement,
        ),
        milestones=milestones,
        targets=targets,
        revisions=ledger(milestones.rows),
        provenance=provenance(
            [
                seen,
                *(row.milestone for row in milestones.rows),
                *(row.target for row in targets.rows),
            ]
        ),
    )


def ledger(rows: Iterable[MilestoneRow]) -> tuple[Revision, ...]:
    found = [
        Revision(revision=revision, row=row, days=(revision.new_on - revision.old_on).days)
        for row in rows
        for revision in row.revisions
    ]
    found.sort(
        key=lambda it: (
            it.revision.decided_on or dt.date.min,
            it.row.milestone.reference,
            it.revision.number,
        )
    )
    return tuple(found)


def ledger_totals(lines: Sequence[Revision]) -> LedgerTotals:
    """Return the sums of the ledger's lines."""
    return LedgerTotals(
        lines=len(lines),
        milestones=len({line.row.milestone.pk for line in lines}),
        later=sum(line.days for line in lines if line.days > 0),
        earlier=-sum(line.days for line in lines if line.days < 0),
    )


def provenance(records: Iterable[Sourced]) -> Provenance:
    """Count the records by the basis of their as-of date."""
    bases = [record.as_of_basis for record in records]
    return Provenance(
        total=len(bases),
        printed=bases.count(AsOfBasis.PRINTED),
        text=bases.count(AsOfBasis.TEXT),
        inferred=bases.count(AsOfBasis.INFERRED),
        not_stated=bases.count(""),
    )
