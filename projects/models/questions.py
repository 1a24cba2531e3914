"""Questions that are put into SQL once in a process: to put one together takes longer than to answer it.

Only the SQL is kept, never an answer. What stands in it beside the values that are handed over each time must stand in the key: the
reach of who asks, the day.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Row = tuple[Any, ...]
MOST = 2000  # questions that are kept; then all are put together anew
_kept: dict[Hashable, Question | None] = {}


class Question:
    """The SQL of a `values_list`, with stand-ins for what is asked each time."""

    def __init__(self, rows: models.QuerySet) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        chosen = [expression for expression, _sql, _alias in compiler.select]
        self.converters = [
            (position, *found) for position, found in compiler.get_converters(chosen).items()
        ]

    def answered(self, asked: dict[Any, Any]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [asked.get(it, it) for it in self.params] if asked else self.params)
            found: list[Row] = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Row) -> Row:
        cells = list(row)
        for position, converters, expression in self.converters:
            for convert in converters:
                cells[position] = convert(cells[position], expression, connection)
        return tuple(cells)


def ask(key: Hashable, made: Callable[[], models.QuerySet], asked: dict[Any, Any] | None = None) -> list[Row]:
    """Return the rows of `made()`, a `values_list`; one query.

    `asked` holds the value for each stand-in: something that `made` writes where the value belongs, and nowhere else.
    """
    kept = (connection.vendor, key)
    try:
        question = _kept[kept]
    except KeyError:
        if len(_kept) >= MOST:
            _kept.clear()
        try:
            question = Question(made())
        except EmptyResultSet:
            question = None  # nothing can be found, and nothing is asked
        _kept[kept] = question
    return question.answered(asked or {}) if question else []


class Listed(models.Subquery):
    """The rows of a subquery in its order, as the text of a JSON list of lists; None or "[]" where there is none.

    For words, whole numbers and days only: both engines write these alike.
    """

    def __init__(self, rows: models.QuerySet, *names: str) -> None:
        super().__init__(rows.values(*names), output_field=models.TextField())
        self.names = names

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **extra: Any) -> Any:
        columns = ", ".join(connection.ops.quote_name(name) for name in self.names)
        head = "json_group_array(json_array(%s))"
        if connection.vendor == "postgresql":
            head = "json_agg(json_build_array(%s))::text"
        listed = f"(SELECT {head % columns} FROM (%(subquery)s) listed)"
        return super().as_sql(compiler, connection, template=listed, **extra)
