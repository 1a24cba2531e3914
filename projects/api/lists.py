"""Lists and records that are read often: by questions that are put together once, into light rows, by shapes that are made once.

A view that has a `reading` is read this way. What its rows are, who sees them and how they are filtered is said where it is said for
all others, and the shape is the same: only the models in between are left out (docs/adr/0018-hot-reads.md).
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django_filters import ModelChoiceFilter
from django_filters.utils import translate_validation
from rest_framework.exceptions import NotFound

from projects import permissions
from projects.models.light import LightRows
from projects.models.questions import ask

POSITION = -(2**62) - 1  # stands for where a cursor is
REFERENCE = "the reference that is asked for"
FARTHEST = 2**63 - 1
# Parameters that do not change which rows there are; a day is part of the reach.
ELSEWHERE = frozenset({"cursor", "page", "page_size", "fields", "as_of", "format"})

_made = threading.local()


class Asked:
    """Stands for the rows of a list where pages are cut: it is put in order, filtered by a position, counted and sliced."""

    def __init__(self, view: Any) -> None:
        self.view, self.reading = view, view.reading
        self.order: tuple[str, ...] = ()
        self.position: dict[str, int] = {}
        self.foreseen: tuple[int, int] | None = None
        self._counted: int | None = None
        self._found: list[Any] = []

    def order_by(self, *order: str) -> Asked:
        self.order = order
        return self

    def filter(self, **position: Any) -> Asked:
        self.position = {name: int(value) for name, value in position.items()}
        return self

    def foresee(self, start: int, stop: int) -> None:
        """Say which rows will be asked for, so that they come along with the count."""
        self.foreseen = (start, stop)

    def count(self) -> int:
        if self._counted is None and self.foreseen:
            self._found = self._read(slice(*self.foreseen), counted=True)
            if self._found or self.foreseen[0] == 0:
                self._counted = self._found[0][-1] if self._found else 0
        if self._counted is None:
            self._counted = self.view.filter_queryset(self.view.get_queryset()).order_by().count()
        return self._counted

    def __getitem__(self, portion: slice) -> list[Any]:
        if self.foreseen and portion.start == self.foreseen[0]:
            found = self._found[: portion.stop - portion.start]
        else:
            found = self._read(portion, counted=False)
        return self.reading.read(found)

    def _read(self, portion: slice, *, counted: bool) -> list[Any]:
        view = self.view
        named = _named(view)
        stand_ins = {name: POSITION for name in self.position if abs(self.position[name]) <= FARTHEST}

        def made() -> QuerySet:
            rows = _filtered(view, view.get_queryset(), named)
            more = {"counted": _count(rows)} if counted else {}
            rows = rows.order_by(*self.order) if self.order else rows
            rows = rows.filter(**{**self.position, **stand_ins})
            return self.reading.of(rows, view.by, view.on, **more)[portion]

        cut = (self.order, tuple(stand_ins), portion.start, portion.stop, counted)
        key = (_key(view, named), cut) if len(stand_ins) == len(self.position) else None
        asked: dict[Any, Any] = {_stand_in(name): value for name, value in named.items()}
        if stand_ins:
            (asked[POSITION],) = self.position.values()
        found = ask(key, made, asked)
        if named and not found:
            view.filter_queryset(view.get_queryset())  # raises where what is named is unknown
        return found


def page(view: Any) -> Any:
    """Answer with a page of the view's list."""
    _ = view.on  # a day that is none is refused as such, whatever else is wrong
    rows = view.paginator.paginate_queryset(Asked(view), view.request, view=view)
    return view.paginator.get_paginated_response(shaped(view, rows))


def record(view: Any, reading: LightRows) -> Any:
    """Return the record that the address names, as a light row, or raise NotFound."""
    field = view.lookup_field

    def made() -> QuerySet:
        return reading.of(view.get_queryset().filter(**{field: REFERENCE}), view.by, view.on)[:1]

    found = ask(
        (type(view), view.action, permissions.reach(view.by), view.on), made, {REFERENCE: view.kwargs[field]}
    )
    if not found:
        raise NotFound
    return reading.read(found)[0]


def shaped(view: Any, rows: list[Any]) -> list[Any]:
    """Return the rows in the shape of the view, with the fields that were asked for."""
    if "fields" in view.request.query_params:
        found: list[Any] = view.get_serializer(rows, many=True).data
        return found
    shapes = _made.__dict__.setdefault("shapes", {})  # of this thread alone: a shape knows who asks
    kind = view.get_serializer_class()
    shape = shapes.get(kind)
    if shape is None:
        shape = shapes[kind] = kind()
    shape._context = view.get_serializer_context()
    try:
        return [shape.to_representation(row) for row in rows]
    finally:
        shape._context = {}


def _key(view: Any, named: dict[str, str]) -> Hashable:
    """Return what decides the question of a list, beside how it is cut."""
    asked = {name: value for name, value in view.request.query_params.items() if name not in ELSEWHERE}
    others = tuple(sorted(pair for pair in asked.items() if pair[0] not in named))
    return type(view), view.action, permissions.reach(view.by), view.on, tuple(named), others


def _named(view: Any) -> dict[str, str]:
    """Return the filters by the reference of a record, which the question finds by itself, with the references."""
    known = getattr(view.filterset_class, "base_filters", {})
    return {
        name: value
        for name, value in view.request.query_params.items()
        if value and "\x00" not in value and isinstance(known.get(name), ModelChoiceFilter)
    }


def _filtered(view: Any, rows: QuerySet, named: dict[str, str]) -> QuerySet:
    """Return the rows by the filters of the list; a record that is named is looked for among those that the caller may see."""
    others = view.request.query_params.copy()
    for name in named:
        filtered = view.filterset_class.base_filters[name]
        field = filtered.extra["to_field_name"]
        seen = filtered.queryset(view.request).filter(**{field: _stand_in(name)})
        rows = rows.filter(**{filtered.field_name: Subquery(seen.values("pk")[:1])})
        del others[name]
    found = view.filterset_class(others, queryset=rows, request=view.request)
    if not found.is_valid():
        raise translate_validation(found.errors)
    return found.qs


def _stand_in(name: str) -> str:
    return f"the {name} that is asked for"


def _count(rows: QuerySet) -> RawSQL:
    """Return the number of the rows, of all pages, as a column of each."""
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    return RawSQL(f"(SELECT COUNT(*) FROM ({sql}) counted_rows)", params, output_field=IntegerField())  # noqa: S608, S611 - our own SQL
