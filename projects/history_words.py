"""Audit events in words: labels for codes, names for keys, in a fixed number of queries for a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, DateField, DateTimeField, Model
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from projects import formats
from projects.models import AuditEvent
from projects.permissions import Actor


@dataclass(frozen=True)
class Moved:
    """A field that an event changed, in words; at the first event it was nothing before."""

    label: str
    before: str
    after: str


def told(model: type[Model], events: Sequence[AuditEvent], by: Actor) -> list[tuple[AuditEvent, list[Moved]]]:
    """Return each event with what it changed, one query for each kind of row that the model refers to.

    What `by` may not see is not named to them.
    """
    names = _names(model, events, by)
    return [
        (
            event,
            [
                Moved(
                    _label(model, name),
                    _shown(model, name, (event.before or {}).get(name), names),
                    _shown(model, name, value, names),
                )
                for name, value in (event.after or {}).items()
                if event.before is not None or value not in (None, "", [])
            ],
        )
        for event in events
    ]


def _field(model: type[Model], name: str) -> Any:
    try:
        return model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None


def _names(model: type[Model], events: Sequence[AuditEvent], by: Actor) -> dict[Any, dict[int, str]]:
    """Return, by kind of row, the names of the rows of which the events tell by their keys."""
    keys: dict[Any, set[int]] = {
        it.related_model: set() for it in model._meta.concrete_fields if it.is_relation
    }
    for event in events:
        for part in (event.before or {}, event.after or {}):
            for name, value in part.items():
                field = _field(model, name)
                if field is not None and field.many_to_one and isinstance(value, int):
                    keys[field.related_model].add(value)
    found = {}
    for other, wanted in keys.items():
        rows = other._default_manager.all()
        seen = rows.visible_to(by) if hasattr(rows, "visible_to") else rows
        found[other] = {row.pk: getattr(row, "by_post", "") or str(row) for row in seen.filter(pk__in=wanted)}
    return found


def _label(model: type[Model], name: str) -> str:
    field = _field(model, name)
    label = str(getattr(field, "verbose_name", "") or name.replace("_", " "))
    return label[:1].upper() + label[1:]


def _shown(model: type[Model], name: str, value: Any, names: dict[Any, dict[int, str]]) -> str:
    if value in (None, "", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(model, name)
    if isinstance(value, list):
        return ", ".join(str(it) for it in value)
    if field is None or isinstance(field, BooleanField):
        return str(value)
    if field.many_to_one:
        return names[field.related_model].get(value, _("not shown to you"))
    if isinstance(field, DateTimeField):
        return date_format(localtime(parse_datetime(value)), "j M Y, H:i")
    if isinstance(field, DateField):
        return formats.day(value)
    return str(dict(field.flatchoices).get(value, value) if field.choices else value)
