"""The clearances of one project: what must agree in the report alone, and each told again from its record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from projects.choices import ClearanceType
from projects.models import Clearance, Project
from reports.checks.arithmetic import Failure, Snapshot, must

STATES = (
    *("not_decided", "not_applicable", "not_applied", "pending", "overdue", "refused", "granted"),
    *("expiring", "expired"),
)
LEFT_BEFORE_THE_END = 90


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: states that are not those of the rows, days that do not follow from the dates."""
    undecided = found["undecided"]
    counts = {state: sum(row["state"] == state for row in found["rows"]) for state in STATES}
    counts["not_decided"] += len(undecided)
    yield Failure("clearances.states", found["states"], counts)
    yield Failure("clearances.total", found["total"], sum(found["states"].values()))
    yield Failure("clearances.open", found["open"], counts["pending"] + counts["overdue"])
    alarms = counts["overdue"] + counts["expiring"] + counts["expired"]
    yield Failure("clearances.alarms", found["alarms"], alarms)
    there = {row["type"] for row in found["rows"]} | set(undecided)
    yield Failure("clearances: every type", sorted(there), sorted(ClearanceType.values))
    yield must(
        "clearances.undecided: without a row", not {row["type"] for row in found["rows"]} & set(undecided)
    )
    for row in found["rows"]:
        for key, value in worked_out(row, as_of).items():
            yield Failure(f"clearances.{row['type']}.{key}", row[key], value)


def worked_out(row: Snapshot, as_of: dt.date) -> Snapshot:
    """Return what follows from the dates of a row: days taken, pending, over and left, and the state."""
    applied, granted, refused, ends = (
        dt.date.fromisoformat(row[key]) if row[key] else None
        for key in ("applied", "granted", "refused", "valid_to")
    )
    decided = refused or granted
    elapsed = ((decided or as_of) - applied).days if applied else None
    left = (ends - as_of).days if ends else None
    over = (
        elapsed - row["statutory_days"] if elapsed is not None and row["statutory_days"] is not None else None
    )
    if row["applicable"] is False:
        state = "not_applicable"
    elif refused:
        state = "refused"
    elif granted:
        state = _granted(left)
    elif applied:
        state = "overdue" if (over or 0) > 0 else "pending"
    else:
        state = "not_applied" if row["applicable"] else "not_decided"
    return {
        "state": state,
        "days_taken": elapsed if decided else None,
        "pending_days": None if decided else elapsed,
        "over_days": over,
        "expires_in_days": left,
    }


def _granted(left: int | None) -> str:
    if left is None or left > LEFT_BEFORE_THE_END:
        return "granted"
    return "expiring" if left >= 0 else "expired"


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return the checklist as the records of the project hold it."""
    return told_of(Clearance.objects.filter(project=project), as_of)


def told_of(clearances: Iterable[Clearance], as_of: dt.date) -> Snapshot:
    """Return the checklist as these records hold it."""
    records = sorted(clearances, key=lambda it: (ClearanceType.values.index(it.type), it.pk))
    rows = []
    for it in records:
        known = {
            name: day.isoformat() if day and day <= as_of else None
            for name, day in (
                ("applied", it.applied_on),
                ("granted", it.granted_on),
                ("refused", it.refused_on),
            )
        }
        row = {
            **known,
            "type": it.type,
            "applicable": it.is_applicable,
            "reason": it.applicability_reason or None,
            "authority": it.authority or None,
            "number": it.application_number or None,
            "statutory_days": it.statutory_days,
            "valid_to": it.valid_to.isoformat() if known["granted"] and it.valid_to else None,
            "conditions": (it.conditions or None) if known["granted"] else None,
            "source_url": it.source_url or None,
            "as_of": it.as_of.isoformat() if it.as_of else None,
        }
        rows.append(row | worked_out(row, as_of))
    undecided = [kind for kind in ClearanceType.values if kind not in {it.type for it in records}]
    states = {state: sum(row["state"] == state for row in rows) for state in STATES}
    states["not_decided"] += len(undecided)
    return {
        "total": len(rows) + len(undecided),
        "open": states["pending"] + states["overdue"],
        "alarms": states["overdue"] + states["expiring"] + states["expired"],
        "states": states,
        "rows": rows,
        "undecided": undecided,
    }
