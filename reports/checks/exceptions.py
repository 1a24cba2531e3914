"""What must agree in an exceptions report alone: every rule is applied again to the records that it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from projects.progress import Band, months_after
from reports.checks.arithmetic import Failure, Snapshot, day, must
from reports.checks.life import life_lines
from reports.checks.milestones import milestone_row
from reports.checks.readiness import highest, readiness
from reports.checks.revisions import revisions
from reports.checks.warnings import warnings

# docs/rules/exceptions.md
LIMITS = {
    "moved": {"value": 2, "unit": "times"},
    "no_owner": {"value": 30, "unit": "days"},
    "stale": {"value": 180, "unit": "days"},
    "waiting": {"value": 30, "unit": "days"},
    "no_project": {"value": 12, "unit": "months"},
}
ENDED = ("expired", "terminated")
Since = dict[str, Snapshot | None]  # the date of a fact from which the days are counted, by reference


def exceptions(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    found, named = snapshot["exceptions"], snapshot["named"]
    yield from _named(named, as_of)
    yield from readiness(snapshot["readiness"])
    yield from warnings(snapshot["warnings"], as_of)
    expected = {name: rule(snapshot, as_of) for name, rule in RULES.items()}
    records = _records(snapshot)
    codes = [rule["code"] for rule in found["rules"]]
    yield Failure("exceptions.rules", sorted(codes), sorted([*expected, "waiting", "returned"]))
    for rule in found["rules"]:
        yield from _rule(rule, expected.get(rule["code"]), records, as_of)
    overdue = [row["band"] for row in named["milestones"]["rows"] if row["overdue_days"] is not None]
    yield Failure("exceptions.bands", [row["band"] for row in found["bands"]], [str(it.value) for it in Band])
    for row in found["bands"]:
        yield Failure(f"exceptions.bands.{row['band']}", row["count"], overdue.count(row["band"]))
    yield from _subjects(found, records)
    total = sum(len(rows) for rows in records.values())
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)


def _records(snapshot: Snapshot) -> dict[str, dict[str, Snapshot]]:
    """Return the records of each kind that the report holds, by reference."""
    named = snapshot["named"]
    lists = {
        "milestone": named["milestones"]["rows"],
        "target": snapshot["targets"]["rows"],
        "project": named["projects"]["rows"],
        "agreement": named["agreements"]["rows"],
    }
    return {kind: {row["reference"]: row for row in rows} for kind, rows in lists.items()}


def _named(named: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    for name in ("milestones", "projects", "agreements"):
        yield Failure(f"named.{name}.total", named[name]["total"], len(named[name]["rows"]))
    yield from life_lines(named["agreements"]["rows"], "named.agreements", as_of)
    rows = named["milestones"]["rows"]
    for row in rows:
        yield from milestone_row(row, as_of)
        lines = sum(line["milestone"] == row["reference"] for line in named["moves"])
        yield Failure(f"milestones.{row['reference']}.revisions", row["revisions"], lines)
    moved = [row for row in rows if row["slip_days"] is not None]
    yield from revisions(
        {"revisions": named["moves"], "milestones": {"slips": {"rows": moved}, "reasons": []}}
    )


# --- each rule again, from the rows alone ---


def _overdue(snapshot: Snapshot, as_of: dt.date) -> Since:
    return {row["reference"]: row["latest"] for row in _open(snapshot) if _on(row["latest"]) < as_of}


def _moved(snapshot: Snapshot, _as_of: dt.date) -> Since:
    second = {line["milestone"]: line["on"] for line in snapshot["named"]["moves"] if line["number"] == 2}
    found = [row["reference"] for row in _open(snapshot) if row["reference"] in second]
    return {reference: _exact(second[reference]) for reference in found}


def _no_owner(snapshot: Snapshot, as_of: dt.date) -> Since:
    found: Since = {}
    for row in _open(snapshot):
        begins = _on(row["latest"]) - dt.timedelta(days=30)
        if begins <= as_of and row["owner"] is None:
            found[row["reference"]] = row["latest"] | {"on": begins.isoformat()}
    return found


def _stale(snapshot: Snapshot, as_of: dt.date) -> Since:
    return {
        row["reference"]: row["heard"]
        for row in snapshot["named"]["projects"]["rows"]
        if row["heard"] is None or (as_of - _on(row["heard"])).days > 180
    }


def _past_due(snapshot: Snapshot, as_of: dt.date) -> Since:
    return {
        row["reference"]: row["target"]["due"]
        for row in _targets(snapshot)
        if not row["claimed"] and row["target"] and row["target"]["due"] and _on(row["target"]["due"]) < as_of
    }


def _unverified(snapshot: Snapshot, _as_of: dt.date) -> Since:
    return {
        row["reference"]: _exact(row["claimed"]["on"])
        for row in _targets(snapshot)
        if row["claimed"] and not row["verified"]
    }


def _readiness(snapshot: Snapshot, as_of: dt.date) -> Since:
    found: Since = {}
    for row in snapshot["readiness"]["rows"]:
        verified = row["verified"]["value"] if row["verified"] else 0
        if (highest(row) or 0) > verified:
            on = row["claimed"]["on"]
            found[row["reference"]] = _exact(on) if on and on <= as_of.isoformat() else None
    return found


def _paper_only(snapshot: Snapshot, as_of: dt.date) -> Since:
    found: Since = {}
    for row in snapshot["named"]["agreements"]["rows"]:
        if row["paper_only"]:
            signed = row["signed"]
            known = signed and signed["precision"] == "day" and _on(signed) <= as_of
            found[row["reference"]] = signed if known else None
    return found


def _no_project(snapshot: Snapshot, as_of: dt.date) -> Since:
    found: Since = {}
    for row in snapshot["named"]["agreements"]["rows"]:
        if row["signed"] is None or row["life"]["status"] in ENDED or row["has_project"]:
            continue
        since = months_after(_on(row["signed"]), 12)
        if since <= as_of:
            found[row["reference"]] = row["signed"] | {"on": since.isoformat()}
    return found


RULES: dict[str, Callable[[Snapshot, dt.date], Since]] = {
    "overdue": _overdue,
    "moved": _moved,
    "no_owner": _no_owner,
    "stale": _stale,
    "past_due": _past_due,
    "unverified": _unverified,
    "readiness": _readiness,
    "paper_only": _paper_only,
    "no_project": _no_project,
}


def _open(snapshot: Snapshot) -> list[Snapshot]:
    return [row for row in snapshot["named"]["milestones"]["rows"] if row["state"] == "open"]


def _targets(snapshot: Snapshot) -> list[Snapshot]:
    rows: list[Snapshot] = snapshot["targets"]["rows"]
    return rows


# --- what the rules found ---


def _rule(
    rule: Snapshot, expected: Since | None, records: dict[str, dict[str, Snapshot]], as_of: dt.date
) -> Iterator[Failure]:
    name, rows = f"exceptions.{rule['code']}", rule["rows"]
    yield Failure(f"{name}.count", rule["count"], len(rows))
    yield Failure(f"{name}.limit", rule["limit"], LIMITS.get(rule["code"]))
    there = [row["reference"] for row in rows]
    yield Failure(f"{name}: each once", len(set(there)), len(there))
    if expected is not None:
        yield Failure(f"{name}.rows", sorted(there), sorted(expected))
    for row in rows:
        own, on = f"{name}.{row['reference']}", day(row["since"])
        if expected is not None:
            yield Failure(f"{own}.since", row["since"], expected.get(row["reference"]))
        elif rule["code"] == "waiting":
            yield must(f"{own}: more than 30 days", on is not None and (as_of - on).days > 30)
        else:
            yield must(f"{own}: up to the as-of date", on is not None and on <= as_of)
        yield Failure(f"{own}.days", row["days"], (as_of - on).days if on else None)
        yield Failure(f"{own}.rule", row["rule"], rule["code"])
        yield from _as_recorded(own, row, records)
    order = sorted(rows, key=lambda row: (row["days"] is None, -(row["days"] or 0), row["reference"]))
    yield must(f"{name}: the longest first", rows == order)


def _as_recorded(name: str, row: Snapshot, records: dict[str, dict[str, Snapshot]]) -> Iterator[Failure]:
    record = records[row["kind"]].get(row["reference"])
    yield must(f"{name}: a record of the report", record is not None)
    if record is not None:
        title = record["title"] if "title" in record else record["name"]
        yield Failure(f"{name}.title", row["title"], title)
        yield Failure(f"{name}.owner", row["owner"], record.get("owner"))


def _subjects(found: Snapshot, records: dict[str, dict[str, Snapshot]]) -> Iterator[Failure]:
    by_subject: dict[tuple[str, str], list[Snapshot]] = {}
    for rule in found["rules"]:
        for row in rule["rows"]:
            by_subject.setdefault((row["kind"], row["reference"]), []).append(row)
    yield Failure("exceptions.total", found["total"], sum(rule["count"] for rule in found["rules"]))
    yield Failure("exceptions.distinct", found["distinct"], len(by_subject))
    several = sum(len(rows) > 1 for rows in by_subject.values())
    yield Failure("exceptions.several", found["several"], several)
    there = sorted((kind, name) for kind, rows in records.items() for name in rows)
    yield Failure("named: exactly what stands under a rule", there, sorted(by_subject))
    for kind in found["kinds"]:
        yield Failure(f"exceptions.kinds.{kind['kind']}.named", kind["named"], len(records[kind["kind"]]))
        yield Failure(f"exceptions.kinds.{kind['kind']}", kind["total"], kind["named"] + kind["clear"])


def _on(value: Snapshot) -> dt.date:
    return dt.date.fromisoformat(value["on"])


def _exact(value: str | None) -> Snapshot | None:
    return {"on": value, "precision": "day"} if value else None
