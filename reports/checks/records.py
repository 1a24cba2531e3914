"""That every value a report shows of a record is the record's own, read a second time in the same view of the database.

The identity checks prove that the figures agree with each other; this proves that they rest on the records. Rows are
known by what they hold, wherever in a snapshot of whatever kind they stand: a dictionary with a `reference` is a row of
the record of that reference, one with a milestone and a number a line of the slippage ledger, one with a digest and a
size a file of evidence. What a row holds beside the values of its record (days, per cents) follows from these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from projects.models import (
    ActionPoint,
    Agreement,
    Evidence,
    Milestone,
    Mineral,
    Organisation,
    Project,
    ReliancePoint,
    SectorNeed,
    Target,
    Transfer,
)
from projects.permissions import Actor
from reports.checks import (
    action_points,
    facts,
    life,
    money,
    programme_sections,
    project_handovers,
    project_sections,
    sectors,
    steps,
    traces,
    transfer_records,
    warnings,
    whole,
)
from reports.checks.arithmetic import MALFORMED, Failure, Snapshot, malformed
from reports.checks.facts import Either, Facts

OUTSIDE = {"schema", "meta", "changes"}
Place = tuple[str, Snapshot]


def _transfer(row: Transfer, as_of: dt.date) -> Facts:
    """Return what the record says by the keys of its row in the reports on projects and in those on transfers."""
    return project_handovers.terms(row, as_of) | transfer_records.facts(row, as_of)


# How the records of each model are read, and what they say on a day.
SOURCES: dict[type, tuple[Callable[..., Facts], tuple[str, ...], tuple[str, ...]]] = {
    Milestone: (
        facts.milestone,
        ("project", "agreement", "claimed_by", "verified_by"),
        ("revisions__approved_by",),
    ),
    Target: (facts.target, ("project", "indicator"), ("versions", "measurements__claimed_by")),
    Project: (facts.project, ("parent", "agreement"), ()),
    Agreement: (facts.agreement, (), ("steps", "amendments")),
    Organisation: (facts.organisation, (), ()),
    Mineral: (facts.mineral, (), ()),
    ReliancePoint: (facts.reliance, ("mineral",), ()),
    SectorNeed: (sectors.facts, (), ()),
    ActionPoint: (action_points.record, ("meeting", "owner", "project", "agreement", "milestone"), ()),
    Transfer: (_transfer, ("project", "agreement"), ()),
}


def failures(snapshot: Snapshot, *, by: Actor) -> list[Failure]:
    """Return every value that is not its record's, as `by` may see it; call it in the view that the figures came from."""
    try:
        left_out = [it for it in whole.failures(snapshot, by=by) if it.found != it.expected]
        return list(compare(snapshot, read(snapshot, by=by))) + left_out
    except MALFORMED as error:
        return [malformed(error)]


@dataclass(frozen=True)
class Records:
    """The records that a snapshot names, by reference: every model that has a record of that reference."""

    as_of: dt.date
    by_reference: dict[str, list[tuple[Any, Facts]]]
    milestones: dict[str, Milestone]
    files: dict[str, list[Facts]]
    standings: dict[str, set[steps.Standing]]
    life: Snapshot | None
    """What the records tell of the life of the agreement that the report is on."""
    sections: dict[str, Snapshot]
    """What the records tell of a whole section: those on one project, what they warn of, recorded transfers,
    reliance, needs and stages."""
    funds: dict[str, str | None]


def read(snapshot: Snapshot, *, by: Actor) -> Records:
    """Return the records that `snapshot` names and `by` may see, in few queries, whatever its size."""
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    rows = [row for _place, row in _rows(snapshot)]
    references = {str(row["reference"]) for row in rows if "reference" in row}
    references |= {str(row["milestone"]) for row in rows if _is_move(row)}
    found: dict[str, list[tuple[Any, Facts]]] = {}
    milestones: dict[str, Milestone] = {}
    for model, (tell, related, lists) in SOURCES.items():
        visible = model.objects.visible_to(by)  # type: ignore[attr-defined]
        records = visible.filter(reference__in=references).select_related(*related).prefetch_related(*lists)
        for record in records:
            found.setdefault(record.reference, []).append((record, tell(record, as_of)))
            if model is Milestone:
                milestones[record.reference] = record
    _add_traces(found, [row for row in rows if "heard" in row], as_of, by)
    digests = {row["sha256"] for row in rows if _is_file(row)}
    files: dict[str, list[Facts]] = {}
    seen = Evidence.objects.visible_to(by).filter(sha256__in=digests)
    for file in seen.select_related("milestone", "uploaded_by"):
        files.setdefault(file.sha256, []).append(facts.evidence(file))
    return Records(
        as_of=as_of,
        by_reference=found,
        milestones=milestones,
        files=files,
        standings=steps.standings(rows, as_of),
        life=life.recorded(snapshot["agreement"]["reference"], as_of) if "life" in snapshot else None,
        sections=_sections(snapshot, as_of, by),
        funds=_funds(snapshot),
    )


def _sections(snapshot: Snapshot, as_of: dt.date, by: Actor) -> dict[str, Snapshot]:
    found = project_sections.told(snapshot, by=by) | programme_sections.told(snapshot, by=by)
    if "warnings" in snapshot:
        found["warnings"] = warnings.told(as_of, by=by)
    if "action_points" in snapshot:
        found["action_points"] = action_points.told(snapshot, as_of, by=by)
    recorded = transfer_records.told(snapshot, by=by)
    return found if recorded is None else {**found, "transfers": recorded}


def _add_traces(
    found: dict[str, list[tuple[Any, Facts]]], rows: list[Snapshot], as_of: dt.date, by: Actor
) -> None:
    """Add what was last heard of the projects whose rows tell it."""
    told = {
        record.reference: (record, values)
        for row in rows
        for record, values in found.get(str(row["reference"]), [])
        if isinstance(record, Project)
    }
    newest = traces.newest([record for record, _values in told.values()], as_of, by)
    for reference, (_record, values) in told.items():
        kind, on, precision = newest.get(reference, (None, None, ""))
        values["trace"] = kind
        values["heard"] = {"on": on.isoformat(), "precision": precision} if on else None


def _funds(snapshot: Snapshot) -> dict[str, str | None]:
    """Return the columns of money over several projects, by their place."""
    if "projects" not in snapshot or "money" not in snapshot:
        return {}
    return {it.figure: it.expected for it in money.funds(snapshot)}


def compare(snapshot: Snapshot, records: Records) -> Iterator[Failure]:
    """Yield every value of `snapshot` that differs from its record's."""
    for place, row in _rows(snapshot):
        if _is_move(row):
            milestone = records.milestones.get(row["milestone"])
            move = facts.revision(milestone, row["number"], records.as_of) if milestone else None
            yield from _values(place, row, move) if move else _unknown(place, row["number"])
        elif _is_file(row):
            known = [it for it in records.files.get(row["sha256"], []) if it["milestone"] == row["milestone"]]
            same = next((it for it in known if it["name"] == row["name"]), known[0] if known else None)
            yield from _values(place, row, same) if same else _unknown(place, row["sha256"])
        else:
            candidates = records.by_reference.get(str(row["reference"]), [])
            # A reference may be that of a project and of an agreement; the row's keys tell which is meant.
            best = max(candidates, key=lambda it: len(it[1].keys() & row.keys()), default=None)
            yield from _values(place, row, best[1]) if best else _unknown(place, row["reference"])
            if row.get("rule") in steps.RULES:
                stands = (steps.RULES[row["rule"]], row["since"]["on"])
                if stands not in records.standings.get(row["reference"], ()):
                    yield Failure(f"{place}.since", row["since"]["on"], "the day that the audit trail tells")
    if records.life is not None:
        lived = life.compared(snapshot["life"], records.life)
        yield from (failure for failure in lived if failure.found != failure.expected)
    for place, crore in records.funds.items():
        _money, _columns, which, kind = place.split(".")
        yield from project_sections.differences(place, snapshot["money"]["funds"][which][kind], crore)
    for name, told in records.sections.items():
        yield from project_sections.differences(name, snapshot[name], told)
    if "trl" in snapshot and "project" in snapshot:
        for _record, values in records.by_reference.get(snapshot["project"]["reference"], []):
            if "trl" in values:
                yield from _values("trl", snapshot, {"trl": values["trl"]})


def _rows(snapshot: Snapshot) -> Iterator[Place]:
    """Yield every row of a record with its place, as in "milestones.overdue.rows[MST-049]"."""
    waiting: list[tuple[str, Any]] = [(key, it) for key, it in snapshot.items() if key not in OUTSIDE]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(f"{place}[{_name(row, index)}]", row) for index, row in enumerate(value, 1)]
        elif isinstance(value, dict):
            if value.get("reference") or _is_move(value) or _is_file(value):
                yield place, value
            waiting += [(f"{place}.{key}", inner) for key, inner in value.items()]


def _name(row: Any, index: int) -> str:
    return str(row.get("reference") or index) if isinstance(row, dict) else str(row)


def _is_move(row: Snapshot) -> bool:
    return {"milestone", "number", "from", "to"} <= row.keys()


def _is_file(row: Snapshot) -> bool:
    return {"sha256", "size", "name"} <= row.keys()


def _values(place: str, row: Snapshot, told: Facts) -> Iterator[Failure]:
    for key in row.keys() & told.keys():
        if not _agrees(row[key], told[key]):
            expected = told[key][-1] if isinstance(told[key], Either) else told[key]
            yield Failure(f"{place}.{key}", row[key], expected)


def _agrees(found: Any, told: Any) -> bool:
    if isinstance(told, Either):
        return any(_agrees(found, it) for it in told)
    if isinstance(found, dict) and isinstance(told, str):
        return found.get("reference") == told  # the row of the other record is compared where it stands
    if isinstance(found, dict) and isinstance(told, dict):
        return all(_agrees(found[key], told[key]) for key in found.keys() & told.keys())
    return type(found) is type(told) and found == told


def _unknown(place: str, name: Any) -> Iterator[Failure]:
    yield Failure(place, name, "a record that may be seen")
