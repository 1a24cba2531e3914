"""Empties tables whose triggers forbid it. The application has no such way, and must have none.

A test with real transactions is followed by Django's flush. The audit trail refuses DELETE and TRUNCATE, so for
the length of that flush, and of nothing else, the triggers are out of the way.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection, transaction


@contextmanager
def allowed() -> Iterator[None]:
    """Replace the engine's flush by one that gets past triggers, as long as the context lasts."""
    operations = type(connection.ops)
    plain = operations.execute_sql_flush

    def flush(self, sql_list):
        with transaction.atomic(using=self.connection.alias), past_triggers(self.connection):
            plain(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield


def past_triggers(connection) -> AbstractContextManager[None]:
    """Return a context in which no trigger fires, for what is emptied or put back; to be used in a transaction."""
    return {"sqlite": _without_triggers, "postgresql": _as_replica}[connection.vendor](connection)


@contextmanager
def _as_replica(connection) -> Iterator[None]:
    """PostgreSQL fires no ordinary trigger in a session that applies a replica's changes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def _without_triggers(connection) -> Iterator[None]:
    """SQLite cannot silence a trigger: they are dropped and made again, in the flush's own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in triggers:
            cursor.execute(sql)
