"""What must agree in a partner report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from reports.checks import execution
from reports.checks.agreement import days_since_signing, tallies
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.programme import agreements, money, outputs, projects

LOOK_AHEAD = dt.timedelta(days=92)


def partner(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield from outputs(snapshot)
    yield from projects(snapshot["projects"], snapshot["milestones"], as_of)
    yield from tallies(snapshot)
    yield from money(snapshot["money"], snapshot["projects"], whole=False)
    yield from agreements(snapshot["agreements"], as_of)
    yield from _agreements(snapshot["agreements"], as_of)
    yield from _asked(snapshot, as_of)
    yield from execution.identities(snapshot, as_of)
    parts = (snapshot[name]["total"] for name in ("agreements", "projects", "milestones", "targets"))
    yield Failure("provenance", sum(snapshot["provenance"].values()), sum(parts))


def _agreements(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    rows = found["rows"]
    yield Failure("agreements.rows", len(rows), found["total"])
    yield Failure("agreements.rows: each once", len({row["reference"] for row in rows}), len(rows))
    counts: dict[str, Callable[[Snapshot], bool]] = {
        "with_project": lambda row: bool(row["has_project"]),
        "with_pilot": lambda row: bool(row["has_pilot"]),
        "with_target": lambda row: bool(row["has_target"]),
        "paper_only": lambda row: bool(row["paper_only"]),
        "milestone_only": lambda row: not row["has_project"] and not row["paper_only"],
    }
    for name, holds in counts.items():
        yield Failure(f"agreements.{name}", found[name], sum(holds(row) for row in rows))
    for kind in found["by_type"]:
        there = sum(row["type"] == kind["type"] for row in rows)
        yield Failure(f"agreements.by_type.{kind['type']}", kind["count"], there)
    paper_only = {row["reference"]: row["days"] for row in rows if row["paper_only"]}
    listed = {row["reference"]: row["days"] for row in found["paper_only_rows"]}
    yield Failure("agreements.paper_only_rows", listed, paper_only)
    for row in rows:
        name = f"agreements.{row['reference']}"
        yield Failure(f"{name}.days", row["days"], days_since_signing(row, as_of))
        yield must(f"{name}: a pilot needs a project", row["has_project"] or not row["has_pilot"])


def _asked(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """What is asked follows from the rows: the lead of a project answers for it, else all who take part."""
    asked, found = snapshot["asked"], snapshot["milestones"]
    itself = snapshot["organisation"]["reference"]
    leads = {row["reference"]: row["lead"] for row in snapshot["projects"]["rows"]}

    def own(row: Snapshot) -> bool:
        lead = leads[row["project"]] if row["project"] else None
        return lead is None or lead["reference"] == itself

    yield Failure("asked.until", asked["until"], (as_of + LOOK_AHEAD).isoformat())
    for name, rows in (("overdue", found["overdue"]["rows"]), ("due", found["upcoming"]["rows"])):
        expected = [row["reference"] for row in rows if own(row)]
        yield Failure(f"asked.{name}", asked[name], expected)
    returned = [row["reference"] for row in found["rows"] if row["status"] == "returned"]
    listed = [row["reference"] for row in asked["returned"]["milestones"]]
    yield Failure("asked.returned.milestones", sorted(listed), sorted(returned))
    waiting = [
        row["reference"] for row in found["rows"] if row["state"] == "achieved" and row["verified"] is None
    ]
    yield Failure("asked.waiting.milestones", sorted(asked["waiting"]["milestones"]), sorted(waiting))
    values = [
        row["reference"]
        for row in snapshot["targets"]["rows"]
        if row["claimed"] and row["claimed"]["level"] == 0
    ]
    yield Failure("asked.waiting.targets", asked["waiting"]["targets"], values)
    there = {row["reference"] for row in snapshot["targets"]["rows"]}
    sent_back = [row["reference"] for row in asked["returned"]["values"]]
    yield Failure("asked.returned.values: each once", len(set(sent_back)), len(sent_back))
    yield must("asked.returned.values: of listed targets", there.issuperset(sent_back))
