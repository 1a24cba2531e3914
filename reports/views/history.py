"""What was done to a row of reports, in words."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import formats
from projects.models import User, audit

ACTIONS = {
    "schedule.create": gettext_lazy("scheduled"),
    "schedule.change": gettext_lazy("changed"),
}


def told(row: Model) -> list[dict[str, Any]]:
    """Return the events of a row, oldest first, each with its action in words and what it changed; two queries."""
    events = list(audit.history(row))
    owners = {value for event in events for part in (event.before, event.after) for value in _owner(part)}
    people = {str(key): user.by_post for key, user in User.objects.in_bulk(owners).items()} if owners else {}
    return [
        {
            "event": event,
            "action": ACTIONS.get(event.action, event.action),
            "changes": [
                (
                    _label(row, name),
                    *(
                        _shown(row, name, part.get(name), people)
                        for part in (event.before, event.after or {})
                    ),
                )
                for name in event.after or {}
            ]
            if event.before
            else [],
        }
        for event in events
    ]


def _owner(part: dict[str, Any] | None) -> list[Any]:
    owner = (part or {}).get("owner_id")
    return [] if owner is None else [owner]


def _field(row: Model, name: str) -> Any:
    try:
        return row._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None


def _label(row: Model, name: str) -> str:
    field = _field(row, name)
    return str(field.verbose_name) if field else name


def _shown(row: Model, name: str, value: Any, people: dict[str, str]) -> str:
    if value is None or value in ("", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "owner_id":
        return people.get(str(value), str(value))
    if name.endswith("_on"):
        return formats.day(value)
    return str(value)
