"""Questions that are put into SQL once in a process: to put one together takes longer than to answer it.

Only the SQL is kept, never an answer. What stands in it beside the values that are handed over each time must stand in the key: the
reach of who asks, the day.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError, ProgrammingError, connection, models

Row = tuple[Any, ...]
MOST = 1000  # questions that are kept; the oldest make room
_kept: dict[Hashable, Question | None] = {}
_lock = threading.Lock()
_NEW: Any = object()
OFTEN = 3  # times that a question is asked before it is prepared
MOST_PREPARED = 100  # in one connection
_numbers = itertools.count(1)
_names: weakref.WeakKeyDictionary[Any, set[str]] = weakref.WeakKeyDictionary()


class Question:
    """The SQL of a `values_list`, with stand-ins for what is asked each time.

    PostgreSQL plans a question anew whenever it is asked, which may take longer than to answer it: one that is asked often is
    prepared there, once in a connection. What it asks each time are words and whole numbers.
    """

    def __init__(self, rows: models.QuerySet) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        chosen = [expression for expression, _sql, _alias in compiler.select]
        self.converters = [(place, *found) for place, found in compiler.get_converters(chosen).items()]
        self.name = f"question_{next(_numbers)}"
        self.times = 0

    def answered(self, asked: dict[Any, Any]) -> list[Row]:
        self.times += 1
        found = self._prepared(asked) if self.times >= OFTEN else None
        if found is None:
            found = _rows(self.sql, [asked[it] if _is_one_of(it, asked) else it for it in self.params])
        return [self._converted(row) for row in found] if self.converters else found

    def _prepared(self, asked: dict[Any, Any]) -> list[Row] | None:
        """Return the answer by a prepared statement; None where there is none, and the question has to be asked in full."""
        if connection.vendor != "postgresql" or "%%" in self.sql:
            return None
        connection.ensure_connection()
        names = _names.setdefault(connection.connection, set())
        if self.name not in names:
            if len(names) >= MOST_PREPARED:
                return None
            self._prepare(asked)
            names.add(self.name)
        places = f"({', '.join(['%s'] * len(asked))})" if asked else ""
        try:
            return _rows(f"EXECUTE {self.name}{places}", list(asked.values()))
        except (ProgrammingError, NotSupportedError):
            # A pool between here and the database gives statements to other connections; a migration may change a column.
            names.discard(self.name)
            self.times = -(10**9)
            if connection.in_atomic_block:
                raise
            return None

    def _prepare(self, asked: dict[Any, Any]) -> None:
        parts, params = self.sql.split("%s"), []
        places = {stand_in: f"${number}" for number, stand_in in enumerate(asked, 1)}
        text = parts[0]
        for param, part in zip(self.params, parts[1:], strict=True):
            if _is_one_of(param, places):
                text += places[param] + part
            else:
                text += "%s" + part
                params.append(param)
        kinds = ", ".join("bigint" if isinstance(it, int) else "text" for it in asked)
        head = f"PREPARE {self.name} ({kinds}) AS " if asked else f"PREPARE {self.name} AS "
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(head + text, params)

    def _converted(self, row: Row) -> Row:
        cells = list(row)
        for place, converters, expression in self.converters:
            for convert in converters:
                cells[place] = convert(cells[place], expression, connection)
        return tuple(cells)


def _is_one_of(param: Any, asked: dict[Any, Any]) -> bool:
    return isinstance(param, (int, str)) and param in asked


def _rows(sql: str, params: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Row] = cursor.fetchall()
        return found


def ask(key: Hashable, made: Callable[[], models.QuerySet], asked: dict[Any, Any] | None = None) -> list[Row]:
    """Return the rows of `made()`, a `values_list`; one query. Without a key the question is put together each time.

    `asked` holds the value for each stand-in: something that `made` writes where the value belongs, and nowhere else.
    """
    kept = (connection.vendor, key)
    question = _kept.get(kept, _NEW) if key is not None else _NEW
    if question is _NEW:
        question = _put(made)
        if key is not None:
            _keep(kept, question)
    return question.answered(asked or {}) if question else []


def _put(made: Callable[[], models.QuerySet]) -> Question | None:
    try:
        return Question(made())
    except EmptyResultSet:
        return None  # nothing can be found, and nothing is asked


def _keep(key: Hashable, question: Question | None) -> None:
    with _lock:
        if len(_kept) >= MOST:
            del _kept[next(iter(_kept))]
        _kept[key] = question


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
        listed = f"(SELECT {head % columns} FROM (%(subquery)s) listed)"  # noqa: S608 - names of our own columns
        return super().as_sql(compiler, connection, template=listed, **extra)  # type: ignore[call-arg]
