"""The action points of a report: what must agree in it alone, and each told again from its record.

Written apart from `projects.progress` and `reports.figures`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from projects.models import ActionPoint, Organisation, Project
from projects.permissions import Actor, member
from reports.checks.arithmetic import Failure, Snapshot, must


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: counts that are not those of the rows, days that do not follow from the dates."""
    rows = found["rows"]
    yield Failure("action_points.total", found["total"], len(rows))
    yield Failure("action_points.total: open and done", found["total"], found["open"] + found["done"])
    for state in ("open", "done"):
        yield Failure(f"action_points.{state}", found[state], sum(row["state"] == state for row in rows))
    late = sum(row["overdue_days"] is not None for row in rows)
    yield Failure("action_points.overdue", found["overdue"], late)
    yield Failure("action_points.rows: each once", len({row["reference"] for row in rows}), len(rows))
    order = sorted(rows, key=lambda row: (row["due_on"], row["reference"]))
    yield must("action_points.rows: the next due first", rows == order)
    for row in rows:
        name = f"action_points.{row['reference']}"
        over = (as_of - dt.date.fromisoformat(row["due_on"])).days
        days = over if row["state"] == "open" and over > 0 else None
        yield Failure(f"{name}.overdue_days", row["overdue_days"], days)
        yield must(f"{name}.decided_on: by the as-of date", row["decided_on"] <= as_of.isoformat())
        yield must(f"{name}.due_on: after the meeting", row["decided_on"] <= row["due_on"])
        is_done = row["done_on"] is not None and row["done_on"] <= as_of.isoformat()
        yield Failure(f"{name}.state: by its day", row["state"], "done" if is_done else "open")
        yield Failure(f"{name}.done_note", row["done_note"] is not None, is_done)


def told(snapshot: Snapshot, as_of: dt.date, *, by: Actor) -> Snapshot:
    """Return the section as the records tell it: of the project, of the partner's members, or of all that `by` may see."""
    records = ActionPoint.objects.all()
    if "project" in snapshot:
        project = Project.objects.filter(reference=snapshot["project"]["reference"]).first()
        records = records.filter(project=project)
    elif "organisation" in snapshot:
        organisation = Organisation.objects.filter(reference=snapshot["organisation"]["reference"]).first()
        records = records.visible_to(member(organisation.pk if organisation else 0, on=by.on))
    else:
        records = records.visible_to(by)
    joined = records.select_related("meeting", "owner", "project", "agreement", "milestone")
    known = [it for it in joined if it.recorded_on <= as_of and not (it.closed_on and it.closed_on <= as_of)]
    rows = sorted((record(it, as_of) for it in known), key=lambda row: (row["due_on"], row["reference"]))
    return {
        "total": len(rows),
        "open": len([row for row in rows if row["done_on"] is None]),
        "done": len([row for row in rows if row["done_on"] is not None]),
        "overdue": len([row for row in rows if row["overdue_days"]]),
        "rows": rows,
    }


def record(row: ActionPoint, as_of: dt.date) -> Snapshot:
    """Return what the record says on the day."""
    done_on = row.done_on if row.done_on is not None and row.done_on <= as_of else None
    over = (as_of - row.due_on).days
    named = next((it for it in (row.milestone, row.project, row.agreement) if it is not None), None)
    owner = row.owner
    return {
        "reference": row.reference,
        "text": row.text,
        "meeting": row.meeting.reference,
        "decided_on": row.meeting.held_on.isoformat(),
        "about": named.reference if named is not None else None,
        "owner_post": row.owner_post,
        "owner": owner and {"reference": owner.reference, "name": owner.name, "short_name": owner.short_name},
        "due_on": row.due_on.isoformat(),
        "state": "open" if done_on is None else "done",
        "overdue_days": over if done_on is None and over > 0 else None,
        "done_on": done_on.isoformat() if done_on else None,
        "done_note": row.done_note if done_on else None,
    }
