"""The log of downloads as a part of a report's page."""

from __future__ import annotations

from typing import Any

from django import template

from projects import permissions
from projects.models import audit
from projects.permissions import Actor
from reports.models import Report

SHOWN = 5

register = template.Library()


@register.inclusion_tag("reports/_downloads.html")
def downloads(report: Report, actor: Actor) -> dict[str, Any]:
    """Return the latest downloads of the report, for those who may read its history."""
    if not report.is_readable or not permissions.allows(actor, "history.read", report):
        return {}
    events = audit.history(report).filter(action="report.download").order_by("-seq")
    return {"report": report, "events": list(events[:SHOWN]), "shown": True}
