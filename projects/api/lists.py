"""Lists and records that are read often: by questions that are put together once, into light rows, by shapes that are made once.

A view that has a `reading` is read this way. What its rows are, who sees them and how they are filtered is said where it is said for
all others, and the shape is the same: only the models in between are left out (docs/adr/0018-hot-reads.md).
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django_filters import ModelChoiceFilter
from rest_framework.exceptions import NotFound

from projects import permissions
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
            self._counted = self.view.filter_queryset(self.view.get_queryset()).count()
        return self._counted

    def __getitem__(self, portion: slice) -> list[Any]:
        if self.foreseen and portion.start == self.foreseen[0]:
            found = self._found[: portion.stop - portion.start]
        else:
            found = self._read(portion, counted=False)
        return self.reading.read(found)

    def _read(self, portion: slice, *, counted: bool) -> list[Any]:
        stand_ins = {name: POSITION for name in self.position if abs(self.position[name]) <= FARTHEST}
        asked = {POSITION: self.position[name] for name in stand_ins}

        def made() -> QuerySet:
            rows = self.view.filter_queryset(self.view.get_queryset())
            more = {"counted": _count(rows)} if counted else {}
            rows = rows.order_by(*self.order) if self.order else rows
            rows = rows.filter(**{**self.position, **stand_ins})
            return self.reading.of(rows, self.view.by, self.view.on, **more)[portion]

        key = _key(self.view)
        if key is not None:
            key = (key, self.order, tuple(stand_ins), portion.start, portion.stop, counted)
        return ask(key if len(stand_ins) == len(self.position) else None, made, asked)


def page(view: Any) -> Any:
    """Answer with a page of the view's list."""
    rows = view.paginator.paginate_queryset(Asked(view), view.request, view=view)
    return view.paginator.get_paginated_response(shaped(view, rows))


def record(view: Any) -> Any:
    """Return the record that the address names, as a light row, or raise NotFound."""
    reading, field = view.detail_reading, view.lookup_field

    def made() -> QuerySet:
        return reading.of(view.get_queryset().filter(**{field: REFERENCE}), view.by, view.on)[:1]

    found = ask((type(view), view.action, permissions.reach(view.by), view.on), made, {REFERENCE: view.kwargs[field]})
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


def _key(view: Any) -> Hashable:
    """Return what decides the question of a list; None where a filter looks a record up first."""
    asked = {name: value for name, value in view.request.query_params.items() if name not in ELSEWHERE}
    known = getattr(view.filterset_class, "base_filters", {})
    if any(isinstance(known.get(name), ModelChoiceFilter) for name in asked):
        return None
    return type(view), view.action, permissions.reach(view.by), view.on, tuple(sorted(asked.items()))


def _count(rows: QuerySet) -> RawSQL:
    """Return the number of the rows, of all pages, as a column of each."""
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    return RawSQL(f"(SELECT COUNT(*) FROM ({sql}) counted_rows)", params, output_field=IntegerField())  # noqa: S611 - our own SQL
