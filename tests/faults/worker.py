"""A worker with a fault built in: wraps parts of the engine by their names, then becomes Celery's or manage.py's program.

`python -m tests.faults.worker celery ...` and `python -m tests.faults.worker manage ...` run what the application
runs; the application itself knows nothing of faults. The environment says what happens:

FAULT          `point:act`, e.g. `written:kill`; strikes once in a process, and only the first attempt of a report
FAULT_LOG      the file that tells of each strike: point, act, report, attempt, process
FAULT_PAUSE    seconds between two attempts, instead of the engine's 15 and more
FAULT_DRAWING  `sketch`: the child process draws an empty page instead of the report
FAULT_AHEAD    seconds by which the clock of this process is ahead
FAULT_LIMIT    seconds of processor that a drawing may use, instead of the 150 of the application
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import signal
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import django
import time_machine

POINTS = ("claimed", "frozen", "rendered", "writing", "written", "committing", "committed")

Act = Callable[[int], None]


def die(report: int) -> None:
    """Die as by kill -9: of every other report alone, else with the whole worker."""
    if report % 2:
        os.kill(os.getpid(), signal.SIGKILL)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def freeze(_report: int) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def dawdle(_report: int) -> None:
    """Take longer than two leases, alive."""
    time.sleep(2.2 * float(os.environ["REPORT_LEASE_SECONDS"]))


ACTS: dict[str, Act] = {"kill": die, "stop": freeze, "dawdle": dawdle}


class Trap:
    """Strikes when the engine comes by its point for the first time, in the first attempt of a report."""

    def __init__(self, point: str, act: str) -> None:
        if point not in POINTS:
            raise SystemExit(f"{point!r} is no point; there are {', '.join(POINTS)}")
        self.point, self.act, self.held, self.struck = point, act, (0, 0), False

    def claimed(self, lease: Any) -> None:
        if lease is not None:
            self.held = (lease.report, lease.attempt)
            self.reach("claimed")

    def reach(self, point: str) -> None:
        report, attempt = self.held
        if point != self.point or attempt != 1 or self.struck:
            return
        self.struck = True
        line = f"{point} {self.act} {report} {attempt} {os.getpid()}\n".encode()
        log = os.open(os.environ["FAULT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(log, line)
        os.close(log)
        ACTS[self.act](report)


def install() -> None:
    """Wrap the engine's parts; only this process and the pool it forks see it."""
    from projects import archive  # noqa: PLC0415 - Django has to be set up first
    from reports import engine, leases, mails, pdf, printing, rendering  # noqa: PLC0415

    ahead = dt.timedelta(seconds=float(os.environ.get("FAULT_AHEAD", "0")))
    if ahead:
        time_machine.travel(dt.datetime.now(tz=dt.UTC) + ahead, tick=True).start()
    archive.DRAFTS_LIVE = 2
    engine.PAUSE = dt.timedelta(seconds=float(os.environ.get("FAULT_PAUSE", "1")))
    limit = int(os.environ.get("FAULT_LIMIT", rendering.Limits.processor_seconds))
    pdf.Limits = functools.partial(rendering.Limits, processor_seconds=limit)
    if os.environ.get("FAULT_DRAWING") == "sketch":
        # `run` is what starts a child process, hands it the job and enforces its limits: only what it draws differs.
        pdf.run = lambda module, job, limits: rendering.run("tests.faults.sketch", job, limits)
    fault = os.environ.get("FAULT", "")
    if not fault:
        return
    trap = Trap(*fault.split(":"))
    leases.claim = _then(leases.claim, trap.claimed)
    engine._frozen = _then(engine._frozen, lambda _: trap.reach("frozen"))
    printing.rendered = _then(printing.rendered, lambda _: trap.reach("rendered"))
    durably = _first(os.fsync, lambda: trap.reach("writing"))
    archive.os = SimpleNamespace(**{**vars(os), "fsync": durably})
    archive.store = _then(archive.store, lambda _: trap.reach("written"))
    mails.owe_issue = _then(mails.owe_issue, lambda _: trap.reach("committing"))
    engine._publish = _then(engine._publish, lambda _: trap.reach("committed"))


def _then(function: Callable[..., Any], after: Callable[[Any], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        after(result)
        return result

    return wrapped


def _first(function: Callable[..., Any], before: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        return function(*args, **kwargs)

    return wrapped


def main() -> None:
    program, *arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    install()
    sys.argv = [program, *arguments]
    if program == "celery":
        from celery.__main__ import main as celery  # noqa: PLC0415 - one of the two programs is asked for

        celery()
    else:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - as above

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
