"""The front door with real processes: it serves, it stops, and it leaves nothing behind."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests import services
from tests.frontdoor.serving import EMPTY, Served

processes = pytest.mark.processes
PAGE = "/sign-in/"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that only look at it, or mend what they broke."""
    folder = tmp_path_factory.mktemp("running") / "data"
    folder.mkdir()
    served = Served(folder, EMPTY).wait_until_ready()
    yield served
    served.end()


@processes
def test_it_stops_or_dies_without_a_trace_and_can_be_started_again(serve):
    first = serve(EMPTY).wait_until_ready()
    assert first.get(PAGE) == 200
    assert (
        len(first.processes()) >= 7
    )  # supervisor, caretaker, Redis, worker and its two, scheduler, web and its
    assert first.signal(signal.SIGINT) == 0
    assert first.processes() == {}
    assert "Mission Tracker has stopped." in first.output

    second = serve(EMPTY).wait_until_ready()
    assert second.get(PAGE) == 200
    second.signal(signal.SIGKILL)
    assert second.left_after(20) == {}

    assert serve(EMPTY).wait_until_ready().get(PAGE) == 200


@processes
def test_a_first_start_shows_the_accounts_and_issues_a_report_by_itself(serve):
    served = serve().wait_until_ready()
    served.wait_for("Demonstration accounts")
    wait_for_a_report(served)
    assert served.signal(signal.SIGTERM) == 0
    assert served.processes() == {}


@processes
def test_without_redis_the_polling_runner_does_the_same_and_accounts_are_shown_once(serve, tmp_path):
    served = serve(PATH=str(tmp_path)).wait_until_ready()
    assert "redis-server is not installed" in served.output
    commands = " ".join(served.processes().values())
    assert "run_due" in commands
    assert "celery" not in commands
    wait_for_a_report(served)
    assert served.signal(signal.SIGINT) == 0
    assert served.processes() == {}
    assert "Demonstration accounts" in served.output
    assert "Demonstration accounts" not in serve(PATH=str(tmp_path)).wait_until_ready().output


def wait_for_a_report(served: Served) -> None:
    """Return when the register has an issued report: within two minutes, and within five where other tests work beside this one."""
    until = time.monotonic() + 300
    database = sqlite3.connect(served.data_dir / "db.sqlite3")
    try:
        while not database.execute("SELECT 1 FROM reports_report WHERE state = 'issued'").fetchone():
            assert time.monotonic() < until, served.output
            time.sleep(0.5)
    finally:
        database.close()


@processes
def test_a_given_redis_is_used(serve, redis_server):
    served = serve(EMPTY, REDIS_URL=redis_server.url).wait_until_ready()
    served.wait_for("Connected to redis://")
    assert "redis-server" not in " ".join(served.processes().values())


@processes
def test_a_folder_with_a_long_name_gets_its_redis_too(serve, tmp_path):
    served = serve(EMPTY, data_dir=tmp_path / ("x" * 120)).wait_until_ready()
    served.wait_for("Connected to redis+socket://")
    socket_folder = Path(served.output.partition("redis+socket://")[2].partition("/redis.sock")[0])
    assert socket_folder.is_dir()
    assert served.signal(signal.SIGTERM) == 0
    assert not socket_folder.exists()


@processes
def test_a_second_one_on_the_same_folder_is_refused(running, serve):
    second = serve(EMPTY, data_dir=running.data_dir, port=services.free_port())
    assert second.process.wait(60) == 1
    assert f"already runs on {running.data_dir} (process {running.process.pid}" in second.output


@processes
def test_a_taken_port_is_refused_with_another_to_try(running, serve):
    served = serve(EMPTY, port=running.port)
    assert served.process.wait(60) == 1
    assert f"make run PORT={running.port + 1}" in served.output


@processes
def test_a_program_that_dies_is_started_again(running):
    os.kill(running.pid_of("granian"), signal.SIGKILL)
    running.wait_for("web       | [INFO] Listening", count=2)
    running.wait_for("web       | [INFO] Started worker-1", count=2)
    assert running.get(PAGE) == 200


@processes
def test_a_database_that_does_not_answer_is_named(serve):
    served = serve(EMPTY, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert served.process.wait(60) == 1
    assert "The database of DATABASE_URL cannot be used" in served.output


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_an_impossible_port_is_refused(port):
    with pytest.raises(CommandError, match="must be a number from 1 to 65535"):
        call_command("serve", port=port)
