"""What reviews decided and what is not closed yet, as the programme, project and partner reports hold it."""

from __future__ import annotations

import datetime as dt

from projects.choices import ActionState
from projects.models import ActionPoint
from projects.models.audit import AuditedQuerySet
from projects.progress.agenda import unclosed
from reports.figures.shapes import Shape, day, organisation, text


def action_points(points: AuditedQuerySet, as_of: dt.date) -> Shape:
    """Return those of `points` that are on record on the day and not closed by then, the next due first."""
    rows = [_row(it, as_of) for it in unclosed(points, as_of).select_related(*JOINED)]
    return {
        "total": len(rows),
        "open": sum(row["state"] == ActionState.OPEN for row in rows),
        "done": sum(row["state"] == ActionState.DONE for row in rows),
        "overdue": sum(row["overdue_days"] is not None for row in rows),
        "rows": rows,
    }


JOINED = ("meeting", "owner", "project", "agreement", "milestone")


def _row(row: ActionPoint, as_of: dt.date) -> Shape:
    """Return one action point; what was said after the day that it is done is left out."""
    state = row.state_on(as_of)
    done = state == ActionState.DONE
    about = row.subject
    return {
        "reference": row.reference,
        "text": row.text,
        "meeting": row.meeting.reference,
        "decided_on": day(row.meeting.held_on),
        "about": about.reference if about else None,
        "owner_post": row.owner_post,
        "owner": organisation(row.owner),
        "due_on": day(row.due_on),
        "state": state.value,
        "overdue_days": row.overdue_days(as_of) or None,
        "done_on": day(row.done_on) if done else None,
        "done_note": text(row.done_note) if done else None,
    }
