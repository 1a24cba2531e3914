"""One program under supervision, and one process of it."""

import os
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tracker.supervisor import groups

CHUNK = 65536
CHUNKS_AT_ONCE = 16  # a program that writes without end must not keep the others from being heard


def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """What to run. The next program starts when `answers` first says yes; `grace` is its time to stop.

    The lines of a quiet one are shown only when it ends of itself, to tell why.
    """

    name: str
    command: Sequence[str]
    answers: Callable[[], bool] = _at_once
    grace: float = 10.0
    quiet: bool = False


class Process:
    """A running program: the leader of its group, and our end of the pipe that takes the group's output."""

    def __init__(self, program: Program, environment: Mapping[str, str], folder: Path) -> None:
        self.program = program
        self.output, theirs = os.pipe()
        os.set_blocking(self.output, False)
        self.leader = subprocess.Popen(
            list(program.command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops all in order
            preexec_fn=partial(groups.die_with, os.getpid()),
        )
        os.close(theirs)
        self.group = self.leader.pid
        self.at_end = False
        self.unshown: deque[str] = deque(maxlen=50)
        self._started_at = time.monotonic()
        self._rest = b""

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self.leader.poll()

    @property
    def age(self) -> float:
        return time.monotonic() - self._started_at

    def lines(self) -> Iterator[str]:
        """Yield the complete lines that wait, without waiting for more; sets `at_end` when none can come."""
        for _chunk in range(CHUNKS_AT_ONCE):
            try:
                data = os.read(self.output, CHUNK)
            except BlockingIOError:
                return
            self.at_end = not data
            *lines, self._rest = (self._rest + data).split(b"\n")
            if self.at_end and self._rest:
                lines.append(self._rest)
            yield from (line.decode(errors="replace").rstrip() for line in lines)
            if self.at_end:
                return
