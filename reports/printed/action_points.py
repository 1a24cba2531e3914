"""The action points of reviews in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects.choices import ActionState

SLUG = "action_points"


def title() -> str:
    return _("Action points of reviews")


def words() -> dict[str, str]:
    """Return the words for the keys of the section, where they differ from those of other sections."""
    return {
        "about": _("about"),
        "decided_on": _("decided on"),
        "done": _("done, not closed"),
        "done_note": _("what shows that it is done"),
        "done_on": _("done on"),
        "due_on": _("due date"),
        "meeting": _("review meeting"),
        "open": _("open"),
        "overdue": _("overdue"),
        "overdue_days": _("days overdue"),
        "owner": _("organisation of the owner"),
        "owner_post": _("owner (post)"),
        "text": _("what is to be done"),
        "total": _("total"),
    }


def state(code: str) -> str:
    return str(ActionState(code).label)


def context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what `_action_points.html` reads beside the snapshot; nothing for a report made before there were any."""
    found = snapshot.get(SLUG)
    return {
        "action_point_rows": [{**row, "words": state(row["state"])} for row in found["rows"]] if found else []
    }
