"""docs/installation.md, followed step by step in an empty place: its commands are taken from the page."""

from __future__ import annotations

import http.client
import os
import pwd
import re
import shlex
import shutil
import site
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import services

# With INSTALLATION=whole the locked libraries are installed (make test-installation); else those that are here are lent.
WHOLE = os.environ.get("INSTALLATION") == "whole"
ROOTS = "# as root\n"


def blocks() -> list[str]:
    page = (settings.BASE_DIR / "docs" / "installation.md").read_text()
    return re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "block", [it for it in blocks() if it.startswith(ROOTS)], ids=lambda it: it.split()[3]
)
def test_the_shell_understands_what_root_does_and_its_files_exist(root: Path, block: str):
    assert subprocess.run(["bash", "-n"], input=block, text=True, check=False).returncode == 0
    for named in re.findall(r"(?:/opt/tracker/|\s)(deploy/[\w./-]+)", block):
        assert (root / named).exists() or named == "deploy/tracker.env", named
    for account in re.findall(r"-[og] (\w+)", block):
        assert account in ("root", "tracker")


class Server:
    """A server of ones own in a folder: the paths of the page lead into it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.python = folder, _python()
        self.home = folder / "opt"
        self.settings = folder / "etc" / "tracker.env"
        for path in (self.home, self.settings.parent, folder / "data"):
            path.mkdir()
        let_in = re.findall(r"^!(\S+)", (settings.BASE_DIR / ".dockerignore").read_text(), re.MULTILINE)
        for name in (*let_in, "deploy"):
            source = settings.BASE_DIR / name
            ignored = shutil.ignore_patterns("__pycache__", "*.mo")
            if source.is_dir():
                shutil.copytree(source, self.home / name, ignore=ignored)
            else:
                shutil.copy(source, self.home / name)
        self.filled: dict[str, str] = {}
        self.account = _account()
        if self.account:
            subprocess.run(
                ["chown", "-R", f"{self.account.pw_uid}:{self.account.pw_gid}", folder], check=True
            )

    def here(self, text: str) -> str:
        """Return commands of the page with its paths led into the folder, and for the account that we are."""
        for theirs, ours in (
            ("sudo -u tracker ", ""),
            ("/opt/tracker", str(self.home)),
            ("/etc/tracker/tracker.env", str(self.settings)),
            ("/var/lib/tracker", str(self.folder / "data")),
            ("python3 ", f"{self.python} "),
        ):
            text = text.replace(theirs, ours)
        if not WHOLE:
            lent = f'echo {site.getsitepackages()[0]} > "$(echo .venv/lib/python3.*/site-packages)/lent.pth"'
            text = re.sub(r"^\.venv/bin/python -m pip install .*$", lent, text, flags=re.MULTILINE)
            # Compressing all files of all packages takes longer than everything else here.
            text = text.replace("collectstatic ", "collectstatic --dry-run ")
            text = re.sub(r"--workers \d+", "--workers 1", text)
        return text

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "TRACKER_ENV_FILE": str(self.settings), "HOME": str(self.folder)}

    def options(self) -> dict[str, Any]:
        found: dict[str, Any] = {"cwd": self.folder, "env": self.environment()}
        if self.account:
            found |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return found

    def follow(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(block)],
            **self.options(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def fill_in(self, **values: str) -> None:
        """Do with the file of settings what the reader does with an editor."""
        text = self.settings.read_text()
        for name, value in values.items():
            text, found = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
            assert found == 1, name
        self.settings.write_text(text)

    def start(self, unit: str, port: int) -> subprocess.Popen[bytes]:
        """Start the program of a unit, as systemd would."""
        text = (self.home / "deploy" / "systemd" / f"tracker-{unit}.service").read_text()
        (command,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
        command = self.here(command).replace("--port 8000", f"--port {port}").replace("%%h", "%h")
        options = self.options()
        for line in self.settings.read_text().splitlines():
            name, given, value = line.partition("=")
            if given and not name.startswith("#"):
                options["env"][name] = value
        with (self.folder / f"{unit}.log").open("wb") as log:
            return subprocess.Popen(
                shlex.split(command), **{**options, "cwd": self.home}, stdout=log, stderr=log
            )


def _python() -> str:
    """Return Debian's Python, as the page uses it; where there is none, or only libraries of ours to lend to it, ours."""
    if not WHOLE:
        return sys.executable
    debian = Path("/usr/bin/python3")
    asked = [str(debian), "-c", "import sys, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))"]
    if debian.exists() and subprocess.run(asked, check=False, capture_output=True).returncode == 0:
        return str(debian)
    return sys.executable


def _account() -> pwd.struct_passwd | None:
    """Return an account without rights, when we are root and it may read the Python and the libraries that it needs."""
    if os.geteuid() != 0:
        return None
    found = pwd.getpwnam("nobody")
    needs = [_python()] + ([] if WHOLE else [f"{site.getsitepackages()[0]}/django/__init__.py"])
    for path in needs:
        read = subprocess.run(
            ["test", "-r", path], user=found.pw_uid, group=found.pw_gid, extra_groups=[], check=False
        )
        if read.returncode:
            return None
    return found


@pytest.fixture
def server(empty_database_url: str, redis_server: services.Server) -> Iterator[Server]:
    folder = services.new_folder()
    folder.chmod(0o755)
    found = Server(folder)
    found.filled = {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": empty_database_url,
        "REDIS_URL": redis_server.url,
    }
    yield found
    shutil.rmtree(folder, ignore_errors=True)


def ask(port: int, path: str) -> http.client.HTTPResponse | None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        try:
            client.request("GET", path, headers={"Host": "tracker.example", "X-Forwarded-Proto": "https"})
            answer = client.getresponse()
            answer.read()
        except OSError:
            return None
        return answer


@pytest.mark.processes
@pytest.mark.engine("postgres")
def test_the_page_leads_to_a_server_that_answers_and_an_administrator(server: Server):
    said = ""
    for block in blocks():
        if block.startswith(ROOTS):
            continue
        said = server.follow(block)
        if "SECRET_KEY" in block:
            server.fill_in(**server.filled)
    (link,) = re.findall(r"https://tracker\.example(/set-password/\S+)", said)
    port = services.free_port()
    programs = [server.start(name, port) for name in (("web", "worker", "beat") if WHOLE else ("web",))]
    try:
        until(lambda: (it := ask(port, "/readyz")) and it.status == 200, server.folder / "web.log")
        answer = ask(port, link)
        assert answer
        assert (answer.status, answer.headers["Location"].endswith("/set-password/")) == (302, True)
        assert ask(port, "/sign-in/").status == 200  # type: ignore[union-attr]
        if WHOLE:
            until(
                lambda: " ready." in (server.folder / "worker.log").read_text(), server.folder / "worker.log"
            )
            until(
                lambda: "Task reports.tasks.tick" in (server.folder / "worker.log").read_text(),
                server.folder / "worker.log",
            )
    finally:
        for process in programs:
            process.terminate()
            process.wait(60)


def until(holds: Callable[[], Any], log: Path, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)
