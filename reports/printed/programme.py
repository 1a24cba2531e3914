"""The printed programme report."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reports import drawings
from reports.printed import action_points, changes, older, reliance, stages


def sections() -> dict[str, str]:
    return {
        "glance": _("At a glance"),
        "outputs": _("Outputs"),
        "reliance": _("Import reliance"),
        "sectors": _("What sectors need"),
        "projects": _("Projects"),
        "stages": _("Stages and commercialisation"),
        "milestones": _("Milestones and delay"),
        changes.SLUG: changes.title(),
        action_points.SLUG: action_points.title(),
        "money": _("Money"),
        "targets": _("Targets"),
        "agreements": _("Agreements"),
        "sources": _("Sources and method"),
    }


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    rows = {row["reference"]: row for row in snapshot["targets"]["rows"]}
    printed_first = set(snapshot["outputs"]["rows"])
    return {
        **(reliance.context(snapshot["reliance"]) if snapshot["reliance"]["bases"] else {}),
        **older.told(snapshot, "stages", stages.context),
        **older.told(snapshot, action_points.SLUG, action_points.context),
        "output_rows": [rows[reference] for reference in snapshot["outputs"]["rows"]],
        "other_rows": [row for reference, row in rows.items() if reference not in printed_first],
        "past_due_rows": [rows[reference] for reference in snapshot["targets"]["past_due"]],
        "drawings": drawings.programme(snapshot),
    }
