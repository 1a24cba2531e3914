"""What happened to milestones between two reports: added, achieved, slipped and slipped further."""

from __future__ import annotations

import datetime as dt
from typing import Any

from reports.figures.shapes import Shape

Rows = dict[str, Shape]


def milestone_events(previous: Shape | None, current: Shape) -> Shape | None:
    """Return what happened to the milestones since `previous`, else in the period; None for a report without them.

    What cannot be told is None: without an earlier list of milestones nobody knows which are new.
    """
    now = _rows(current)
    if now is None:
        return None
    before = _rows(previous) if previous else None
    if before is None:
        return {"since": "period", "added": None, **_in_period(current, now)}
    slipped: list[Shape] = []
    further: list[Shape] = []
    for reference, row in now.items():
        old = before.get(reference)
        if old is None or not (old["latest"] and row["latest"]):
            continue
        days = _days(old["latest"], row["latest"])
        if days > 0:
            line = _line(row, old["latest"], days)
            (further if (old["slip_days"] or 0) > 0 else slipped).append(line)
    return {
        "since": "report",
        "added": [reference for reference in now if reference not in before],
        "achieved": [
            reference
            for reference, row in now.items()
            if row["state"] == "achieved" and before.get(reference, {}).get("state") != "achieved"
        ],
        "slipped": slipped,
        "further_slipped": further,
    }


def _in_period(current: Shape, now: Rows) -> Shape:
    """Return what was achieved, and moved by a decision, from the first to the last day of the period."""
    period, lines = current["meta"]["period"], current.get("revisions")
    achieved = [row["reference"] for row in current["milestones"]["achieved_in_period"]["rows"]]
    if lines is None:
        return {"achieved": achieved, "slipped": None, "further_slipped": None}
    slipped: list[Shape] = []
    further: list[Shape] = []
    for reference, row in now.items():
        own = sorted((it for it in lines if it["milestone"] == reference), key=lambda it: it["number"])
        decided = [it for it in own if it["on"] and period["start"] <= it["on"] <= period["end"]]
        if not decided:
            continue
        before = decided[0]["from"]
        days = _days(before, decided[-1]["to"])
        if days > 0:
            line = _line(row, before, days) | {"to": decided[-1]["to"], "reason": decided[-1]["reason"]}
            (further if _days(row["baseline"], before) > 0 else slipped).append(line)
    return {"achieved": achieved, "slipped": slipped, "further_slipped": further}


def _rows(snapshot: Shape) -> Rows | None:
    rows: Any = snapshot.get("milestones", {}).get("rows")
    return None if rows is None else {row["reference"]: row for row in rows}


def _line(row: Shape, before: Shape, days: int) -> Shape:
    return {
        "reference": row["reference"],
        "from": before,
        "to": row["latest"],
        "days": days,
        "reason": row["reason"],
    }


def _days(earlier: Shape, later: Shape) -> int:
    return (dt.date.fromisoformat(later["on"]) - dt.date.fromisoformat(earlier["on"])).days
