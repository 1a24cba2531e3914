"""The clearances of one project in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects.progress.clearances import OPEN, ClearanceState
from reports.templatetags.snapshot import label

Snapshot = dict[str, Any]
HOT = (ClearanceState.OVERDUE, ClearanceState.EXPIRED, ClearanceState.REFUSED)


def context(found: Snapshot) -> Snapshot:
    """Return what `_project_clearances.html` reads beside the snapshot."""
    return {
        "clearance_rows": [
            {
                **row,
                "words": str(ClearanceState(row["state"]).label),
                "is_hot": row["state"] in HOT,
                "decided": row["refused"] or row["granted"],
                "days": row["pending_days"] if row["state"] in OPEN else row["days_taken"],
            }
            for row in found["rows"]
        ],
        "clearance_notes": list(_notes(found["rows"])),
        "clearances_undecided": ", ".join(label(kind, "ClearanceType") for kind in found["undecided"]),
    }


def _notes(rows: list[Snapshot]) -> Iterator[str]:
    for row in rows:
        name = {"clearance": label(row["type"], "ClearanceType")}
        if row["reason"]:
            yield _("%(clearance)s: why it applies or not: %(reason)s") % {**name, "reason": row["reason"]}
        if row["conditions"]:
            yield _("%(clearance)s: conditions: %(conditions)s") % {**name, "conditions": row["conditions"]}
