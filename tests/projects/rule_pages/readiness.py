"""The examples of docs/rules/readiness.md: [level, day, assessed by, level of verification or null, verified on or null]."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.choices import Ladder
from projects.models import Readiness
from projects.progress.readiness_ladder import ladder_standing


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of the assessments of one ladder on a day."""
    rows = [_row(given["ladder"], number, *line) for number, line in enumerate(given["rows"], 1)]
    found = ladder_standing(rows, Ladder(given["ladder"]), dt.date.fromisoformat(given["as_of"]))
    return {
        "claimed": [found.claimed.value, found.claimed.assessor] if found.claimed else None,
        "verified": [found.verified.value, found.verified.assessor] if found.verified else None,
        "lead": found.lead,
        "valley": found.is_in_valley,
        "falls": [[it.before.value, it.row.value] for it in found.falls],
        "gaps": [[it.below, it.row.value] for it in found.gaps],
    }


def _row(
    ladder: str, number: int, value: int, day: str, assessor: str, level: int | None, on: str | None
) -> Readiness:
    return Readiness(
        pk=number,
        project_id=1,
        ladder=ladder,
        value=value,
        assessed_on=dt.date.fromisoformat(day),
        assessor=assessor,
        status="verified" if level else "claimed",
        level=level or 0,
        verified_on=dt.date.fromisoformat(on) if on else None,
    )
