"""Process groups: which still run, how to end them, and the caretaker that ends them for a killed supervisor.

Standard library only: the caretaker is this very file run as a script, so that it is small and starts at once.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
CARETAKER_GRACE = 10.0
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: afterwards there is no time for it


def running(groups: Iterable[int]) -> set[int]:
    """Return those of the groups that have a member which still runs; zombies do not."""
    wanted = set(groups)
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat") if wanted else ():
        with suppress(OSError):  # it ended while we looked
            state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(group) in wanted and state not in "ZX":
                found.add(int(group))
    return found


def ask(leader: int) -> None:
    """Ask a program to end. Only the leader hears it: it knows best how to end the processes it started."""
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGTERM)


def kill(group: int) -> None:
    """End every process of a group now."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def die_with(parent: int) -> None:
    """Let the kernel send SIGTERM to the calling process when `parent` dies; for use between fork and exec."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != parent:
            os._exit(1)  # it died before we asked


class Caretaker:
    """A process that waits for the supervisor's death and then ends the groups that it was told of.

    It learns of the death by the end of its standard input, which the kernel closes whatever way the supervisor
    went. `kept` are file descriptors, such as a lock's, that stay open until everything has ended.
    """

    def __init__(self, kept: Iterable[int] = ()) -> None:
        theirs, ours = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=theirs,
            pass_fds=tuple(kept),
            start_new_session=True,
        )
        os.close(theirs)
        self._orders = os.fdopen(ours, "w")

    def watch(self, group: int) -> None:
        self._tell(f"watch {group}")

    def forget(self, group: int) -> None:
        self._tell(f"forget {group}")

    def remove_at_end(self, folder: Path) -> None:
        self._tell(f"remove {folder}")

    def dismiss(self) -> None:
        """End the caretaker: there is nothing left to take care of."""
        self._tell("dismissed")
        with suppress(OSError):
            self._orders.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        with suppress(OSError):  # without a caretaker the supervisor still does its own part
            print(line, file=self._orders, flush=True)


def take_care() -> None:
    """Read orders until the supervisor dismisses us or dies; in the second case end what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    folders: list[str] = []
    for line in sys.stdin:
        order, _, object_ = line.strip().partition(" ")
        if order == "watch":
            groups.add(int(object_))
        elif order == "forget":
            groups.discard(int(object_))
        elif order == "remove":
            folders.append(object_)
        elif order == "dismissed":
            groups.clear()
            break
    if groups:
        with suppress(OSError):
            print("serve: was killed; stopping what it had started", file=sys.stderr, flush=True)
    for group in groups:
        ask(group)
    until = time.monotonic() + CARETAKER_GRACE
    while (left := running(groups)) and time.monotonic() < until:
        for group in left:
            if not _leader_runs(group):
                kill(group)
        time.sleep(0.1)
    for group in left:
        kill(group)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _leader_runs(group: int) -> bool:
    try:
        return Path(f"/proc/{group}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


if __name__ == "__main__":
    take_care()
