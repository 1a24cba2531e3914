"""Workers that are killed or frozen in the middle of a report: another one issues it, once, and whole.

Real processes on PostgreSQL and Redis, or on SQLite with the polling runner; the lease is shortened, nothing else.
"""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import services
from tests.processes import Installation, Process, until

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]

ORDER = ("issue_report", "--kind", "programme", "--as-of", "2026-03-31")
STATE = "SELECT state, progress, attempt, (SELECT count(*) FROM reports_edition WHERE report_id = reports_report.id), failure, id FROM reports_report ORDER BY id DESC LIMIT 1"
HASTE = {"TICK_SECONDS": "1", "REPORT_LEASE_SECONDS": "5"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """PostgreSQL and Redis, prepared once; each test orders a report of its own."""
    redis, database = services.start_redis(), services.create_database(os.environ["DATABASE_URL"])
    folder = tmp_path_factory.mktemp("production")
    yield Installation(folder, DATABASE_URL=database, REDIS_URL=redis.url, **HASTE).prepare()
    services.drop_database(database)
    redis.stop()


@pytest.fixture
def installation(production: Installation) -> Iterator[Installation]:
    production.beat()
    yield production
    production.end()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Installation]:
    """One machine without PostgreSQL and Redis."""
    found = Installation(tmp_path, **HASTE)
    yield found.prepare()
    found.end()


def ask(installation: Installation, question: str) -> list[tuple[Any, ...]]:
    url = installation.environment.get("DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            return connection.execute(question).fetchall()
    with closing(sqlite3.connect(installation.data_dir / "db.sqlite3", timeout=20)) as connection:
        return connection.execute(question).fetchall()


def state(installation: Installation) -> str:
    return ask(installation, STATE)[0][0]


def drawing(installation: Installation) -> bool:
    """Whether the report's figures are laid out, and its PDF is being drawn."""
    return ask(installation, STATE)[0][:2] == ("running", 40)


def drawing_children() -> set[int]:
    """Return the processes that draw, of whatever installation."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"reports.pdf" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def assert_issued_once(installation: Installation, attempts: int, worker: Process) -> None:
    """Wait for the report, then look for everything that a second issue or a broken one would have left."""
    until(lambda: state(installation) in ("issued", "failed"), worker.log, seconds=90)
    ((*found, editions, failure, key),) = ask(installation, STATE)
    assert (*found, failure) == ("issued", 100, attempts, ""), worker.log()
    event = f"action = 'report.issue' AND object_id = '{key}'"
    assert ask(installation, f"SELECT count(*) FROM projects_auditevent WHERE {event}") == [(1,)]  # noqa: S608
    numbered = ask(
        installation, "SELECT last, (SELECT count(*) FROM reports_report) FROM reports_serialcounter"
    )
    assert len(set(numbered[0])) == 1, "as many numbers as reports"
    kept = {path.name for path in (installation.data_dir / "files").rglob("*") if path.is_file()}
    issued = {row[0] for row in ask(installation, "SELECT sha256 FROM reports_edition")}
    assert editions == 2
    assert kept == issued, "whole files and no drafts"
    installation.manage("verify_audit")  # ends with an error where the chain is broken


def killed_while_drawing(installation: Installation, worker: Process) -> None:
    installation.manage(*ORDER)
    until(lambda: drawing(installation), worker.log)
    children = until(drawing_children)
    worker.kill()
    until(lambda: not children & drawing_children())


def test_another_worker_issues_the_report_of_a_killed_one(installation):
    killed_while_drawing(installation, installation.worker("first"))
    assert state(installation) == "running", "nobody knows yet"
    assert_issued_once(installation, attempts=2, worker=installation.worker("second"))


def test_a_worker_whose_pool_process_is_killed_goes_on_itself(installation):
    worker = installation.worker()
    installation.manage(*ORDER)
    until(lambda: drawing(installation), worker.log)
    (pool,) = _children(worker.popen.pid)
    os.kill(pool, signal.SIGKILL)
    assert_issued_once(installation, attempts=2, worker=worker)


def test_a_killed_drawing_process_costs_one_attempt(installation):
    worker = installation.worker()
    installation.manage(*ORDER)
    until(lambda: drawing(installation), worker.log)
    for child in until(drawing_children):
        os.kill(child, signal.SIGKILL)
    assert_issued_once(installation, attempts=2, worker=worker)
    assert "The drawing process was killed" in worker.log()


def test_a_frozen_worker_that_wakes_up_publishes_nothing(installation):
    zombie = installation.worker("zombie")
    installation.manage(*ORDER)
    until(lambda: drawing(installation), zombie.log)
    zombie.signal(signal.SIGSTOP)
    heir = installation.worker("heir")
    until(lambda: state(installation) == "issued", heir.log, seconds=90)
    zombie.signal(signal.SIGCONT)
    until(lambda: "taken over by another worker, nothing published" in zombie.log(), zombie.log)
    assert_issued_once(installation, attempts=2, worker=heir)


def test_a_killed_polling_runner_is_followed_by_the_next(small):
    killed_while_drawing(small, small.start("first", "manage.py", "run_due", "--every", "1"))
    assert_issued_once(
        small, attempts=2, worker=small.start("second", "manage.py", "run_due", "--every", "1")
    )


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
