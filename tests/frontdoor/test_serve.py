"""The front door with real processes: it serves, it stops, and it leaves nothing behind."""

import os
import signal
import socket
import sqlite3
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes
EMPTY = "--without-demonstration"  # faster; the demonstration has a test of its own


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_told_to_stop_and_leaves_no_process(serve, number):
    served = serve(EMPTY).wait_until_ready()
    assert served.get("/sign-in/") == 200
    assert len(served.processes()) >= 6  # supervisor, caretaker, redis, worker with its pool, scheduler, web
    assert served.signal(number) == 0
    assert served.processes() == {}
    assert "Mission Tracker has stopped." in served.output


def test_it_can_be_started_again(serve):
    serve(EMPTY).wait_until_ready().signal(signal.SIGINT)
    assert serve(EMPTY).wait_until_ready().get("/sign-in/") == 200


def test_a_killed_supervisor_leaves_no_process_and_it_can_be_started_again(serve):
    served = serve(EMPTY).wait_until_ready()
    served.signal(signal.SIGKILL)
    assert served.left_after(20) == {}
    assert serve(EMPTY).wait_until_ready().get("/sign-in/") == 200


def test_a_program_that_dies_is_started_again(serve):
    served = serve(EMPTY).wait_until_ready()
    os.kill(served.pid_of("granian"), signal.SIGKILL)
    served.wait_for("web       | [INFO] Listening", count=2)
    served.wait_for("web       | [INFO] Started worker-1", count=2)
    assert served.get("/sign-in/") == 200


def test_without_redis_the_polling_runner_does_the_jobs(serve, tmp_path):
    served = serve(EMPTY, PATH=str(tmp_path)).wait_until_ready()
    assert "redis-server is not installed" in served.output
    commands = " ".join(served.processes().values())
    assert "run_due" in commands
    assert "celery" not in commands
    assert served.signal(signal.SIGINT) == 0
    assert served.processes() == {}


def test_a_given_redis_is_used(serve, redis_server):
    served = serve(EMPTY, REDIS_URL=redis_server.url).wait_until_ready()
    served.wait_for("Connected to redis://")
    assert "redis-server" not in " ".join(served.processes().values())


def test_a_folder_with_a_long_name_gets_its_redis_too(serve, tmp_path):
    served = serve(EMPTY, data_dir=tmp_path / ("x" * 120)).wait_until_ready()
    served.wait_for("Connected to redis+socket://")
    socket_folder = Path(served.output.partition("redis+socket://")[2].partition("/redis.sock")[0])
    assert socket_folder.is_dir()
    assert served.signal(signal.SIGTERM) == 0
    assert not socket_folder.exists()


def test_a_second_one_on_the_same_folder_is_refused(serve):
    first = serve(EMPTY).wait_until_ready()
    second = serve(EMPTY)
    assert second.process.wait(30) == 1
    assert f"already runs on {first.data_dir} (process {first.process.pid}" in second.output


def test_a_taken_port_is_refused_with_another_to_try(serve):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        served = serve(EMPTY, port=port)
        assert served.process.wait(30) == 1
    assert f"make run PORT={port + 1}" in served.output


@pytest.mark.parametrize("runs_celery", [True, False])
def test_a_first_start_shows_the_accounts_once_and_issues_a_report_within_two_minutes(
    serve, tmp_path, runs_celery
):
    served = serve(**({} if runs_celery else {"PATH": str(tmp_path)})).wait_until_ready()
    ready = time.monotonic()
    served.wait_for("Demonstration accounts")
    while not issued(served):
        assert time.monotonic() - ready < 120, served.output
        time.sleep(1)
    served.signal(signal.SIGINT)
    again = serve().wait_until_ready()
    assert "Demonstration accounts" not in again.output


def issued(served) -> int:
    with sqlite3.connect(served.data_dir / "db.sqlite3") as database:
        (count,) = database.execute("SELECT count(*) FROM reports_report WHERE state = 'issued'").fetchone()
    database.close()
    return count


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_an_impossible_port_is_refused(serve, port):
    served = serve(EMPTY, "--port", port)
    assert served.process.wait(30) == 1
    assert "must be a number from 1 to 65535" in served.output


def test_a_database_that_does_not_answer_is_named(serve):
    served = serve(EMPTY, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert served.process.wait(30) == 1
    assert "The database of DATABASE_URL cannot be used" in served.output
