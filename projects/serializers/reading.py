"""How a row is read into its shape, worked out once for all rows of an answer.

The REST framework asks anew for each field of each row where its value is and whether it needs a form of its own. For the plain
kinds of fields both are known from the shape: the answers are the same, in a third of the time (`make bench-api`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from operator import attrgetter
from types import MethodType
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import cached_property
from rest_framework import fields, relations, serializers

Way = Callable[[Any], Any]
# Their values are what JSON holds already.
AS_THEY_ARE = (
    *(fields.CharField, fields.URLField, fields.IntegerField, fields.BooleanField),
    *(fields.EmailField, fields.SlugField, fields.FloatField),
)


class Reading:
    """For shapes that are only read."""

    @cached_property
    def _ways(self: Any) -> list[tuple[str, Way]]:
        return [(str(field.field_name), way(field)) for field in self._readable_fields]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: read(instance) for name, read in self._ways}


def way(field: Any) -> Way:
    """Return what takes a row to the value of the field, None where there is none."""
    if type(field) is fields.SerializerMethodField:
        method: Way = getattr(field.parent, str(field.method_name))
        return method
    if field.source == "*" and isinstance(field, serializers.Serializer):
        return field.to_representation
    if type(field).get_attribute is not fields.Field.get_attribute and not _is_slug(field):
        return _as_ever(field)
    if len(field.source_attrs) != 1:
        is_plain = field.allow_null and field.default is fields.empty and isinstance(field, AS_THEY_ARE)
        if not is_plain or not field.source_attrs:
            return _as_ever(field)
        return _chain([_formed(str(name), _itself) for name in field.source_attrs])
    name = str(field.source)
    if type(field) in AS_THEY_ARE:
        return _value(name)
    if type(field) is fields.DateField:
        return _formed(name, dt.date.isoformat)
    if _is_slug(field):
        return _formed(name, attrgetter(str(field.slug_field)))
    return _formed(name, field.to_representation)


def _is_slug(field: Any) -> bool:
    return isinstance(field, relations.SlugRelatedField) and "." not in str(field.slug_field)


def _itself(value: Any) -> Any:
    return value


def _chain(values: list[Way]) -> Way:
    """What hangs on a row that may not be there."""

    def read(row: Any) -> Any:
        for value in values:
            if row is None:
                return None
            row = value(row)
        return row

    return read


def _value(name: str) -> Way:
    """A rule about one record is a method: its value is what it returns."""

    def read(row: Any) -> Any:
        found = getattr(row, name)
        return found() if type(found) is MethodType else found

    return read


def _formed(name: str, form: Way) -> Way:
    """The same in a form of its own. What the reader may not see was left out when the rows were loaded: as if there were none."""

    def read(row: Any) -> Any:
        try:
            found = getattr(row, name)
            if type(found) is MethodType:
                found = found()
        except ObjectDoesNotExist:
            return None
        return None if found is None else form(found)

    return read


def _unless_none(value: Way, form: Way) -> Way:
    def read(row: Any) -> Any:
        found = value(row)
        return None if found is None else form(found)

    return read


def _as_ever(field: Any) -> Way:
    return _unless_none(field.get_attribute, field.to_representation)
