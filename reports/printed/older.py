"""Reports that were issued before a section, or a figure within one, existed: what they lack is left out, and said so.

A stored snapshot never changes. What it does not hold is not made up when it is drawn again: a section that came later
has no place on its paper, and a single figure within an older section is as unknown as it was.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from reports.choices import ReportKind

Snapshot = dict[str, Any]
Context = Callable[[Snapshot], Snapshot]

# The sections that came after the first report of their kind: their slug on paper, and their key in the snapshot.
CAME_LATER: dict[ReportKind, dict[str, str]] = {
    ReportKind.PROGRAMME: {"sectors": "sectors", "stages": "stages", "action_points": "action_points"},
    ReportKind.AGREEMENT: {"life": "life", "working": "working"},
    ReportKind.PARTNER: {"execution": "execution", "action_points": "action_points"},
    ReportKind.PROJECT: {
        name: name
        for name in ("roadmap", "feed", "ladders", "handovers", "clearances", "money", "action_points")
    },
    ReportKind.TRANSFER: {"transfers": "transfers"},
    ReportKind.EXCEPTIONS: {"warnings": "warnings", "forecasts": "warnings"},
}
COLUMNS = ("sanctioned", "released", "spent", "certified")
# What came into sections that were there before; "[]" stands for every row of a list.
UNKNOWN_BEFORE: dict[ReportKind, tuple[str, ...]] = {
    ReportKind.PROGRAMME: (
        *(
            "reliance.fully_imported",
            "reliance.bases",
            "reliance.shares",
            "projects.delay",
            "projects.without",
        ),
        *("projects.rows[].governing.late_baseline_months", "projects.rows[].governing.late_latest_months"),
        *("milestones.overdue_baseline", "milestones.reasons", "milestones.rows", "revisions"),
        *(f"agreements.by_type[].{name}" for name in ("with_project", "with_pilot", "with_target")),
        *(f"money.funds.{which}.{kind}" for which in ("claimed", "verified") for kind in COLUMNS),
    ),
    ReportKind.PARTNER: tuple(
        f"money.funds.{which}.{kind}" for which in ("claimed", "verified") for kind in COLUMNS
    ),
    ReportKind.PROJECT: ("milestones.overdue_baseline", "milestones.reasons", "revisions[].number"),
    ReportKind.AGREEMENT: (),
    ReportKind.TRANSFER: ("technology.rows[].life", "technology.rows[].transfers"),
    ReportKind.EXCEPTIONS: ("named.agreements.rows[].life",),
}


def lacking(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the slugs of the sections that did not exist when the report was issued."""
    known = CAME_LATER[ReportKind(snapshot["meta"]["kind"])] | {"changes": "changes"}
    return tuple(slug for slug, key in known.items() if key not in snapshot)


def completed(snapshot: Snapshot) -> Snapshot:
    """Return a copy of the snapshot in which every later figure of its older sections is there, and unknown."""
    found = copy.deepcopy(snapshot)
    for path in UNKNOWN_BEFORE[ReportKind(snapshot["meta"]["kind"])]:
        _fill(found, path.split("."))
    return found


def told(snapshot: Snapshot, key: str, context: Context) -> Snapshot:
    """Return what a section needs beside the snapshot; nothing where the report has no such section."""
    return context(snapshot[key]) if key in snapshot else {}


def _fill(place: Any, steps: list[str]) -> None:
    """Put None where a figure would stand and does not; what is unknown above it stays unknown as a whole."""
    if not isinstance(place, dict):
        return
    step, *rest = steps
    key, is_list, _end = step.partition("[]")
    if is_list:
        for row in place.get(key) or ():
            _fill(row, rest)
    elif rest:
        _fill(place.setdefault(key, {}), rest)
    else:
        place.setdefault(key, None)
