"""Subqueries that are worked out once in a process: to put them together takes longer than to run them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.db import NotSupportedError, connection, models
from django.db.models.expressions import RawSQL

# Stands for the day that is asked about while a subquery is put together; no rule knows this day.
ANY_DAY = dt.date(1, 1, 2)


class Prepared(RawSQL):
    """A subquery about each row of a table, to which it refers by the table's own name.

    Where a query gives that table another name (as a query inside another one does) it is refused rather than answered wrongly.
    """

    def __init__(self, sql: str, params: tuple[Any, ...], output_field: models.Field, table: str) -> None:
        super().__init__(sql, params, output_field)
        self.table = table

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Prepared:
        if self.table in change_map:
            raise NotSupportedError(
                f"A prepared subquery about {self.table} stands in the outermost query only."
            )
        return self


def prepared(model: type[models.Model], made: Callable[[dt.date], Any], on: dt.date) -> Prepared:
    """Return what `made(on)` would, an expression with OuterRefs about the rows of `model`."""
    sql, params, output_field = _prepare(model, made, connection.vendor)
    stands_for = connection.ops.adapt_datefield_value(ANY_DAY)
    asked = connection.ops.adapt_datefield_value(on)
    found = tuple(asked if it == stands_for else it for it in params)
    return Prepared(sql, found, output_field, model._meta.db_table)


@functools.cache
def _prepare(
    model: type[models.Model], made: Callable[[dt.date], Any], vendor: str
) -> tuple[str, tuple[Any, ...], models.Field]:
    rows = model._base_manager.order_by().annotate(prepared=made(ANY_DAY)).values("prepared")
    sql, params = rows.query.sql_with_params()
    head, tail = "SELECT ", f' AS "prepared" FROM "{model._meta.db_table}"'
    if not (sql.startswith(head) and sql.endswith(tail)):
        raise NotSupportedError(f"This subquery cannot stand alone: {sql}")
    return sql.removeprefix(head).removesuffix(tail), params, rows.query.annotations["prepared"].output_field
