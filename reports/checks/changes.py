"""That the changes since the last report reconcile the two reports exactly, figure by figure.

Both reports are taken apart anew here, into one value per place; the earlier one with the changes applied must be the
later one. Written apart from `reports.figures.changes`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from projects.models import audit
from reports.checks.arithmetic import Failure, Snapshot, day, must

Flat = dict[str, Any]
SECTIONS_OUT = ("schema", "meta", "changes")
ROW_CODES = (
    *("rung", "question", "code", "band", "phase", "type", "basis", "reason", "stage", "kind", "name"),
    "source",
)
LISTS = ("moved", "came", "went", "texts")


def changes(snapshot: Snapshot, previous: Snapshot | None) -> Iterator[Failure]:
    """Check the section `changes` of a report against the report that it names as the one before."""
    found, before = snapshot["changes"], snapshot["meta"]["previous"]
    if previous is None:
        yield Failure("meta.previous", before, None)
        yield Failure("changes.since", found["since"], None)
        yield Failure("changes.counts", found["counts"], None)
        yield Failure("changes.headline", found["headline"], [])
        for name in LISTS:
            yield Failure(f"changes.{name}", found[name], [])
        yield from _in_the_period(snapshot)
        return
    meta = previous["meta"]
    since = {"serial": meta["serial"], "as_of": meta["as_of"]}
    digest = hashlib.sha256(audit.canonical(previous).encode()).hexdigest()
    yield Failure("meta.previous", before, {**since, "snapshot_sha256": digest})
    yield Failure("changes.since", found["since"], since)
    for name in LISTS:
        yield Failure(f"changes.counts.{name}", found["counts"][name], len(found[name]))
    earlier, later = flat(previous), flat(snapshot)
    yield from _reconciled(found, earlier, later)
    yield from _headline(found["headline"], earlier, later)
    yield from _events(found, previous, snapshot)


def flat(snapshot: Snapshot) -> Flat:
    """Return every known leaf of the sections by its place; rows by name, what repeats a row of its block by the name only."""
    leaves: Flat = {}
    waiting: list[tuple[str, Any, Flat]] = [
        (key, value, {}) for key, value in snapshot.items() if key not in SECTIONS_OUT
    ]
    while waiting:
        place, value, known = waiting.pop()
        if value is None:
            continue
        if isinstance(value, list):
            for name, row in _rows(value):
                repeats = isinstance(row, dict) and "reference" in row and known.get(row["reference"]) == row
                waiting.append((f"{place}[{name}]", row["reference"] if repeats else row, {}))
        elif isinstance(value, dict) and set(value) != {"on", "precision"}:
            rows = value.get("rows")
            inner = known
            if not known and isinstance(rows, list):
                inner = {
                    row["reference"]: row for row in rows if isinstance(row, dict) and "reference" in row
                }
                inner = inner if len(inner) == len(rows) else {}
            for key, part in value.items():
                below = f"{place}{key}" if key.startswith("[") else f"{place}.{key}"
                waiting.append((below, part, {} if key == "rows" and not known else inner))
        else:
            leaves[place] = value
    return leaves


def _rows(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    again: Counter[str] = Counter()
    for row in rows:
        name = _called(row)
        again[name] += 1
        yield (f"{name}#{again[name]}" if again[name] > 1 else name), row


def _called(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    if row.get("reference"):
        return str(row["reference"])
    if {"milestone", "number"} <= row.keys():
        return f"{row['milestone']}/{row['number']}"
    if "sha256" in row:
        return str(row["sha256"])[:12]
    if isinstance(row.get("organisation"), dict) and "reference" in row["organisation"]:
        return str(row["organisation"]["reference"])
    codes = [row[name] for name in ROW_CODES if name in row]
    return str(codes[0] or "none") if codes else "row"


def _reconciled(found: Snapshot, earlier: Flat, later: Flat) -> Iterator[Failure]:
    applied = dict(earlier)
    for entry in found["went"]:
        for place, value in _under(entry).items():
            yield Failure(f"changes.went: {place}", value, applied.pop(place, None))
    for entry in found["came"]:
        for place, value in _under(entry).items():
            yield Failure(f"changes.came: {place}, before", earlier.get(place), None)
            applied[place] = value
    for entry in (*found["moved"], *found["texts"]):
        place = entry["path"]
        yield Failure(f"changes.{place}, before", entry["old"], earlier.get(place))
        yield must(f"changes.{place}: has moved", entry["old"] != entry["new"])
        applied[place] = entry["new"]
    applied = {place: value for place, value in applied.items() if value is not None}
    for place in sorted({**applied, **later}):
        if applied.get(place) != later.get(place):
            yield Failure(f"changes.{place}", applied.get(place), later.get(place))


def _under(entry: Snapshot) -> Flat:
    """Return the leaves of a row that came or went."""
    row = entry["row"]
    if not isinstance(row, dict) or set(row) == {"on", "precision"}:
        return {entry["path"]: row}
    return {f"{entry['path']}{place[1:]}": value for place, value in flat({"-": row}).items()}


def _headline(rows: list[Snapshot], earlier: Flat, later: Flat) -> Iterator[Failure]:
    for row in rows:
        name = f"changes.headline.{row['figure']}"
        yield Failure(f"{name}, before", row["old"], earlier.get(row["figure"]))
        yield Failure(name, row["new"], later.get(row["figure"]))
        known = row["old"] is not None and row["new"] is not None
        moved = Decimal(row["new"]) - Decimal(row["old"]) if known else None
        found = None if row["difference"] is None else Decimal(row["difference"])
        yield Failure(f"{name}, difference", found, moved)


# --- added, achieved, slipped: told again from the two reports ---


def _events(found: Snapshot, previous: Snapshot, snapshot: Snapshot) -> Iterator[Failure]:
    projects = [
        {row["reference"] for row in it.get("projects", {}).get("rows", ())} for it in (previous, snapshot)
    ]
    yield Failure(
        "changes.projects.added", sorted(found["projects"]["added"]), sorted(projects[1] - projects[0])
    )
    yield Failure(
        "changes.projects.left", sorted(found["projects"]["left"]), sorted(projects[0] - projects[1])
    )
    events = found["milestones"]
    before, now = (it.get("milestones", {}).get("rows") for it in (previous, snapshot))
    yield Failure("changes.milestones", events is None, now is None)
    if now is None:
        return
    if before is None:
        yield from _in_the_period(snapshot)
        return
    old = {row["reference"]: row for row in before}
    added = sorted(row["reference"] for row in now if row["reference"] not in old)
    yield Failure("changes.milestones.since", events["since"], "report")
    yield Failure("changes.milestones.added", sorted(events["added"]), added)
    achieved = {row["reference"] for row in now if row["state"] == "achieved"}
    achieved -= {row["reference"] for row in before if row["state"] == "achieved"}
    yield Failure("changes.milestones.achieved", sorted(events["achieved"]), sorted(achieved))
    expected: dict[str, dict[str, Any]] = {"slipped": {}, "further_slipped": {}}
    for row in now:
        was = old.get(row["reference"])
        first, last = (day(it["latest"]) if it else None for it in (was, row))
        if was and first and last and last > first:
            again = was["slip_days"] is not None and was["slip_days"] > 0
            line = {
                "from": was["latest"],
                "to": row["latest"],
                "days": (last - first).days,
                "reason": row["reason"],
            }
            expected["further_slipped" if again else "slipped"][row["reference"]] = line
    yield from _lines(events, expected)


def _in_the_period(snapshot: Snapshot) -> Iterator[Failure]:
    """Without a report before, what was decided from the first to the last day of the period."""
    events, found = snapshot["changes"]["milestones"], snapshot.get("milestones", {})
    yield Failure("changes.milestones", events is None, "rows" not in found)
    if events is None or "rows" not in found:
        return
    yield Failure("changes.milestones.since", events["since"], "period")
    yield Failure("changes.milestones.added", events["added"], None)
    achieved = [row["reference"] for row in found["achieved_in_period"]["rows"]]
    yield Failure("changes.milestones.achieved", sorted(events["achieved"]), sorted(achieved))
    if "revisions" not in snapshot:
        for name in ("slipped", "further_slipped"):
            yield Failure(f"changes.milestones.{name}", events[name], None)
        return
    period, original = (
        snapshot["meta"]["period"],
        {row["reference"]: row["baseline"] for row in found["rows"]},
    )
    moves: dict[str, list[Snapshot]] = {}
    for line in sorted(snapshot["revisions"], key=lambda it: it["number"]):
        if line["on"] is not None and period["start"] <= line["on"] <= period["end"]:
            moves.setdefault(line["milestone"], []).append(line)
    expected: dict[str, dict[str, Any]] = {"slipped": {}, "further_slipped": {}}
    for reference, own in moves.items():
        first, last = own[0]["from"], own[-1]["to"]
        days = (dt.date.fromisoformat(last["on"]) - dt.date.fromisoformat(first["on"])).days
        if days > 0:
            again = first["on"] > original[reference]["on"]
            line = {"from": first, "to": last, "days": days, "reason": own[-1]["reason"]}
            expected["further_slipped" if again else "slipped"][reference] = line
    yield from _lines(events, expected)


def _lines(events: Snapshot, expected: dict[str, dict[str, Any]]) -> Iterator[Failure]:
    for name, wanted in expected.items():
        found = {
            row["reference"]: {key: row[key] for key in row if key != "reference"} for row in events[name]
        }
        yield Failure(f"changes.milestones.{name}", sorted(found), sorted(wanted))
        for reference, line in found.items():
            yield Failure(f"changes.milestones.{name}.{reference}", line, wanted.get(reference))
