"""The printed scorecard of technology transfer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from projects import charts, formats
from projects.charts import Row, Value
from reports import drawings
from reports.printed import older, transfers

Snapshot = dict[str, Any]
TOP = 9  # of the readiness scale


def sections() -> dict[str, str]:
    return {
        "glance": _("At a glance"),
        "transfers": _("Technology transfers"),
        "agreements": _("Technology agreements"),
        "readiness": _("Technology readiness"),
        "milestones": _("Milestones of transfer"),
        "indicators": _("Indicators of transfer"),
        "results": _("What it led to"),
        "sources": _("Sources and method"),
    }


def context(snapshot: Snapshot) -> Snapshot:
    targets = {row["reference"]: row for row in snapshot["targets"]["rows"]}
    results = snapshot["results"]
    rows = snapshot["technology"]["rows"]
    under = [targets[reference] for reference in results["under"]["rows"]]
    return {
        **older.told(snapshot, "transfers", transfers.context),
        "definitive_rows": [row for row in rows if row["definitive"]],
        "intent_rows": [row for row in rows if not row["definitive"]],
        "families": [
            {
                **family,
                "title": _families()[family["code"]],
                "members": [targets[reference] for reference in family["rows"]],
            }
            for family in snapshot["indicators"]["families"]
        ],
        "under_rows": under,
        "other_rows": [targets[reference] for reference in results["other"]["rows"]],
        "drawings": {
            "steps": _steps(snapshot["technology"]),
            "readiness": _readiness(snapshot["readiness"]["rows"]),
            "indicators": drawings.achievement(
                _("Achievement of the indicators of transfer, per cent"),
                [targets[it] for family in snapshot["indicators"]["families"] for it in family["rows"]],
            ),
            "under": drawings.achievement(_("Achievement under technology agreements, per cent"), under),
        },
    }


def _families() -> dict[str, str]:
    return {
        "TT": _("Transfer (TT)"),
        "TEC": _("Technology performance (TEC)"),
        "SKL": _("Skills (SKL)"),
        "INT": _("Sectors served (INT)"),
    }


def _steps(found: Snapshot) -> charts.Bars | None:
    """Return the way from an agreement that names a technology to verified evidence of its transfer."""
    proof = found["proof"]
    steps = {
        _("agreements that name a technology"): found["total"],
        _("with a project"): found["with_project"],
        _("definitive: duties that bind"): found["definitive"],
        _("in force"): found["standing"]["in_force"],
        _("with claimed or verified evidence of transfer"): proof["claimed"] + proof["verified"],
        _("with verified evidence of transfer"): proof["verified"],
    }
    drawn = [Row(name, formats.indian(count), [Value("counted", count)]) for name, count in steps.items()]
    title = _("From paper to transfer: agreements that name a technology")
    # One colour for one thing: a legend would say nothing.
    return replace(charts.bars(title, drawn), roles=()) if found["total"] else None


def _readiness(rows: list[Snapshot]) -> charts.Bars | None:
    """Return the claimed level of each project (lighter) and the verified one (solid), on the scale of nine."""
    drawn = [
        Row(
            f"{row['reference']} {row['name']}",
            _level(row),
            (
                Value("claimed", row["level"]),
                Value("verified", row["verified"]["value"] if row["verified"] else None),
            ),
        )
        for row in rows
    ]
    title = _("Technology readiness level, 1 to 9: claimed and verified")
    return charts.bars(title, drawn, maximum=TOP) if drawn else None


def _level(row: Snapshot) -> str:
    claimed = row["claimed"]["value"] if row["claimed"] else formats.unknown()
    return f"{claimed} · {row['verified']['value'] if row['verified'] else '–'}"
