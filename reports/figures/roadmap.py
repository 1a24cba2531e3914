"""The road of one project, as the project report holds it: stage, gates, decisions, and when it becomes commercial."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from projects.choices import Precision
from projects.models import GatePlan, Milestone, Project, StageGate
from projects.models.milestone_states import MilestoneQuerySet
from projects.permissions import Actor
from projects.progress import milestone_figures
from projects.progress.forecast import Case, Forecast, cases, of_gate
from projects.progress.stages import GateRow, Roadmap
from projects.progress.stages import roadmap as worked_out
from reports.figures.shapes import Shape, date, day, text


def roadmap(project: Project, as_of: dt.date, *, by: Actor, readers: set[int]) -> Shape:
    """Return the road; what it is compared with are the milestones that every reader may see."""
    decisions = list(StageGate.objects.visible_to(by).filter(project=project))
    found = road_of(project, decisions, as_of, by=by, readers=readers)
    known = cases(milestone_figures(_seen_by_all(readers, by), as_of).rows)
    standing = found.standing
    return {
        "stage": standing.stage and standing.stage.value,
        "since": day(standing.since),
        "held": standing.is_held,
        "stopped": standing.is_stopped,
        "time_box_ends": day(found.time_box_ends),
        "over_days": found.over_days,
        "next_gate": found.next_gate and found.next_gate.rule.gate.value,
        "passed": sum(row.passed is not None for row in found.gates),
        "commercialisation": _commercialisation(found, known, as_of),
        "cases": len(known),
        "gates": [_gate(row, known, as_of) for row in found.gates],
        "decisions": [
            {
                "code": row.gate,
                "on": day(row.decided_on),
                "decision": row.decision,
                "to_stage": row.to_stage,
                "post": row.decided_by_post,
                "conditions": text(row.conditions),
                "conditions_due": day(row.conditions_due_on),
                "open": row in found.open_conditions,
                "reason": text(row.reason),
                "source_url": text(row.source_url),
                "as_of": day(row.as_of),
            }
            for row in sorted(decisions, key=lambda it: (it.decided_on, it.pk))
            if row.decided_on <= as_of
        ],
    }


def road_of(
    project: Project, decisions: Sequence[StageGate], as_of: dt.date, *, by: Actor, readers: set[int]
) -> Roadmap:
    """Return the roadmap; the day on which the agreement was signed counts where every reader may see it."""
    agreement = project.agreement
    open_ = agreement is not None and readers <= {party.pk for party in agreement.parties.all()}
    return worked_out(
        project,
        decisions,
        list(GatePlan.objects.visible_to(by).filter(project=project)),
        as_of,
        signed_on=agreement.signed_on if agreement and open_ else None,
    )


def _seen_by_all(readers: set[int], by: Actor) -> MilestoneQuerySet:
    """Return the milestones of the projects in which all the readers take part."""
    projects = Project.objects.visible_to(by)
    for reader in readers:
        projects = projects.filter(Q(lead=reader) | Q(pk__in=Project.objects.filter(partners=reader)))
    found: MilestoneQuerySet = Milestone.objects.visible_to(by).filter(
        project__in=projects if readers else projects.none()
    )
    return found


def _gate(row: GateRow, known: Sequence[Case], as_of: dt.date) -> Shape:
    return {
        "code": row.rule.gate.value,
        "before": row.rule.before.value,
        "after": row.rule.after.value,
        "baseline": _planned(row.baseline),
        "latest": _planned(row.forecast),
        "moves": row.forecast.number - 1 if row.forecast else None,
        "reason": text(row.forecast.reason) if row.forecast else None,
        "post": row.forecast.decided_by_post if row.forecast else None,
        "passed": day(row.passed_on),
        "slip_days": row.slip_days,
        "overdue_days": row.overdue_days,
        "likely": likely(of_gate(row, known, as_of)),
    }


def _planned(plan: GatePlan | None) -> Shape | None:
    return date(plan.planned_on, plan.precision) if plan else None


def likely(found: Forecast | None) -> Shape | None:
    """Return what the record of slips says; without days where the cases are too few."""
    if found is None:
        return None
    return {
        "cases": found.cases,
        "needed": found.needed,
        "median": day(found.median_on),
        "from": day(found.from_on),
        "to": day(found.to_on),
    }


def _commercialisation(found: Roadmap, known: Sequence[Case], as_of: dt.date) -> Shape | None:
    """Return the day of the last gate; None where the road has none."""
    if not found.leads_to_industry:
        return None
    last = found.gates[-1]
    return {
        "gate": last.rule.gate.value,
        "passed": last.passed is not None,
        "on": date(found.commercial_on, str(found.commercial_precision or Precision.DAY)),
        "slip_days": last.slip_days,
        "likely": likely(of_gate(last, known, as_of)),
    }
