"""The parent's side: one file, looked at by a process of its own that can harm nobody but itself."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from typing import IO

from projects import confinement
from projects.inspection.findings import Bounds, Found, Unfit

# Of one process of the web server at a time: each may use all the memory of its limits.
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one inspection may use: seconds on the clock, seconds of processor, megabytes of address space."""

    seconds: float = 20
    processor_seconds: int = 10
    megabytes: int = 1024


def inspect(
    module: str, file: IO[bytes], content_type: str, *, bounds: Bounds, limits: Limits | None = None
) -> Found:
    """Return what `projects.inspection.<module>` finds in a file of the disk, or raise Unfit.

    "busy" and "too_costly" say that it could not be looked at to the end; such a file is not taken either.
    """
    limits = limits or Limits()
    if not _turns.acquire(timeout=limits.seconds):
        raise Unfit("busy")
    try:
        return _look(module, file, content_type, bounds, limits)
    finally:
        _turns.release()


def _look(module: str, file: IO[bytes], content_type: str, bounds: Bounds, limits: Limits) -> Found:
    order = {
        "parent": os.getpid(),
        "processor_seconds": limits.processor_seconds,
        "megabytes": limits.megabytes,
        "bounds": asdict(bounds),
        "content_type": content_type,
    }
    # Files, not pipes: what a child writes is bounded by its limit on the size of files.
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", f"projects.inspection.{module}", json.dumps(order)],
            cwd=confinement.ROOT,
            env=confinement.environment() | {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
            stdin=file,
            stdout=answer,
            stderr=errors,
            start_new_session=True,
        )
        try:
            child.wait(limits.seconds)
        except subprocess.TimeoutExpired as late:
            raise Unfit("too_costly") from late
        finally:
            confinement.end(child)
        answer.seek(0)
        errors.seek(0)
        return _told(child.returncode, answer.read(), errors.read(20_000).decode(errors="replace"), module)


def _told(status: int, output: bytes, errors: str, module: str) -> Found:
    if status == 0:
        head, _, display = output.partition(b"\n")
        told = json.loads(head)
        if "code" in told:
            raise Unfit(told["code"], **told["facts"])
        return Found(display, told["holds_location"])
    if status in (-signal.SIGXCPU, -signal.SIGKILL) or confinement.ran_out(status, errors):
        raise Unfit("too_costly")
    # A parser that breaks over a file has not understood it.
    log.warning("The inspection by %s ended with status %s: %s", module, status, errors.strip()[-500:])
    raise Unfit("damaged")
