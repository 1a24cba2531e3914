"""What must agree among the targets of a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

from projects.progress import per_cent
from reports.checks.arithmetic import Failure, Snapshot, capped, day, mean, median, text


def targets(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    rows = found["rows"]
    counts: dict[str, Callable[[Snapshot], bool]] = {
        "total": lambda row: True,
        "with_target": lambda row: row["target"] is not None,
        "with_claimed": lambda row: row["claimed"] is not None,
        "with_verified": lambda row: row["verified"] is not None,
        "with_due": lambda row: bool(row["target"] and row["target"]["due"]),
    }
    for name, holds in counts.items():
        yield Failure(f"targets.{name}", found[name], sum(holds(row) for row in rows))
    for row in rows:
        yield from _target_row(row, as_of)
    past_due = [row["reference"] for row in rows if row["past_due"]]
    yield Failure("targets.past_due", sorted(found["past_due"]), sorted(past_due))
    for name in ("claimed", "verified"):
        yield from _achievement(f"targets.{name}", found[name], rows, name)
    yield Failure("targets.by_basis", sum(it["count"] for it in found["by_basis"]), found["total"])
    for basis in found["by_basis"]:
        members = [row for row in rows if row["basis"] == basis["basis"]]
        yield Failure(f"targets.by_basis.{basis['basis']}.count", basis["count"], len(members))
        yield from _achievement(f"targets.by_basis.{basis['basis']}", basis["claimed"], members, "claimed")


def _target_row(row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    start = Decimal(row["baseline"]["value"]) if row["baseline"] else Decimal(0)
    goal = Decimal(row["target"]["value"]) if row["target"] else None
    for name in ("claimed", "verified"):
        reached = Decimal(row[name]["value"]) if row[name] else None
        # Nobody falls from 0: a falling target without a known baseline has no per cent.
        falls_from_nowhere = row["direction"] == "decrease" and not row["baseline"]
        if reached is None or goal is None or falls_from_nowhere:
            share = None
        else:
            share = per_cent(reached - start, goal - start)
        figures = row["achievement"]
        figure = f"targets.{row['reference']}.achievement.{name}"
        yield Failure(figure, figures[name], text(share))
        yield Failure(f"{figure}_capped", figures[f"{name}_capped"], text(capped(share)))
    due = day(row["target"]["due"]) if row["target"] else None
    past_due = due is not None and due < as_of and row["claimed"] is None
    yield Failure(f"targets.{row['reference']}.past_due", row["past_due"], past_due)


def _achievement(name: str, found: Snapshot, rows: list[Snapshot], which: str) -> Iterator[Failure]:
    for suffix in ("", "_capped"):
        texts = [row["achievement"][f"{which}{suffix}"] for row in rows]
        values = [Decimal(it) for it in texts if it is not None]
        yield Failure(f"{name}.count", found["count"], len(values))
        yield Failure(f"{name}.mean{suffix}", found[f"mean{suffix}"], text(mean(values)))
        yield Failure(f"{name}.median{suffix}", found[f"median{suffix}"], text(median(values)))
