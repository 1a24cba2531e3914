"""The application as it runs in production: web server, workers and scheduler as processes, and people who call it."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import services
from tests.frontdoor.serving import environment

CELERY = ("-m", "celery", "--quiet", "--app", "tracker")


class Installation:
    """One installation on a folder of its own: its commands, its processes, its demonstration people."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.data_dir.mkdir()
        self.environment = environment(self.data_dir, **variables)
        self.passwords: dict[str, str] = {}
        self.processes: list[Process] = []

    def manage(self, *arguments: str) -> str:
        """Run a command to its end and return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def prepare(self) -> Installation:
        """Create the tables, and load the demonstration with its people."""
        self.manage("migrate", "--verbosity", "0")
        said = self.manage("load_demonstration")
        self.passwords = dict(re.findall(r"^ +(\w+) +([a-z0-9]+(?:-[a-z0-9]+){3}) ", said, re.MULTILINE))
        assert "officer" in self.passwords, said
        return self

    def start(self, name: str, *command: str) -> Process:
        process = Process(name, [sys.executable, *command], self.folder, self.environment)
        self.processes.append(process)
        return process

    def other_machine(self) -> Installation:
        """Return a second machine of the same installation: its own folder, and nothing shared but what the variables name."""
        folder = self.folder / "other"
        folder.mkdir()
        names = set(services.FOREIGN) - {"DATA_DIR"}
        return Installation(folder, **{name: it for name, it in self.environment.items() if name in names})

    def worker(self, name: str = "worker") -> Process:
        options = ("--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
        return self.start(name, *CELERY, "worker", "--hostname", f"{name}@%h", *options)

    def beat(self) -> Process:
        return self.start("beat", *CELERY, "beat", "--schedule", str(self.data_dir / "beat-schedule"))

    def web(self) -> str:
        """Start the web server and return its address, once it answers."""
        port = services.free_port()
        options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws")
        process = self.start("web", "-m", "granian", *options, "tracker.wsgi:application")
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(address), process.log)
        return address

    def end(self) -> None:
        """Kill every process; the data stay, and others may be started."""
        while self.processes:
            self.processes.pop().kill()


class Process:
    """A process that leads a session of its own, with the file of what it says."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.path = folder / f"{name}.log"
        with self.path.open("ab") as log:
            self.popen = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=services.die_with_parent(signal.SIGKILL),
            )

    def log(self) -> str:
        return self.path.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all it has started in its session."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.popen.wait()


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Any
    url: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Caller:
    """Somebody at a browser or a program with a token: cookies are kept, redirects followed."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address
        self.headers = {"Authorization": f"Token {token}"} if token else {}
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(path, None, headers)

    def post(self, path: str, body: Any) -> Answer:
        """Send JSON, as a program does."""
        return self._send(path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def fill_in(self, path: str, **fields: str) -> Answer:
        """Open a page with a form, fill in the fields and send it, with what the form hides."""
        page = self.get(path).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        content = urllib.parse.urlencode({**hidden, **fields}).encode()
        return self._send(path, content, {"Referer": self.address + path})

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        url = path if path.startswith("http") else self.address + path
        request = urllib.request.Request(url, body, {**self.headers, **headers})  # noqa: S310 - our own server
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read(), answer.headers, answer.url)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), error.headers, error.url)


def until(holds: Callable[[], Any], log: Callable[[], str] = str, seconds: float = 180) -> Any:
    """Return what `holds` gives as soon as it is true; fail with the log when it does not become so in time."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"it did not come within {seconds} s\n{log()}"
        time.sleep(0.1)
    return found


def _answers(address: str) -> bool:
    try:
        return Caller(address).get("/readyz").status == 200
    except OSError:
        return False
