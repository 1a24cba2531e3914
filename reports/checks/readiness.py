"""What must agree among the readiness levels of a snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.checks.arithmetic import Failure, Snapshot, must


def readiness(found: Snapshot) -> Iterator[Failure]:
    """Counts follow from the rows; level and gap follow from what is claimed and verified."""
    rows = found["rows"]
    yield Failure("readiness.total", found["total"], len(rows))
    yield must("readiness.rows: each once", len({row["reference"] for row in rows}) == len(rows))
    for name in ("claimed", "verified"):
        there = sum(row[name] is not None for row in rows)
        yield Failure(f"readiness.{name}", found[name], there)
    for row in rows:
        name = f"readiness.{row['reference']}"
        level, verified = highest(row), row["verified"]["value"] if row["verified"] else None
        yield must(f"{name}: claimed or verified", level is not None or verified is not None)
        yield Failure(f"{name}.level", row["level"], level)
        gap = None if level is None or verified is None else level - verified
        yield Failure(f"{name}.gap", row["gap"], gap)
    both = sum(row["gap"] is not None for row in rows)
    yield Failure("readiness.both", found["both"], both)


def highest(row: Snapshot) -> int | None:
    """Return the highest level in the words of the claim: 8 in "7/8"."""
    digits = re.findall("[1-9]", row["claimed"]["value"]) if row["claimed"] else []
    return int(max(digits)) if digits else None
