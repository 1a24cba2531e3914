"""The action points of reviews in words."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from projects.choices import ActionState

SLUG = "action_points"


def title() -> str:
    return _("Action points of reviews")


def sections() -> dict[str, str]:
    return {SLUG: title()}


def row(_section: str, _key: str, _name: str) -> str | None:
    """Return None: the name of each row stands for itself."""
    return None


def code(section: str, key: str, value: str) -> str | None:
    """Return the word for a code; None where it is one of those that every section has."""
    return state(value) if (section, key) == (SLUG, "state") else None


@cache
def words(_language: str) -> dict[str, str]:
    """Return the words for the keys of the section, in the active language, which is the argument."""
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


def context(found: dict[str, Any]) -> dict[str, Any]:
    """Return what `_action_points.html` reads beside the section."""
    return {"action_point_rows": [{**it, "words": state(it["state"])} for it in found["rows"]]}
