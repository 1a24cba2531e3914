"""The sections of a programme report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from projects import progress
from projects.choices import FundKind
from projects.models import ActionPoint, Project
from projects.models.projects import ProjectQuerySet
from projects.permissions import Actor
from projects.progress import (
    AgreementFigures,
    Band,
    MilestoneFigures,
    MilestoneRow,
    Money,
    ProjectFigures,
    ProjectRow,
    Provenance,
    Share,
    months_late,
)
from projects.progress.arithmetic import spread
from projects.progress.funds import fund_totals
from reports.figures.action_points import action_points
from reports.figures.milestones import STATES, by_type, in_order, milestones, revisions
from reports.figures.reliance import reliance
from reports.figures.sectors import sectors
from reports.figures.shapes import Shape, date, mean_block, organisation, places, text
from reports.figures.stages import stages
from reports.figures.targets import outputs, targets
from reports.periods import Period

# The months late that each band holds; a month that has begun counts.
MONTHS = {
    Band.M1_12: range(1, 13),
    Band.M13_24: range(13, 25),
    Band.M25_60: range(25, 61),
    Band.OVER_60: range(61, 10_000),
}


def programme_snapshot(as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the report on all that `by` may see, as it stands on `as_of`."""
    figures = progress.programme(as_of, by)
    return {
        "outputs": outputs(figures.targets),
        "reliance": reliance(figures.reliance, as_of),
        "sectors": sectors(as_of, by=by),
        "projects": projects(figures.projects) | {"without": without_project(figures.milestones)},
        "stages": stages(figures.milestones.rows, as_of, by=by),
        "milestones": milestones(figures.milestones, period)
        | {"by_type": by_type(figures.milestones), "rows": in_order(figures.milestones)},
        "revisions": revisions(figures.milestones.rows),
        "action_points": action_points(ActionPoint.objects.visible_to(by), as_of),
        "money": money(figures.projects.money) | {"funds": funds(Project.objects.visible_to(by), as_of)},
        "targets": targets(figures.targets),
        "agreements": agreements(figures.agreements),
        "provenance": provenance(figures.provenance),
    }


def provenance(figures: Provenance) -> Shape:
    return {
        "printed": figures.printed,
        "text": figures.text,
        "inferred": figures.inferred,
        "not_stated": figures.not_stated,
    }


def cost(row: ProjectRow) -> Shape | None:
    if row.project.cost_crore is None:
        return None
    return {"crore": places(row.project.cost_crore), "counted": row.counted_cost is not None}


def projects(figures: ProjectFigures) -> Shape:
    return {
        "total": figures.total,
        "by_phase": [{"phase": text(row.code), "count": row.count} for row in figures.by_phase],
        "delay": _delay(figures),
        "rows": [_project_row(row, figures.as_of) for row in figures.rows],
    }


def _delay(figures: ProjectFigures) -> Shape:
    """Return by how many months projects are late, by their final milestone: against its original and latest date."""
    against = {
        "baseline": [_months_late(row, figures.as_of, against_latest=False) for row in figures.rows],
        "latest": [_months_late(row, figures.as_of, against_latest=True) for row in figures.rows],
    }
    late = {name: [months for months in found if months is not None] for name, found in against.items()}
    return {
        "without_date": sum(row.governing is None for row in figures.rows),
        **{name: mean_block(spread(months)) for name, months in late.items()},
        "bands": [
            {"band": band.value, **{name: sum(it in span for it in months) for name, months in late.items()}}
            for band, span in MONTHS.items()
        ],
    }


def _months_late(row: ProjectRow, as_of: dt.date, *, against_latest: bool) -> int | None:
    governing = row.governing
    if governing is None:
        return None
    planned = governing.due_on if against_latest else governing.milestone.baseline_on
    reached = governing.milestone.actual_on if governing.is_achieved else as_of if governing.is_open else None
    return months_late(planned, reached) if reached else None


def without_project(figures: MilestoneFigures) -> Shape:
    """Count the milestones that agreements have outside any project: with them the table adds up to the programme."""
    return tally(row for row in figures.rows if row.milestone.project_id is None)


def tally(found: Iterable[MilestoneRow]) -> Shape:
    """Count milestones as the columns of the table of projects do."""
    rows = list(found)
    return {
        "total": len(rows),
        "achieved": sum(row.is_achieved for row in rows),
        "verified": sum(row.is_verified for row in rows),
        "open": sum(row.is_open for row in rows),
        "overdue": sum(row.overdue_days is not None for row in rows),
    }


def _project_row(row: ProjectRow, as_of: dt.date) -> Shape:
    project = row.project
    return {
        "reference": project.reference,
        "name": project.name,
        "kind": project.kind,
        "phase": text(project.phase),
        "stage": text(project.stage),
        "parent": row.parent.reference if row.parent else None,
        "agreement": row.agreement.reference if row.agreement else None,
        "lead": organisation(project.lead),
        "site": text(project.region),
        "country": text(project.country),
        "product": text(project.product),
        "trl": {"claimed": trl_claimed(row), "verified": trl_verified(row, as_of)},
        "milestones": {
            "total": row.total,
            "achieved": row.achieved,
            "verified": row.verified,
            "open": row.open,
            "overdue": row.overdue,
        },
        "governing": _governing(row, as_of),
        "next_due": _next_due(row),
        "worst_overdue_days": row.worst_overdue_days,
        "cost": cost(row),
    }


def trl_claimed(row: ProjectRow) -> str | None:
    """Return the readiness level as it was stated ("7/8"), else the level claimed."""
    project = row.project
    return text(project.trl_stated) or (str(project.trl_claimed) if project.trl_claimed else None)


def trl_verified(row: ProjectRow, as_of: dt.date) -> int | None:
    """Return the readiness level that was verified by the as-of date."""
    on = row.project.trl_verified_on
    return row.project.trl_verified if on and on <= as_of else None


def _governing(row: ProjectRow, as_of: dt.date) -> Shape | None:
    governing = row.governing
    if governing is None:
        return None
    milestone = governing.milestone
    return {
        "reference": milestone.reference,
        "title": milestone.title,
        "baseline": date(milestone.baseline_on, milestone.baseline_precision),
        "latest": date(governing.due_on, governing.due_precision),
        "actual": date(milestone.actual_on, milestone.actual_precision) if governing.is_achieved else None,
        "state": STATES[governing.state],
        "late_baseline_days": row.governing_late_baseline_days,
        "late_latest_days": row.governing_late_latest_days,
        "late_baseline_months": _months_late(row, as_of, against_latest=False),
        "late_latest_months": _months_late(row, as_of, against_latest=True),
    }


def _next_due(row: ProjectRow) -> Shape | None:
    due = row.next_due
    if due is None:
        return None
    return {
        "reference": due.milestone.reference,
        "title": due.milestone.title,
        "due": date(due.due_on, due.due_precision),
    }


def money(figures: Money) -> Shape:
    return {
        "projects_with_cost": figures.with_cost,
        "plain_sum": places(figures.plain_sum),
        "left_out_sum": places(figures.left_out_sum),
        "total": places(figures.total),
        "government": places(figures.government),
        "rows": [
            {
                "reference": row.project.reference,
                "name": row.project.name,
                "crore": places(row.project.cost_crore),
                "basis": text(row.project.cost_basis),
                "funding": text(row.project.funding_source),
                "counted": row.counted_cost is not None,
                "inside": row.inside.reference if row.inside else None,
            }
            for row in figures.rows
        ],
    }


def funds(projects: ProjectQuerySet, as_of: dt.date) -> Shape:
    """Return the four columns over `projects`, claimed beside verified; null where no line is on record."""
    columns = fund_totals(projects, as_of)
    return {
        which: {kind.value: places(columns[kind][number].total) for kind in FundKind}
        for number, which in enumerate(("claimed", "verified"))
    }


def agreements(figures: AgreementFigures) -> Shape:
    shares: dict[str, Share] = {
        "with_project": figures.with_project,
        "with_pilot": figures.with_pilot,
        "with_target": figures.with_target,
        "milestone_only": figures.milestone_only,
        "paper_only": figures.paper_only,
    }
    return {
        "total": figures.total,
        "by_type": [_of_type(row, figures) for row in figures.by_type],
        **{name: share.count for name, share in shares.items()},
        "shares": {name: places(share.per_cent) for name, share in shares.items()},
        "paper_only_rows": [
            {
                "reference": row.agreement.reference,
                "title": row.agreement.title,
                "type": row.agreement.instrument,
                "signed": date(row.agreement.signed_on, row.agreement.signed_precision),
                "days": row.days_since_signing,
            }
            for row in figures.paper_only_rows
        ],
    }


def _of_type(share: Share, figures: AgreementFigures) -> Shape:
    """Return how many agreements of one instrument there are, and beside it how many have led to something."""
    rows = [row for row in figures.rows if row.agreement.instrument == share.code]
    return {
        "type": share.code,
        "count": share.count,
        "with_project": sum(row.has_project for row in rows),
        "with_pilot": sum(row.has_pilot for row in rows),
        "with_target": sum(row.has_target for row in rows),
    }
