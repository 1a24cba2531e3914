"""An installation that faults can happen to: its servers, its workers, and who fills the place of a dead one."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests import services
from tests.faults.owing import SLEEP, WAKE
from tests.processes import Installation, Process

LEASE, TICK = 5, 1
WORKER = ("--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
ENTRY = ("-m", "tests.faults.worker")


@dataclass
class Post:
    """A place in the works: what it runs, and the process that has it now."""

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    is_kept: bool
    process: Process = field(init=False)

    def log(self) -> str:
        return self.process.log()

    @property
    def is_dead(self) -> bool:
        return self.process.popen.poll() is not None


class World(Installation):
    """One installation on servers of its own: `database` is postgres or sqlite, `broker` redis or none."""

    def __init__(self, folder: Path, database: str, broker: str, *, sketch: bool) -> None:
        self.database, self.broker = database, broker
        self.postgres = services.start_postgres(durable=True) if database == "postgres" else None
        self.redis = services.start_redis() if broker == "redis" else None
        (folder / "temporary").mkdir(parents=True)
        super().__init__(
            folder,
            DATABASE_URL=self.postgres.url if self.postgres else "",
            REDIS_URL=self.redis.url if self.redis else "",
            TICK_SECONDS=str(TICK),
            REPORT_LEASE_SECONDS=str(LEASE),
            TMPDIR=str(folder / "temporary"),
            FAULT_LOG=str(folder / "strikes"),
            FAULT_DRAWING="sketch" if sketch else "",
        )
        self.posts: list[Post] = []
        self.space: Space | None = None

    def close(self) -> None:
        self.dismiss()
        for server in (self.postgres, self.redis):
            if server:
                server.stop()

    # --- people and processes ---

    def owe(self, **counts: int) -> None:
        """Create the schedules that will owe so many reports each, asleep."""
        self._with_schedules(*(str(part) for title, count in counts.items() for part in (title, count)))

    def let_sleep(self, title: str) -> None:
        """Let the schedules of `title` owe nothing more."""
        self._with_schedules(SLEEP, title)

    def _with_schedules(self, *arguments: str) -> None:
        command = self._command("-m", "tests.faults.owing", *arguments)
        done = subprocess.run(command, **self._as_here(), check=False)
        assert done.returncode == 0, done.stdout

    def wake(self, title: str) -> int:
        """Let the schedules of `title` owe their reports, and return how many these will be."""
        count = "sum(CASE WHEN starts_on = ends_on THEN 1 ELSE 2 END)"
        asked = f"SELECT {count} FROM reports_reportschedule WHERE title = ?"  # noqa: S608 - nothing from outside
        ((expected,),) = self.ask(asked, title)
        self._with_schedules(WAKE, title)
        return int(expected)

    def hire(self, count: int = 2, *, fault: str = "", name: str = "worker", kept: bool = True,
             polling: bool = False, before: Sequence[str] = (), **variables: str) -> list[Post]:  # fmt: skip
        """Start workers, or polling runners where there is no broker; a kept place is filled again after a death."""
        posts = []
        for number in range(1, count + 1):
            own = f"{name}{number}"
            if self.broker == "redis" and not polling:
                program = (
                    "celery",
                    "--quiet",
                    "--app",
                    "tracker",
                    "worker",
                    "--hostname",
                    f"{own}@%h",
                    *WORKER,
                )
            else:
                program = ("manage", "run_due", "--every", str(TICK))
            command = self._command(*ENTRY, *program, before=before)
            posts.append(self._fill(Post(own, command, {"FAULT": fault, **variables}, kept)))
        return posts

    def schedulers(self, count: int = 1) -> None:
        """Start beats, where there is a broker that they could speak to."""
        for number in range(1, count + 1) if self.broker == "redis" else ():
            file = str(self.data_dir / f"beat-{number}")
            program = ("celery", "--quiet", "--app", "tracker", "beat", "--schedule", file)
            self._fill(Post(f"beat{number}", self._command(*ENTRY, *program), {}, is_kept=True))

    def _command(self, *arguments: str, before: Sequence[str] = ()) -> list[str]:
        inside = self.space.entrance if self.space else []
        return [*inside, *before, sys.executable, *arguments]

    def _as_here(self) -> dict[str, Any]:
        return {
            "cwd": settings.BASE_DIR,
            "env": self.environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            "text": True,
        }

    def _fill(self, post: Post) -> Post:
        environment = {name: value for name, value in {**self.environment, **post.variables}.items() if value}
        program, *arguments = post.command
        post.process = Process(post.name, [program, *arguments], self.folder, environment)
        if post not in self.posts:
            self.posts.append(post)
        return post

    def tend(self) -> None:
        """Fill the places of those who died."""
        for post in self.posts:
            if post.is_kept and post.is_dead:
                self._fill(post)

    def dismiss(self) -> None:
        """End every process; what was written on a disk of its own moves to the archive."""
        while self.posts:
            self.posts.pop().process.kill()
        self.end()
        if self.space:
            if self.space.is_mounted:
                shutil.copytree(self.files, self.data_dir / "files", dirs_exist_ok=True)
            self.space.close()
            self.space = None

    def settle(self, done: Callable[[], Any], each: Callable[[], Any] = bool, seconds: float = 300) -> None:
        """Go on, filling places and calling `each`, until `done`; AssertionError with the workers' last words if not in time."""
        end = time.monotonic() + seconds
        while not _answered(done):
            if time.monotonic() > end:
                last = "\n".join(f"--- {post.name}\n{post.log()[-1500:]}" for post in self.posts)
                raise AssertionError(f"not settled after {seconds:g} seconds\n{last}")
            self.tend()
            each()
            time.sleep(0.15)

    def drawings(self) -> list[int]:
        """Return the processes that draw for this installation, also orphaned ones."""
        mark = f"HOME={self.folder}/temporary".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
        return found

    # --- what is written down ---

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows; a question mark stands for a value."""
        if self.postgres:
            with psycopg.connect(self.postgres.url, connect_timeout=3, autocommit=True) as connection:
                return connection.execute(question.replace("?", "%s"), values).fetchall()
        with closing(sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)) as connection:
            return connection.execute(question, values).fetchall()

    def tell(self, statement: str, *values: object) -> None:
        if self.postgres:
            with psycopg.connect(self.postgres.url, autocommit=True) as connection:
                connection.execute(statement.replace("?", "%s"), values)
            return
        with closing(sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)) as connection, connection:
            connection.execute(statement, values)

    def strikes(self) -> list[list[str]]:
        """Return what the workers' traps told: point, act, report, attempt, process."""
        log = self.folder / "strikes"
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def turn_the_page(self, title: str) -> None:
        """Put what was logged aside, under the name of the fault it belongs to."""
        aside = self.folder / "logs" / title
        aside.mkdir(parents=True, exist_ok=True)
        for path in [*self.folder.glob("*.log"), *self.folder.glob("strikes")]:
            path.rename(aside / path.name)

    @property
    def files(self) -> Path:
        """The archive, seen from here."""
        inside = self.data_dir / "files"
        return Path(f"/proc/{self.space.keeper.pid}/root{inside}") if self.space else inside


class Space:
    """A small disk for the archive, in a mount namespace of its own: nothing of the machine is changed."""

    def __init__(self, files: Path, size: str) -> None:
        files.mkdir(parents=True, exist_ok=True)
        self.files = files
        mount = f"mount -t tmpfs -o size={size} none '{files}' && echo mounted && exec sleep 3600"
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=services.die_with_parent(signal.SIGKILL),
        )
        assert self.keeper.stdout
        self.said = self.keeper.stdout.readline().strip()

    @property
    def is_mounted(self) -> bool:
        return self.said == "mounted"

    @property
    def entrance(self) -> list[str]:
        """What stands before a command that is to see the disk."""
        return ["nsenter", "--target", str(self.keeper.pid), "--mount", f"--wd={settings.BASE_DIR}"]

    def grow(self, size: str) -> None:
        mount = ["mount", "-o", f"remount,size={size}", str(self.files)]
        subprocess.run([*self.entrance, *mount], check=True)

    def close(self) -> None:
        self.keeper.kill()
        self.keeper.wait()


@contextmanager
def opened(folder: Path, database: str, broker: str, *, sketch: bool) -> Iterator[World]:
    """Give a prepared world; its servers and processes end with the block."""
    world = World(folder / f"{database}-{broker}", database, broker, sketch=sketch)
    try:
        world.prepare()
        yield world
    finally:
        world.close()


def _answered(done: Callable[[], Any]) -> Any:
    """Ask, and take a database that is down for a no."""
    try:
        return done()
    except (psycopg.OperationalError, sqlite3.OperationalError):
        return False
