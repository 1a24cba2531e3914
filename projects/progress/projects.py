"""The figures of docs/rules/money.md (rule R10), and how far each project is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.choices import Phase, ProjectKind
from projects.models import Agreement, Project, State
from projects.models.projects import ProjectQuerySet
from projects.progress.arithmetic import Share, per_cent, shares
from projects.progress.bands import Band, band
from projects.progress.milestones import MilestoneRow

# Kinds that are financed as government programmes; plants, centres and explorations are not.
GOVERNMENT_KINDS = (ProjectKind.PROGRAMME, ProjectKind.SCHEME, ProjectKind.FUND)

WithCountedCost = Any  # a Project loaded `with_counted_cost()`: the type checker does not know annotations


@dataclass(frozen=True)
class ProjectRow:
    """One project with the standing of its own milestones (not those of the projects below it)."""

    project: Project
    parent: Project | None
    """The parent project, if it may be seen too; else None, as if there were none."""
    agreement: Agreement | None
    """The agreement, likewise."""
    total: int
    achieved: int
    verified: int
    open: int
    overdue: int
    governing: MilestoneRow | None
    """The planned milestone with the last due date: on it hangs the end."""
    governing_late_baseline_days: int | None
    """Days by which it is late against its original date: to the actual date, or to the as-of date when open."""
    governing_late_latest_days: int | None
    next_due: MilestoneRow | None
    """The open milestone that falls due next, on or after the as-of date."""
    worst_overdue_days: int | None
    counted_cost: Decimal | None
    """The cost in crore INR as totals count it; None where it is not known or lies inside the parent's (R10)."""
    is_inside_parent: bool
    """Whether the cost is known and left out of totals."""
    inside: Project | None
    """The parent whose cost contains this one's, if it may be seen."""


@dataclass(frozen=True)
class Earmark:
    """What of a project's cost is set aside for the projects inside it."""

    project: Project
    crore: Decimal
    earmarked: Decimal
    per_cent: Decimal | None
    inside: tuple[Project, ...]


@dataclass(frozen=True)
class Money:
    """Costs in crore INR. An unknown cost is left out, never zero; a sum of nothing is None."""

    with_cost: int
    plain_sum: Decimal | None
    left_out: tuple[ProjectRow, ...]
    """Those whose cost lies inside their parent's."""
    left_out_sum: Decimal
    total: Decimal | None
    """By R10: the plain sum less what lies inside a parent's cost."""
    government: Decimal | None
    """The same over the kinds programme, scheme and fund."""
    earmarks: tuple[Earmark, ...]
    rows: tuple[ProjectRow, ...]
    """The projects with a known cost, the largest first."""


@dataclass(frozen=True)
class ProjectFigures:
    as_of: dt.date
    total: int
    by_phase: tuple[Share, ...]
    money: Money
    rows: tuple[ProjectRow, ...]


def project_figures(
    projects: ProjectQuerySet,
    as_of: dt.date,
    milestones: Sequence[MilestoneRow] = (),
    agreements: Iterable[Agreement] = (),
) -> ProjectFigures:
    """Return all project figures of the QuerySet; one query.

    `milestones` are rows computed for the same `as_of`; `agreements` those that the reader may see.
    """
    of_project: dict[int | None, list[MilestoneRow]] = {}
    for row in milestones:
        of_project.setdefault(row.milestone.project_id, []).append(row)
    loaded = list(projects.with_counted_cost().select_related("lead"))
    seen_projects = {project.pk: project for project in loaded}
    seen_agreements = {agreement.pk: agreement for agreement in agreements}
    rows = tuple(
        project_row(
            project,
            of_project.get(project.pk, []),
            as_of,
            parent=seen_projects.get(project.parent_id),
            agreement=seen_agreements.get(project.agreement_id),
        )
        for project in loaded
    )
    return ProjectFigures(
        as_of=as_of,
        total=len(rows),
        by_phase=_by_phase(rows),
        money=_money(rows),
        rows=rows,
    )


def project_row(
    project: WithCountedCost,
    milestones: Sequence[MilestoneRow],
    as_of: dt.date,
    *,
    parent: Project | None,
    agreement: Agreement | None,
) -> ProjectRow:
    """Return the row of a project from the rows of its own milestones and what else of it may be seen."""
    planned = [row for row in milestones if row.due_on and row.state != State.CANCELLED]
    governing = max(
        planned, key=lambda row: (row.due_on or dt.date.min, row.milestone.reference), default=None
    )
    coming = [row for row in planned if row.is_open and row.due_on and row.due_on >= as_of]
    overdue = [row.overdue_days for row in milestones if row.overdue_days is not None]
    is_counted = project.counted_cost is not None
    is_inside = project.cost_crore is not None and not is_counted
    return ProjectRow(
        project=project,
        parent=parent,
        agreement=agreement,
        total=len(milestones),
        achieved=sum(row.is_achieved for row in milestones),
        verified=sum(row.is_verified for row in milestones),
        open=sum(row.is_open for row in milestones),
        overdue=len(overdue),
        governing=governing,
        governing_late_baseline_days=_late(governing, as_of, against_latest=False),
        governing_late_latest_days=_late(governing, as_of, against_latest=True),
        next_due=min(
            coming, key=lambda row: (row.due_on or dt.date.max, row.milestone.reference), default=None
        ),
        worst_overdue_days=max(overdue, default=None),
        # The stored amount, not the annotation: SQLite would hand that back without its two decimals.
        counted_cost=project.cost_crore if is_counted else None,
        is_inside_parent=is_inside,
        inside=parent if is_inside else None,
    )


def late_band(row: ProjectRow, as_of: dt.date, *, against_latest: bool) -> Band | None:
    """Return the band of delay of the project's final milestone, as the programme report prints it; None when not late."""
    governing = row.governing
    if governing is None:
        return None
    planned = governing.due_on if against_latest else governing.milestone.baseline_on
    reached = governing.milestone.actual_on if governing.is_achieved else as_of if governing.is_open else None
    return band(planned, reached) if reached else None


def _late(row: MilestoneRow | None, as_of: dt.date, *, against_latest: bool) -> int | None:
    if row is None:
        return None
    planned = row.due_on if against_latest else row.milestone.baseline_on
    reached = row.milestone.actual_on if row.is_achieved else as_of if row.is_open else None
    if planned is None or reached is None or reached <= planned:
        return None
    return (reached - planned).days


def _by_phase(rows: Sequence[ProjectRow]) -> tuple[Share, ...]:
    """In the order of the phases; a phase that is not stated comes last."""
    order = [*Phase.values, ""]
    return tuple(
        sorted(shares((row.project.phase for row in rows), len(rows)), key=lambda it: order.index(it.code))
    )


def _money(rows: Sequence[ProjectRow]) -> Money:
    known = sorted(
        (row for row in rows if row.project.cost_crore is not None),
        key=lambda row: (-_cost(row), row.project.reference),
    )
    left_out = tuple(row for row in known if row.is_inside_parent)
    return Money(
        with_cost=len(known),
        plain_sum=_sum([_cost(row) for row in known]),
        left_out=left_out,
        left_out_sum=_sum([_cost(row) for row in left_out]) or Decimal(0),
        total=_sum([row.counted_cost for row in known if row.counted_cost is not None]),
        government=_sum(
            [
                row.counted_cost
                for row in known
                if row.counted_cost is not None and row.project.kind in GOVERNMENT_KINDS
            ]
        ),
        earmarks=_earmarks(known),
        rows=tuple(known),
    )


def _earmarks(known: Sequence[ProjectRow]) -> tuple[Earmark, ...]:
    inside: dict[int, list[ProjectRow]] = {}
    for row in known:
        if row.inside:
            inside.setdefault(row.inside.pk, []).append(row)
    found = []
    for row in known:
        members = inside.get(row.project.pk)
        if members:
            members.sort(key=lambda member: member.project.reference)
            earmarked = sum((_cost(member) for member in members), Decimal(0))
            found.append(
                Earmark(
                    project=row.project,
                    crore=_cost(row),
                    earmarked=earmarked,
                    per_cent=per_cent(earmarked, _cost(row)),
                    inside=tuple(member.project for member in members),
                )
            )
    return tuple(found)


def _cost(row: ProjectRow) -> Decimal:
    return row.project.cost_crore or Decimal(0)


def _sum(amounts: Sequence[Decimal]) -> Decimal | None:
    return sum(amounts, Decimal(0)) if amounts else None
