"""What must agree between the slippage ledger and the milestones whose dates it moved."""

from __future__ import annotations

from collections.abc import Iterator

from reports.checks.arithmetic import Failure, Snapshot, day


def revisions(snapshot: Snapshot) -> Iterator[Failure]:
    """The ledger has a line for each move of a date, with the days between its dates, and gives the reasons' figures."""
    lines, found = snapshot["revisions"], snapshot["milestones"]
    moved = {row["reference"]: row for row in found["slips"]["rows"]}
    by_milestone: dict[str, list[Snapshot]] = {}
    for line in lines:
        name = f"revisions.{line['milestone']}/{line['number']}"
        days = (day(line["to"]) - day(line["from"])).days  # type: ignore[operator]
        yield Failure(f"{name}.days", line["days"], days)
        by_milestone.setdefault(line["milestone"], []).append(line)
    yield Failure("revisions: milestones", sorted(by_milestone), sorted(moved))
    counts: dict[str, list[int]] = {}
    for reference, own in by_milestone.items():
        row = moved.get(reference)
        if row is None:
            continue
        own.sort(key=lambda line: line["number"])
        yield Failure(f"milestones.{reference}.revisions", row["revisions"], len(own))
        yield Failure(f"milestones.{reference}.latest", row["latest"], own[-1]["to"])
        yield Failure(f"milestones.{reference}.reason", row["reason"], own[-1]["reason"])
        before = day(row["baseline"])
        for line in own:
            to = day(line["to"])
            counts.setdefault(line["reason"], []).append((to - before).days)  # type: ignore[operator]
            before = to
    for row in found["reasons"]:
        days_moved = counts.get(row["reason"], [])
        yield Failure(f"milestones.reasons.{row['reason']}.count", row["count"], len(days_moved))
        yield Failure(f"milestones.reasons.{row['reason']}.days", row["days"], sum(days_moved))
