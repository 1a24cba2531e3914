"""The loop: one thread that reads the programs' output, notices their ends, restarts them, and stops them all."""

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from tracker.supervisor import groups
from tracker.supervisor.program import Process, Program

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SETTLED_AFTER = 60.0  # a program that ran this long has earned a new count of failures
FAILURES_ALLOWED = 5
START_LIMIT = 120.0


class GaveUpError(Exception):
    """A program does not stay up, or does not begin to answer. Everything has been stopped."""


class Child:
    """A program's place in the supervisor: its present process, if any, and its failures."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: Process | None = None
        self.failures = 0
        self.start_at = 0.0


class Supervisor:
    """Runs programs until it is told to stop, or until one of them fails again and again."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        folder: Path,
        when_ready: Callable[[], None],
        kept: Iterable[int] = (),
        removed: Iterable[Path] = (),
    ) -> None:
        """`kept` are descriptors that stay open, `removed` folders that go, when all has ended in whatever way."""
        self._children = [Child(program) for program in programs]
        self._environment, self._folder = environment, folder
        self._when_ready = when_ready
        self._kept, self._removed = list(kept), list(removed)
        self._width = max(len(name) for name in ["serve", *(program.name for program in programs)])
        self._selector = selectors.DefaultSelector()
        self._answered = 0  # so many children have been started and have answered, in their order
        self._waiting_since = time.monotonic()
        self._stop_requests = 0

    def run(self) -> None:
        """Return after an orderly stop; raise GaveUpError when the programs could not be kept running."""
        with self._signals_heard():
            self._caretaker = groups.Caretaker(self._kept)
            for path in self._removed:
                self._caretaker.remove_at_end(path)
            try:
                while not self._stop_requests:
                    self._note_ends()
                    self._start_what_is_due()
                    self._pass_on_output(self._patience())
            finally:
                self._stop_all()
                self._caretaker.dismiss()

    @contextmanager
    def _signals_heard(self) -> Iterator[None]:
        """Count requests to stop, and let every signal, also a child's end, wake the loop at once."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        theirs.setblocking(False)  # noqa: FBT003
        self._selector.register(ours, selectors.EVENT_READ)
        handlers = {number: signal.signal(number, self._request_stop) for number in STOP_SIGNALS}
        handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            self._selector.close()
            ours.close()
            theirs.close()

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    # --- starting and keeping ------------------------------------------------------------------

    def _start_what_is_due(self) -> None:
        """Start again what ended, and the next program once all before it answer; say when the last one does."""
        now = time.monotonic()
        for child in self._children[: self._answered + 1]:
            if child.process is None and now >= child.start_at:
                self._start(child)
        if self._answered == len(self._children):
            return
        child = self._children[self._answered]
        if child.process and child.program.answers():
            self._answered += 1
            self._waiting_since = now
            if self._answered == len(self._children):
                self._when_ready()
        elif now - self._waiting_since > START_LIMIT:
            raise GaveUpError(f"{child.program.name} did not answer within {START_LIMIT:.0f} seconds.")

    def _start(self, child: Child) -> None:
        child.process = Process(child.program, self._environment, self._folder)
        self._caretaker.watch(child.process.group)
        self._selector.register(child.process.output, selectors.EVENT_READ, child.process)

    def _patience(self) -> float:
        """Seconds to wait for output before looking around again."""
        settled = self._answered == len(self._children) and all(child.process for child in self._children)
        return 5.0 if settled else 0.2

    def _note_ends(self) -> None:
        """Clear away what an ended program left, and set the time of its restart; give up after many ends."""
        for child in self._children:
            process = child.process
            if process is None or process.status is None:
                continue
            child.failures = 1 if process.age > SETTLED_AFTER else child.failures + 1
            self._clear_away(process)
            child.process = None
            for line in process.unshown:
                self.say(line, child.program.name)
            end = f"{child.program.name} {_in_words(process.status)}"
            if child.failures >= FAILURES_ALLOWED:
                raise GaveUpError(f"{end}, {child.failures} times in a row; its lines above tell why.")
            delay = 2 ** (child.failures - 1)
            child.start_at = time.monotonic() + delay
            self.say(f"{end}; starting it again in {delay} s")

    # --- stopping ------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """Stop in the reverse order of starting; a second request to stop, or the end of its grace, kills."""
        running = [child.process for child in reversed(self._children) if child.process]
        if running:
            self.say("stopping")
        requests = self._stop_requests
        for process in running:
            groups.ask(process.group)
            until = time.monotonic() + process.program.grace
            while process.status is None and time.monotonic() < until and self._stop_requests == requests:
                self._pass_on_output(0.1)
            if process.status is None:
                self.say(f"{process.program.name} does not stop: killing it")
            self._clear_away(process)

    def _clear_away(self, process: Process) -> None:
        """Kill whatever still runs of a group, wait until it is gone, and print its last words."""
        groups.kill(process.group)
        process.leader.wait()
        until = time.monotonic() + 5
        while groups.running([process.group]) and time.monotonic() < until:
            time.sleep(0.05)  # the rest of a group may hold the port or the database for a moment longer
        self._print(process)
        with suppress(KeyError):
            self._selector.unregister(process.output)
        os.close(process.output)
        self._caretaker.forget(process.group)

    # --- output --------------------------------------------------------------------------------

    def _pass_on_output(self, seconds: float) -> None:
        for key, _events in self._selector.select(seconds):
            if isinstance(key.data, Process):
                self._print(key.data)
                if key.data.at_end:
                    self._selector.unregister(key.fileobj)
            elif isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(4096)  # a signal came: its handler has done the rest

    def _print(self, process: Process) -> None:
        for line in process.lines():
            if process.program.quiet:
                process.unshown.append(line)
            else:
                self.say(line, process.program.name)

    def say(self, line: str, name: str = "serve") -> None:
        """Print one line under a program's name."""
        try:
            print(f"{name:<{self._width}} | {line}", flush=True)
        except OSError:  # nobody reads any more: the terminal or the pipe is gone
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            self._stop_requests += 1


def _in_words(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"
