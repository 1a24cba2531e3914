"""What moved since the report before: every figure with old and new, every row that came or went (docs/rules/changes.md).

Pure: two snapshots in, one section out. The figures of the earlier report with these changes applied are the figures
of the later one, exactly; `reports.checks.changes` proves it before a report is issued.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from reports.figures.events import milestone_events
from reports.figures.shapes import Shape

Snapshot = Shape
Tree = dict[str, Any]

# What is no figure of the report: how it was made, and these changes themselves.
OUTSIDE = {"schema", "meta", "changes"}
# What names a row that has no reference of its own.
NAMES = (
    *("rung", "question", "code", "band", "phase", "type", "basis", "reason", "stage", "kind", "name"),
    "source",
)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# A string is a figure when it is a number, a day, a code or a reference; every other one is a text.
FIGURE = re.compile(r"[-\d./:T+]+|[a-z0-9_]+|[A-Z]+(-[A-Z0-9]+)*-?\d+|[A-Z]\d")
HEADLINES = (
    "exceptions.total",
    "exceptions.distinct",
    "exceptions.several",
    "warnings.total",
    "warnings.forecasts.known",
    "warnings.forecasts.cases",
    "technology.unproven",
    "technology.proof.verified",
    "technology.standing.in_force",
    "transfers.total",
    "transfers.lapsed",
    "transfers.know_how.accepted",
    "transfers.persons.claimed",
    "transfers.persons.verified",
    "transfers.runs.claimed",
    "transfers.runs.verified",
    "readiness.verified",
    "indicators.claimed",
    "indicators.verified",
    "results.under.claimed",
    "results.under.verified",
    "outputs.claimed",
    "outputs.verified",
    "reliance.fully_imported",
    "reliance.bases.known",
    "sectors.claimed",
    "sectors.verified",
    "targets.with_claimed",
    "targets.with_verified",
    "targets.claimed.mean_capped",
    "targets.verified.mean_capped",
    "projects.total",
    "projects.delay.baseline.count",
    "projects.delay.baseline.mean",
    "projects.delay.latest.count",
    "projects.delay.latest.mean",
    "stages.decided",
    "stages.over_time",
    "stages.gates_overdue",
    "stages.commercial.passed",
    "stages.commercial.planned",
    "milestones.total",
    "milestones.states.achieved",
    "milestones.verified",
    "milestones.overdue.count",
    "milestones.overdue.mean",
    "milestones.slips.count",
    "milestones.slips.sum",
    "action_points.total",
    "action_points.overdue",
    "execution.decided",
    "execution.clearances_open",
    "execution.clearances_alarms",
    "execution.transfers",
    "execution.feed_excesses",
    "execution.unassured",
    "roadmap.passed",
    "roadmap.over_days",
    "roadmap.commercialisation.slip_days",
    "feed.excesses.claimed",
    "feed.excesses.verified",
    "feed.unassured",
    "ladders.trl.claimed.level",
    "ladders.trl.verified.level",
    "ladders.mrl.claimed.level",
    "ladders.mrl.verified.level",
    "handovers.total",
    "handovers.verified.absorbed",
    "handovers.verified.producing",
    "clearances.open",
    "clearances.alarms",
    "life.expires_in_days",
    "life.duties.overdue",
    "working.score",
    "ladder.reached",
    "money.total",
    "money.funds.claimed.sanctioned",
    "money.funds.verified.sanctioned",
    "money.funds.claimed.released",
    "money.funds.verified.released",
    "money.funds.claimed.spent",
    "money.funds.verified.spent",
    "money.funds.claimed.certified",
    "money.funds.verified.certified",
    "money.leverage.claimed",
    "money.leverage.verified",
    "agreements.total",
    "agreements.with_project",
    "agreements.with_pilot",
    "agreements.with_target",
    "agreements.paper_only",
)


def changes(previous: Snapshot | None, current: Snapshot) -> Shape:
    """Return what moved from `previous` to `current`; without a previous report, what happened in the period."""
    found: Shape = {
        "since": None,
        "counts": None,
        "headline": [],
        "milestones": milestone_events(previous, current),
        "projects": None,
        "moved": [],
        "came": [],
        "went": [],
        "texts": [],
    }
    if previous is None:
        return found
    before, now = named(previous), named(current)
    for path, old, new in _differences("", before, now):
        row = path.endswith("]")
        if row and old is None:
            found["came"].append({"path": path, "row": new})
        elif row and new is None:
            found["went"].append({"path": path, "row": old})
        else:
            is_text = not (is_figure(old) and is_figure(new))
            found["texts" if is_text else "moved"].append({"path": path, "old": old, "new": new})
    meta = previous["meta"]
    return found | {
        "since": {"serial": meta["serial"], "as_of": meta["as_of"]},
        "counts": {name: len(found[name]) for name in ("moved", "came", "went", "texts")},
        "headline": list(_headline(previous, current)),
        "projects": _rows_of("projects.rows", found),
    }


def is_figure(value: Any) -> bool:
    """Whether a leaf is a number, day, code or reference, or unknown; a text is none of these."""
    return not isinstance(value, str) or FIGURE.fullmatch(value) is not None


def named(snapshot: Snapshot) -> Tree:
    """Return the sections with every list as a dictionary of its rows by name, and what repeats a row by its name only."""
    return {key: _named(value) for key, value in snapshot.items() if key not in OUTSIDE}


def _named(value: Any, known: dict[str, Any] | None = None) -> Any:
    if isinstance(value, dict):
        if _is_date(value):
            return value
        rows = value.get("rows")
        if not known and isinstance(rows, list) and all(map(_has_reference, rows)):
            # The other lists of this block say which of its rows belong to them.
            inner = {row["reference"]: row for row in rows}
            inner = inner if len(inner) == len(rows) else {}
            return {key: _named(it, None if key == "rows" else inner) for key, it in value.items()}
        return {key: _named(it, known) for key, it in value.items()}
    if isinstance(value, list):
        return {f"[{name}]": _member(row, known) for name, row in _with_names(value)}
    return value


def _has_reference(row: Any) -> bool:
    return isinstance(row, dict) and "reference" in row


def _member(row: Any, known: dict[str, Any] | None) -> Any:
    if known and isinstance(row, dict) and known.get(row.get("reference", "")) == row:
        return row["reference"]
    return _named(row)


def _with_names(rows: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for row in rows:
        name = _name(row)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), row


def _name(row: Any) -> str:
    """Return what a row is called: its reference, else the move of a milestone it tells of, else a file, else its code."""
    if not isinstance(row, dict):
        return str(row)
    if row.get("reference"):
        return str(row["reference"])
    if "milestone" in row and "number" in row:
        return f"{row['milestone']}/{row['number']}"
    if "sha256" in row:
        return str(row["sha256"])[:12]
    if _has_reference(row.get("organisation")):
        return str(row["organisation"]["reference"])
    return next((str(row[key] or "none") for key in NAMES if key in row), "row")


def _is_date(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"on", "precision"}


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, old, new) of each leaf that differs and of each row that only one side has; unknown is None."""
    if old == new:
        return
    inner_old, inner_new = _inner(old), _inner(new)
    if inner_old is None and inner_new is None:
        yield path, old, new
        return
    if inner_old is None and old is not None:
        yield path, old, None  # what was one figure has become several
    elif inner_new is None and new is not None:
        yield path, None, new
    for key in sorted({**(inner_old or {}), **(inner_new or {})}):
        below = f"{path}{key}" if key.startswith("[") or not path else f"{path}.{key}"
        left, right = (inner_old or {}).get(key), (inner_new or {}).get(key)
        if key.startswith("[") and (left is None or right is None):
            yield below, left, right
        else:
            yield from _differences(below, left, right)


def _inner(value: Any) -> Tree | None:
    return value if isinstance(value, dict) and not _is_date(value) else None


def _headline(previous: Snapshot, current: Snapshot) -> Iterator[Shape]:
    for path in HEADLINES:
        old, new = _at(previous, path), _at(current, path)
        if old is not None or new is not None:
            yield {"figure": path, "old": old, "new": new, "difference": _difference(old, new)}


def _at(snapshot: Snapshot, path: str) -> Any:
    place: Any = snapshot
    for key in path.split("."):
        place = place.get(key) if isinstance(place, dict) else None
    return place


def _difference(old: Any, new: Any) -> Any:
    """Return new minus old of two numbers of one kind, None where either is unknown."""
    if isinstance(old, int) and isinstance(new, int):
        return new - old
    if isinstance(old, str) and isinstance(new, str) and NUMBER.fullmatch(old) and NUMBER.fullmatch(new):
        return f"{Decimal(new) - Decimal(old):f}"
    return None


def _rows_of(place: str, found: Shape) -> Shape:
    """Return which rows of a list came and went, by reference."""

    def references(entries: list[Shape]) -> list[str]:
        rows = re.compile(rf"{re.escape(place)}\[([^\]]+)\]")
        return [match[1] for entry in entries if (match := rows.fullmatch(entry["path"]))]

    return {"added": references(found["came"]), "left": references(found["went"])}
