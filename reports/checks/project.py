"""What must agree in a project report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reports.checks.arithmetic import Failure, Snapshot, day
from reports.checks.milestones import LISTS, milestone_row


def project(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    found = snapshot["milestones"]
    yield Failure("milestones.rows", len(found["rows"]), found["total"])
    for name, count in found["states"].items():
        there = sum(row["state"] == name for row in found["rows"])
        yield Failure(f"milestones.states.{name}", count, there)
    verified = sum(row["verified"] is not None for row in found["rows"])
    yield Failure("milestones.verified", found["verified"], verified)
    for row in found["rows"]:
        yield from milestone_row(row, as_of)
    rows = {row["reference"]: row for row in found["rows"]}
    for name in LISTS:
        for row in found[name]["rows"]:
            yield Failure(f"milestones.{name}.{row['reference']}", row, rows.get(row["reference"]))
    for line in snapshot["revisions"]:
        days = (day(line["to"]) - day(line["from"])).days  # type: ignore[operator]
        yield Failure(f"revisions.{line['milestone']}.days", line["days"], days)
    counted = sum(row["revisions"] for row in found["rows"])
    yield Failure("revisions", len(snapshot["revisions"]), counted)
    total = 1 + found["total"] + snapshot["targets"]["total"]
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)
