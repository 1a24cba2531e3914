"""The sections of a programme report that are told again from the records: reliance, needs of sectors, stages."""

from __future__ import annotations

import datetime as dt

from projects.permissions import Actor
from reports.checks import reliance, sectors, stages
from reports.checks.arithmetic import Snapshot


def told(snapshot: Snapshot, *, by: Actor) -> dict[str, Snapshot]:
    """Return the sections as the records tell them; what only the identities hold is taken as it stands."""
    if "stages" not in snapshot or "sectors" not in snapshot:
        return {}
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    bases, shares = reliance.told(as_of, by=by)
    cases, rows = stages.told(as_of, by=by)
    found = snapshot["reliance"]
    return {
        "reliance": {**found, "bases": {**found["bases"], "rows": bases}, "shares": shares},
        "sectors": {**snapshot["sectors"], "rows": sectors.told(as_of, by=by)},
        "stages": {**snapshot["stages"], "cases": cases, "rows": rows},
    }
