"""Starts `manage.py serve` as a person would, on a folder of its own, and tells what of it still runs."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from tests import services

# How long it may take is measured elsewhere: on a machine that is busy with other things this is no failure.
START_LIMIT = 240
STOP_LIMIT = 90
EMPTY = "--without-demonstration"  # faster; the demonstration has its own tests


def environment(data_dir: Path, **changes: str) -> dict[str, str]:
    """Return the environment of a person who never heard of the tests; an empty change removes a variable."""
    foreign = {*services.FOREIGN, "DJANGO_SETTINGS_MODULE", "TEST_DATABASE", "TEST_FOLDER"}
    plain = {name: value for name, value in os.environ.items() if name not in foreign}
    plain |= {"DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": "1", **changes}
    return {name: value for name, value in plain.items() if value}


def migrated() -> Path:
    """Return a folder with a database that has all tables and no more, made by the first who asks."""
    folder = Path(settings.TEST_RUN.folder) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=settings.BASE_DIR, env=environment(folder), check=True)
            (folder / "made").touch()
    return folder


class Served:
    """A running `manage.py serve`."""

    def __init__(self, data_dir: Path, *arguments: str, port: int | None = None, **changes: str) -> None:
        self.data_dir = data_dir
        self.port = port or services.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        if EMPTY in arguments and not (data_dir / "db.sqlite3").exists():
            # With the demonstration a database is made from nothing; that is tested where it is loaded.
            shutil.copyfile(migrated() / "db.sqlite3", data_dir / "db.sqlite3")
        self._log = data_dir.parent / f"serve-{self.port}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port), *arguments],
                cwd=settings.BASE_DIR,
                env=environment(data_dir, **changes),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_until_ready(self) -> "Served":
        self.wait_for("Mission Tracker is ready")
        return self

    def wait_for(self, words: str, count: int = 1) -> None:
        until = time.monotonic() + START_LIMIT
        while self.output.count(words) < count:
            assert self.process.poll() is None, f"serve ended:\n{self.output}"
            assert time.monotonic() < until, f"serve never said {words!r}:\n{self.output}"
            time.sleep(0.1)

    def get(self, path: str) -> int:
        """Return the status of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - our own server
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def signal(self, number: signal.Signals) -> int:
        """Send a signal to the supervisor alone and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(STOP_LIMIT)

    def processes(self) -> dict[int, str]:
        """Return every process that works for this DATA_DIR, whatever its parent, group or session."""
        mark = str(self.data_dir).encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes()
                if command and (mark in command or mark in (folder / "environ").read_bytes()):
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def pid_of(self, words: str) -> int:
        """Return the oldest process whose command line has these words."""
        return min(pid for pid, command in self.processes().items() if words in command)

    def left_after(self, seconds: float) -> dict[int, str]:
        """Return what still runs, once nothing does or the time is over."""
        until = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.2)
        return left

    def end(self) -> None:
        """Leave nothing to the next test, whatever happened in this one."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
