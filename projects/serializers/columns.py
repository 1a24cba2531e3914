"""From a shape of the API to the columns of a table: the same names, in the same order, whether or not there are rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from projects.serializers.agreements import WorkingAnswerSerializer

JOINED = ";"


@dataclass(frozen=True)
class Column:
    """One column: its name, which is the dotted path of the member, and how a cell of it is read."""

    name: str
    is_number: bool = False
    is_day: bool = False
    each: str = ""  # of a list of shapes: the path to the member of each that names it
    only: str = ""  # and the one that must hold for it to be named

    def cell(self, row: Mapping[str, Any]) -> Any:
        """Return the value as a spreadsheet has it: text, number, day, yes or no; None where it is not known."""
        value = _reach(row, self.name)
        if isinstance(value, list):
            chosen = [item for item in value if not self.only or item[self.only]]
            found = (_reach(item, self.each) if self.each else item for item in chosen)
            return JOINED.join(str(item) for item in found if item is not None)
        if self.is_number and isinstance(value, str):
            return Decimal(value)
        if self.is_day and isinstance(value, str):
            return dt.date.fromisoformat(value)
        return value


def columns_of(shape: serializers.Serializer) -> list[Column]:
    """Return the columns of the shape: nested members by dotted names, a list in one cell."""
    return list(_columns(shape, ""))


def _columns(shape: serializers.BaseSerializer, above: str) -> Iterator[Column]:
    for name, field in shape.fields.items():  # type: ignore[attr-defined]
        member = _declared(shape, name, field)
        path = f"{above}{name}"
        if isinstance(member, serializers.ListSerializer):
            only = "is_yes" if isinstance(member.child, WorkingAnswerSerializer) else ""
            yield Column(path, each=_first(member.child), only=only)
        elif isinstance(member, serializers.BaseSerializer):
            yield from _columns(member, f"{path}.")
        else:
            yield Column(
                path,
                is_number=isinstance(member, serializers.DecimalField),
                is_day=isinstance(member, serializers.DateField),
            )


def _declared(shape: Any, name: str, field: serializers.Field) -> Any:
    """Return the field, or the shape that a method of the serializer declares to the OpenAPI document."""
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(shape, str(field.method_name))
        told = getattr(method, "_spectacular_annotation", {}).get("field")
        if isinstance(told, type) and issubclass(told, serializers.BaseSerializer):
            return told()
        if isinstance(told, serializers.BaseSerializer):
            return told
    return field


def _first(shape: Any) -> str:
    """Return the path to the first member of a shape: what people know it by."""
    name, field = next(iter(shape.fields.items()))
    return f"{name}.{_first(field)}" if isinstance(field, serializers.BaseSerializer) else str(name)


def _reach(row: Any, path: str) -> Any:
    for name in path.split("."):
        if row is None:
            return None
        row = row[name]
    return row
