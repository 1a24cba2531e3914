"""The database as one file: taken while others write, all of it as it stood at one moment, and put back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

DUMP = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
Ask = Callable[[str], list[tuple[Any, ...]]]


class Unusable(Exception):
    """The database cannot be dumped or filled; the message says why and what to do."""


@contextmanager
def dumped(folder: Path) -> Iterator[tuple[Path, Ask]]:
    """Write the dump into the folder, and give its path and a way to ask the database as it stood in the dump."""
    path = folder / DUMP[connection.vendor]
    with (_sqlite if connection.vendor == "sqlite" else _postgres)(path) as ask:
        yield path, ask


def tables() -> list[str]:
    """Return the names of all tables of the database in use, sorted."""
    return sorted(connection.introspection.table_names())


def counted(ask: Ask) -> dict[str, int]:
    """Return how many rows each table has."""
    quoted = {table: connection.ops.quote_name(table) for table in tables()}
    return {table: ask(f"SELECT COUNT(*) FROM {name}")[0][0] for table, name in quoted.items()}  # noqa: S608 - of the catalogue


def asked(sql: str) -> list[tuple[Any, ...]]:
    """Ask the database in use."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]


def require_empty() -> None:
    """Raise `Unusable` unless the database in use answers and has no table."""
    if connection.vendor == "sqlite":
        Path(_database()["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    try:
        there = tables()
    except DatabaseError as error:
        raise Unusable(f"The database of DATABASE_URL cannot be used: {error}") from error
    if there:
        raise Unusable(
            f"The database of DATABASE_URL is not empty (it has {len(there)} tables): a backup is put into an empty one only."
        )


def fill(dump: Path) -> None:
    """Fill the database in use, which is empty; `Unusable` when it cannot be filled."""
    connection.close()
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(dump)) as source,
            closing(sqlite3.connect(_database()["NAME"])) as target,
        ):
            source.backup(target)
        return
    _run(
        "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
        "--dbname", str(_database()["NAME"]), str(dump),
    )  # fmt: skip


@contextmanager
def _sqlite(path: Path) -> Iterator[Ask]:
    """SQLite copies page by page in one read transaction; with its WAL writers go on meanwhile."""
    with (
        closing(sqlite3.connect(_database()["NAME"], timeout=60)) as source,
        closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        yield lambda sql: copy.execute(sql).fetchall()


@contextmanager
def _postgres(path: Path) -> Iterator[Ask]:
    """One snapshot, exported by our transaction and used by pg_dump: what we ask is what it writes."""
    with transaction.atomic(durable=True):
        asked_first = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        with connection.cursor() as cursor:
            cursor.execute(asked_first)
            # It stands still while pg_dump works, and may: it holds no lock that anybody waits for.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        name = str(_database()["NAME"])
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             "--file", str(path), "--dbname", name)  # fmt: skip
        yield asked


def _database() -> dict[str, Any]:
    return connection.settings_dict


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the database in use. The password is told by the environment: everybody sees arguments."""
    database = _database()
    told = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = os.environ | {name: str(database[key]) for name, key in told.items() if database.get(key)}
    options = database.get("OPTIONS", {})
    environment |= {
        f"PG{key.upper()}": str(options[key]) for key in ("sslmode", "sslrootcert") if key in options
    }
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL with arguments of ours
        [_found(program), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unusable(f"{program} failed: {done.stderr.strip()}")


def _found(program: str) -> str:
    """Return the newest installed version of a program: one that is older than the server refuses its work."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: float(path.parts[4])
    )
    found = str(installed[-1]) if installed else shutil.which(program)
    if found is None:
        raise Unusable(
            f"{program} is not installed. Install PostgreSQL's client programs of the server's version or later:"
            " apt-get install postgresql-client"
        )
    return found
