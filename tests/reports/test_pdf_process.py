"""The child process: limits, reasons people understand, nothing left behind, nothing leaked into it."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import billiard
import pytest

from projects import confinement
from reports.rendering import Job, Limits, RenderError, run

PROBE = "tests.reports.probe"


def probe(act: str, **limits):
    return run(PROBE, Job(act, {}, "title", "en", "2026-04-07T06:00:12+05:30"), Limits(**limits))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def wait_until_dead(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


@pytest.mark.parametrize(
    ("act", "limits", "code", "words"),
    [
        ("sleep", {"seconds": 0.5}, "timeout", "not drawn within 0.5 seconds"),
        ("spin", {"processor_seconds": 1}, "processor", "more than 1 seconds of processor"),
        ("grow", {"megabytes": 300}, "memory", "more than 300 megabytes of memory"),
        ("abort", {}, "crash", "ended with status -6"),
        ("refuse", {}, "refused", "no"),
        ("nonsense", {}, "crash", "no such act: nonsense"),
    ],
)
def test_a_drawing_that_fails_says_why(act, limits, code, words):
    with pytest.raises(RenderError, match=words) as failure:
        probe(act, **limits)
    assert failure.value.code == code


def test_a_failure_can_leave_the_process_it_happened_in():
    with pytest.raises(RenderError) as failure:
        probe("refuse")
    arrived = pickle.loads(pickle.dumps(failure.value))  # noqa: S301 - our own
    assert (arrived.code, str(arrived)) == ("refused", "no")


def test_a_killed_child_is_told_from_a_crashed_one(monkeypatch):
    real = subprocess.Popen.communicate

    def kill_then_communicate(child, *arguments, **options):
        os.kill(child.pid, signal.SIGKILL)
        return real(child, *arguments, **options)

    monkeypatch.setattr(subprocess.Popen, "communicate", kill_then_communicate)
    with pytest.raises(RenderError, match="ran out of memory") as failure:
        probe("sleep")
    assert failure.value.code == "killed"


def test_what_libraries_print_does_not_spoil_the_answer():
    assert probe("chatter").content == b"the answer"


def test_no_secret_and_no_database_address_reaches_the_child(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s" * 60)
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody:password@localhost/db")
    environment = json.loads(probe("environment").content)
    assert not {"SECRET_KEY", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"} & set(environment)
    assert environment["PYTHONHASHSEED"] == "0"


def test_whatever_the_child_started_dies_with_it():
    assert wait_until_dead(int(probe("leave a child behind").content))


def test_the_child_dies_with_a_killed_worker():
    script = (
        "from reports.rendering import *;"
        f"run({PROBE!r}, Job('sleep', {{}}, 't', 'en', '2026-04-07T06:00:12+05:30'), Limits(seconds=60))"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], cwd=confinement.ROOT)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    deadline = time.monotonic() + 10
    while not (found := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.5)  # the child has asked the kernel by now
    worker.kill()
    worker.wait()
    assert wait_until_dead(int(found[0]))


def report_to(pipe):
    pipe.send(probe("chatter").content)


def test_it_works_inside_a_worker_of_a_prefork_pool():
    here, there = billiard.Pipe()
    worker = billiard.Process(target=report_to, args=(there,), daemon=True)  # as Celery makes its workers
    worker.start()
    try:
        assert here.poll(20)
        assert here.recv() == b"the answer"
    finally:
        worker.join()


def test_the_temporary_folder_of_a_drawing_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RenderError):
        probe("abort")
    assert list(tmp_path.iterdir()) == []
