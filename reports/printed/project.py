"""The printed project report."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reports import drawings
from reports.printed import action_points, clearances, feed, handovers, ladders, money, older, roadmap


def sections() -> dict[str, str]:
    return {
        "facts": _("The project"),
        "roadmap": _("Roadmap"),
        "milestones": _("Milestones"),
        "revisions": _("Slippage ledger"),
        action_points.SLUG: action_points.title(),
        "targets": _("Targets"),
        "feed": _("Feed and mass balance"),
        "ladders": _("Technology and manufacturing readiness"),
        "handovers": _("Technology transfer"),
        "clearances": _("Clearances"),
        "money": _("Money"),
        "evidence": _("Evidence"),
        "sources": _("Sources and method"),
    }


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {
        **older.told(snapshot, action_points.SLUG, action_points.context),
        "drawings": drawings.project(snapshot),
        **older.told(snapshot, "roadmap", roadmap.context),
        **older.told(snapshot, "feed", feed.context),
        **older.told(snapshot, "ladders", ladders.context),
        **older.told(snapshot, "handovers", handovers.context),
        **older.told(snapshot, "clearances", clearances.context),
        **older.told(snapshot, "money", money.context),
    }
