"""The example of docs/rules/clearances.md: state, days taken, pending, over and left of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.models import Clearance
from projects.progress.clearances import ClearanceState, clearance_figures


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of one project's clearances."""
    rows = [
        Clearance(
            is_applicable=True,
            **{
                name: dt.date.fromisoformat(value) if name.endswith(("_on", "_to")) else value
                for name, value in row.items()
            },
        )
        for row in given["clearances"]
    ]
    figures = clearance_figures(rows, dt.date.fromisoformat(given["as_of"]))
    found = {row.clearance.type: row for line in figures.checklist for row in line.rows}
    return {
        "rows": {
            name: [row.state.value, row.days_taken, row.pending_days, row.over_days, row.expires_in_days]
            for name, row in found.items()
        },
        "open": figures.open,
        "alarms": figures.alarms,
        "not_decided": figures.states[ClearanceState.NOT_DECIDED],
    }
