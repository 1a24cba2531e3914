"""The stages of all projects in words: how many stand where, and the road of each that has one on record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from reports.printed.execution import stage
from reports.printed.roadmap import likely
from reports.templatetags.snapshot import NONE, fact_date, label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_stages.html` reads beside the snapshot."""
    rows = [row for row in found["rows"] if _is_on_record(row)]
    return {
        "by_stage": [
            (
                label(row["stage"], "Stage") if row["stage"] else _("no gate has been decided yet"),
                row["count"],
            )
            for row in found["by_stage"]
        ],
        "stage_rows": [{**row, **_words(row)} for row in rows],
        "off_the_road": found["total"] - len(rows),
    }


def _is_on_record(row: Snapshot) -> bool:
    """Whether a decision, a plan or a time box tells anything of the road."""
    commercial = row["commercial"]
    dated = row["next_planned"] or row["time_box_ends"] or (commercial and commercial["on"])
    return row["at_stage"] is not None or bool(dated)


def _words(row: Snapshot) -> Snapshot:
    return {
        "stage": stage(row),
        "box": formats.day(row["time_box_ends"]) if row["time_box_ends"] else NONE,
        "gate": label(row["next_gate"], "Gate") if row["next_gate"] else NONE,
        "likely": likely(row["next_likely"]),
        "commercial_on": _commercial(row["commercial"]),
        "commercial_likely": likely(row["commercial"]["likely"]) if row["commercial"] else NONE,
    }


def _commercial(found: Snapshot | None) -> str:
    if found is None:
        return _("does not apply")
    if found["on"] is None:
        return _("not planned yet")
    if found["passed"]:
        return _("%(day)s (gate passed)") % {"day": fact_date(found["on"])}
    if found["slip_days"]:
        words = {"day": fact_date(found["on"]), "days": formats.indian(found["slip_days"])}
        return _("%(day)s (moved by %(days)s days)") % words
    return fact_date(found["on"])
