"""How claims stood on a day, looked up anew in the audit trail, one history after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from projects.models import AuditEvent, Measurement, Milestone
from reports.checks.arithmetic import Snapshot
from reports.periods import IST

# The step that an entry of each rule stands on.
RULES = {"waiting": "claim", "returned": "return"}
Standing = tuple[str, str]


def standings(rows: Iterable[Snapshot], as_of: dt.date) -> dict[str, set[Standing]]:
    """Return the last step and its day of the claims on each milestone or target that `rows` name; two queries per model."""
    asked = {row["reference"] for row in rows if row.get("rule") in RULES}
    found: dict[str, set[Standing]] = {}
    if not asked:
        return found
    milestones = Milestone.objects.filter(reference__in=asked).values_list("pk", "reference")
    measurements = Measurement.objects.filter(target__reference__in=asked)
    for model, owners in (
        (Milestone, dict(milestones)),
        (Measurement, dict(measurements.values_list("pk", "target__reference"))),
    ):
        name = str(model._meta.model_name)
        events = AuditEvent.objects.filter(
            object_type=f"projects.{name}", object_id__in=[str(key) for key in owners]
        )
        last: dict[str, Standing] = {}
        for key, action, at in events.order_by("seq").values_list("object_id", "action", "at"):
            day = at.astimezone(IST).date()
            if day <= as_of and action in {
                f"{name}.{step}" for step in ("claim", "return", "verify", "cancel")
            }:
                last[key] = (action.removeprefix(f"{name}."), day.isoformat())
        for key, standing in last.items():
            found.setdefault(owners[int(key)], set()).add(standing)
    return found
