"""The supervisor with small programs instead of the application: what fails, what hangs, what will not end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.frontdoor.serving import Served, environment

pytestmark = pytest.mark.processes


SCRIPT = """
import os, sys
from pathlib import Path
from typing import Any
from tracker.supervisor import GaveUpError, Program, Supervisor
def python(name, code, **more):
    return Program(name, [sys.executable, "-c", code], **more)
supervisor = Supervisor(
    [{programs}], environment=os.environ, folder=Path.cwd(), when_ready=lambda: print("all answer", flush=True)
)
try:
    supervisor.run()
except GaveUpError as failure:
    sys.exit(f"gave up: {{failure}}")
"""


class Supervised(Served):
    """A supervisor over programs that are written in the test."""

    def __init__(self, folder: Path, programs: str) -> None:
        self.data_dir = folder / "data"
        self._log = folder / "supervised.log"
        with self._log.open("wb") as log:
            self.process = launch(self.data_dir, programs, stdout=log, stderr=log)


def launch(data_dir: Path, programs: str, **streams: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SCRIPT.format(programs=programs)]
    variables = environment(data_dir, PYTHONUNBUFFERED="1")
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=variables, stdin=subprocess.DEVNULL, **streams
    )


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator:
    started: list[Supervised] = []

    def start(programs: str) -> Supervised:
        started.append(Supervised(tmp_path, programs))
        return started[-1]

    yield start
    for supervised in started:
        supervised.end()


def test_a_program_that_fails_again_and_again_ends_all_with_the_reason(supervise):
    supervised = supervise(
        """python("steady", "import time; time.sleep(600)"),
        python("broken", "print('no such table'); raise SystemExit(3)")"""
    )
    assert supervised.process.wait(60) == 1
    assert supervised.output.count("broken | no such table") == 5
    assert "gave up: broken ended with status 3, 5 times in a row" in supervised.output
    assert supervised.processes() == {}


def test_a_quiet_program_speaks_only_when_it_fails(supervise):
    supervised = supervise("""python("broken", "print('why'); raise SystemExit(3)", quiet=True)""")
    supervised.wait_for("starting it again")
    lines = supervised.output.splitlines()
    assert lines.index("broken | why") < lines.index(
        "serve  | broken ended with status 3; starting it again in 1 s"
    )


def test_the_next_program_waits_for_the_answer_of_the_one_before(supervise, tmp_path):
    sign = tmp_path / "sign"
    supervised = supervise(
        f"""python("first", "import time; time.sleep(600)", answers=Path("{sign}").exists),
        python("second", "print('second runs'); import time; time.sleep(600)")"""
    )
    with pytest.raises(subprocess.TimeoutExpired):
        supervised.process.wait(2)
    assert "second runs" not in supervised.output
    sign.touch()
    supervised.wait_for("second runs")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_programs_stop_in_the_reverse_order(supervise, number):
    stubborn = (
        "import signal, sys, time; signal.signal(15, lambda *_: (print('ends'), sys.exit()));"
        "print('runs'); time.sleep(600)"
    )
    supervised = supervise(f"""python("one", "{stubborn}"), python("two", "{stubborn}")""")
    supervised.wait_for("runs", count=2)
    assert supervised.signal(number) == 0
    assert supervised.processes() == {}
    assert supervised.output.index("two   | ends") < supervised.output.index("one   | ends")


DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('runs'); time.sleep(600)"


def test_a_program_that_does_not_stop_is_killed_after_its_grace(supervise):
    supervised = supervise(f"""python("deaf", "{DEAF}", grace=1)""")
    supervised.wait_for("deaf  | runs")
    assert supervised.signal(signal.SIGTERM) == 0
    assert "deaf does not stop: killing it" in supervised.output
    assert supervised.processes() == {}


def test_a_second_ctrl_c_does_not_wait_for_the_grace(supervise):
    supervised = supervise(f"""python("deaf", "{DEAF}", grace=600)""")
    supervised.wait_for("deaf  | runs")
    supervised.process.send_signal(signal.SIGINT)
    supervised.wait_for("stopping")
    assert supervised.signal(signal.SIGINT) == 0
    assert supervised.processes() == {}


GRANDCHILD = (
    f"import subprocess, sys, time;subprocess.Popen([sys.executable, '-c', {DEAF!r}]); time.sleep(600)"
)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_program_started_ends_with_it(supervise, number):
    supervised = supervise(f"python('parent', {GRANDCHILD!r})")
    supervised.wait_for("runs")
    supervised.signal(number)
    assert supervised.left_after(20) == {}


def test_a_killed_program_takes_its_children_along_before_it_is_started_again(supervise):
    supervised = supervise(f"python('parent', {GRANDCHILD!r})")
    supervised.wait_for("runs")
    leader, child = (supervised.pid_of(words) for words in (f"-c {GRANDCHILD}", f"-c {DEAF}"))
    os.kill(leader, signal.SIGKILL)
    supervised.wait_for("parent was killed by SIGKILL")
    supervised.wait_for("runs", count=2)
    assert child not in supervised.processes()


def test_when_nobody_reads_any_more_all_stops(tmp_path):
    """As in `make run | head`."""
    talker = """python("talker", "while True: print('word')")"""
    with launch(tmp_path / "data", talker, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0
