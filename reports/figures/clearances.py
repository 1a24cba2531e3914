"""The clearances of one project, as the project report holds them."""

from __future__ import annotations

import datetime as dt

from projects.models import Clearance, Project
from projects.permissions import Actor
from projects.progress.clearances import ClearanceRow, ClearanceState, clearance_figures
from reports.figures.shapes import Shape, day, text


def clearances(project: Project, as_of: dt.date, *, by: Actor) -> Shape:
    """Return the checklist: a row for each clearance on record, and the types of which nothing is recorded."""
    found = clearance_figures(Clearance.objects.visible_to(by).filter(project=project), as_of)
    return {
        "total": sum(found.states.values()),
        "open": found.open,
        "alarms": found.alarms,
        "states": {state.value: found.states[state] for state in ClearanceState},
        "rows": [_row(row) for line in found.checklist for row in line.rows],
        "undecided": [line.type.value for line in found.checklist if not line.rows],
    }


def _row(row: ClearanceRow) -> Shape:
    """Return one clearance; what was decided after the day is left out, with what the decision said."""
    fact = row.clearance
    granted = day(fact.granted_on) if fact.granted_on and fact.granted_on <= row.as_of else None
    return {
        "type": fact.type,
        "state": row.state.value,
        "applicable": fact.is_applicable,
        "reason": text(fact.applicability_reason),
        "authority": text(fact.authority),
        "number": text(fact.application_number),
        "applied": day(fact.applied_on) if fact.applied_on and fact.applied_on <= row.as_of else None,
        "statutory_days": fact.statutory_days,
        "granted": granted,
        "refused": day(fact.refused_on) if fact.refused_on and fact.refused_on <= row.as_of else None,
        "valid_to": day(fact.valid_to) if granted else None,
        "conditions": text(fact.conditions) if granted else None,
        "days_taken": row.days_taken,
        "pending_days": row.pending_days,
        "over_days": row.over_days,
        "expires_in_days": row.expires_in_days,
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }
