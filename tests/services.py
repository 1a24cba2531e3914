"""Starts the servers that the tests need, and chooses one engine for the whole run.

TEST_DATABASE=sqlite (the default) runs the suite on a file of SQLite without a broker; TEST_DATABASE=postgres
on a PostgreSQL and a Redis of its own, started here from Debian's packages. Nothing of the machine is used or
changed: not its servers, not its databases, not var/.

Servers end with the process that started them, also when that one is killed: the kernel signals them
(PR_SET_PDEATHSIG). Folders that a killed run left behind are removed by the next run.
"""

import atexit
import ctypes
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

ENGINES = ("sqlite", "postgres")
FOLDER_PREFIX = "mission-tracker-tests-"
# What a developer may have exported for the application must not reach the tests.
FOREIGN = (
    "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "BASE_URL", "BEHIND_TLS_PROXY", "LOG_LEVEL",
    "EVIDENCE_MAX_BYTES", "EVIDENCE_MAX_PIXELS", "EVIDENCE_MAX_UNPACKED_BYTES", "INSPECTION_SECONDS", "INSPECTION_MEGABYTES",
    "CLAMAV_ADDRESS", "CLAMAV_SECONDS", "HOST", "PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_DIR",
    "BUNDLE_MAX_BYTES", "CHECKPOINT_DIR", "TICK_SECONDS", "REPORT_LEASE_SECONDS", "EMAIL_URL", "DEFAULT_FROM_EMAIL",
    "REPORT_SEAL_PKCS12", "REPORT_SEAL_PASSWORD", "REPORT_SEAL_TSA_URL", "DATA_LICENCE",
    "IATI_PUBLISHER_ID", "IATI_PUBLISHER_NAME",
    "SECRET_KEY_FALLBACKS", "LOG_FORMAT", "LOG_KEEP_DAYS", "METRICS_TOKEN", "METRICS_NETWORKS",
    "PROXIES", "THROTTLES", "STATEMENT_SECONDS",
    "MINISTRY_NAME", "MINISTRY_NAME_HI", "EMBLEM_FILE", "OFFICE_CONTACT", "FEEDBACK_MAIL",
    "WEBHOOKS_ALLOW_LOCAL", "WEBHOOK_PORTS", "WEBHOOK_CA_FILE",
    "SECRET_KEY_FALLBACKS", "BREACHED_PASSWORDS_FILE", "SIGN_IN_FAILURES", "SIGN_IN_LOCK_MINUTES",
    "SECOND_FACTOR_FOR", "SESSION_IDLE_MINUTES", "SESSION_HOURS",
    "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_SECOND_FACTOR", "OIDC_ALLOW_HTTP",
    "S3_ENDPOINT_URL", "S3_BUCKET", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_OBJECT_LOCK_DAYS",
)  # fmt: skip
PR_SET_PDEATHSIG = 1
# Below the ports that the kernel gives to outgoing connections; each process of the run begins at another.
_candidates = itertools.count(20000 + os.getpid() * 97 % 12000)


class MissingServerError(RuntimeError):
    """A program that the tests start is not installed; the message names the command that installs it."""


@dataclass
class Server:
    """A running server: its URL, its process and its folder."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    stop_with: signal.Signals = signal.SIGTERM

    def stop(self) -> None:
        """End the server at once and remove what it wrote. Safe to call twice."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_with)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Run:
    """What one run of the suite uses: the engine, a folder of its own, and the servers to stop at the end."""

    engine: str
    folder: Path
    servers: list[Server] = field(default_factory=list)

    def close(self) -> None:
        """Stop what this process started. Safe to call twice."""
        if "PYTEST_XDIST_WORKER" in os.environ:
            return  # servers and folder belong to the controller
        while self.servers:
            self.servers.pop().stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def begin() -> Run:
    """Choose the engine, start its servers and set the environment; workers of xdist join the controller's run."""
    engine = os.environ.get("TEST_DATABASE", "sqlite")
    if engine not in ENGINES:
        raise RuntimeError(f"TEST_DATABASE is {engine!r}; it may be {' or '.join(ENGINES)}.")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        return _join(engine, worker)
    for name in FOREIGN:
        os.environ.pop(name, None)
    _remove_leftovers()
    run = Run(engine, new_folder())
    atexit.register(run.close)
    os.environ["TEST_FOLDER"] = str(run.folder)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(64)
    if engine == "postgres":
        run.servers += [start_postgres(), start_redis()]
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = (server.url for server in run.servers)
    _use_data_dir(run.folder / "data")
    return run


def _join(engine: str, worker: str) -> Run:
    """Return the controller's run for one of its workers, who gets a folder and a broker's database of its own."""
    folder = Path(os.environ["TEST_FOLDER"])
    if "REDIS_URL" in os.environ:
        server, _, _number = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{server}/{int(worker.removeprefix('gw')) + 1}"
    _use_data_dir(folder / f"data-{worker}")
    return Run(engine, folder)


def _use_data_dir(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"] = str(folder)


def new_folder() -> Path:
    """Return an empty folder whose name tells which process it belongs to."""
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))


def _remove_leftovers() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def start_postgres(*, durable: bool = False) -> Server:
    """Return a PostgreSQL with an empty cluster on a free port of the loopback address.

    A durable one keeps what was committed when it is killed, as in production; the tests' own need not.
    """
    programs = _postgres_programs()
    account = _unprivileged_account()
    folder = new_folder()
    password = secrets.token_urlsafe(16)
    (folder / "password").write_text(password)
    if account:
        for path in (folder, folder / "password"):
            os.chown(path, account.pw_uid, account.pw_gid)
    data = folder / "cluster"
    made = subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", "tracker", "--pwfile", folder / "password",
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        **_as(account), cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    # Durability is of no use here, and costs most of the time.
    fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "jit=off"]
    where = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
    options = [part for setting in (where if durable else fast + where) for part in ("-c", setting)]

    def launch(port: int) -> Server:
        command = [programs / "postgres", "-D", data, "-p", str(port), *options]
        process = _spawn(command, folder, signal.SIGQUIT, account)
        url = f"postgres://tracker:{password}@127.0.0.1:{port}/postgres"
        return Server(url, process, folder, stop_with=signal.SIGQUIT)

    return _launched(launch, _connect)


def start_redis() -> Server:
    """Return a Redis that keeps nothing, on a free port of the loopback address."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingServerError("redis-server is not installed. " + _how_to_install("redis-server"))
    folder = new_folder()

    def launch(port: int) -> Server:
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        return Server(f"redis://127.0.0.1:{port}/0", _spawn(command, folder, signal.SIGTERM), folder)

    return _launched(launch, _ping)


def start_object_store() -> Server:
    """Return a server of the S3 protocol that keeps everything in its memory, on a free port of the loopback address."""
    folder = new_folder()

    def launch(port: int) -> Server:
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        return Server(f"http://127.0.0.1:{port}", _spawn(command, folder, signal.SIGTERM), folder)

    return _launched(launch, _hear)


def start_again(server: Server) -> None:
    """Start a server that was killed, on its port and in its folder, and wait until it answers."""
    is_redis = server.url.startswith("redis:")
    account = None if is_redis else _unprivileged_account()
    arguments = server.process.args
    assert isinstance(arguments, list)

    def launch(_port: int) -> Server:
        server.process.wait()
        server.process = _spawn(arguments, server.folder, server.stop_with, account)
        return server

    _launched(launch, _ping if is_redis else _connect)


def _connect(server: Server) -> None:
    psycopg.connect(server.url, connect_timeout=2).close()


def _ping(server: Server) -> None:
    with redis.Redis.from_url(server.url, socket_timeout=2) as client:
        client.ping()


def _hear(server: Server) -> None:
    urllib.request.urlopen(server.url, timeout=5).close()  # noqa: S310 - our own server


def create_database(server_url: str) -> str:
    """Return the URL of a new, empty database on a server of `start_postgres`."""
    name = f"fresh_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server_url.rpartition('/')[0]}/{name}"


def drop_database(url: str) -> None:
    """Remove a database of `create_database`, whoever is still connected."""
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def free_port() -> int:
    """Return a port of the loopback address that nobody uses, and that nobody is likely to be given meanwhile."""
    for port in _candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("unreachable")


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """Return what a child does before it becomes the server: ask the kernel for `sign` at its parent's death."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            libc.prctl(PR_SET_PDEATHSIG, int(sign))
            if os.getppid() != parent:
                os._exit(1)

    return ask


def _launched(launch: Callable[[int], Server], greet: Callable[[Server], None], attempts: int = 3) -> Server:
    """Start on a free port and wait for an answer; try again should somebody have taken the port meanwhile."""
    for attempt in range(attempts):
        server = launch(free_port())
        until = time.monotonic() + 30
        while server.process.poll() is None and time.monotonic() < until:
            try:
                greet(server)
            except (psycopg.OperationalError, redis.ConnectionError, urllib.error.URLError):
                time.sleep(0.05)
            else:
                return server
        if server.process.poll() is None or attempt == attempts - 1:
            log = (server.folder / "log").read_text()
            server.stop()
            raise RuntimeError(f"A server of the tests did not start:\n{log}")
    raise AssertionError("unreachable")


def _spawn(
    command: list[Any], folder: Path, at_death: signal.Signals, account: pwd.struct_passwd | None = None
) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            **_as(account),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in its own time
            preexec_fn=die_with_parent(at_death),
        )


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Return whom PostgreSQL runs as when we are root: it refuses to run as root itself."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


def _postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL of Debian's packages; what PATH offers may be a lone client."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    initdb = shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    raise MissingServerError("PostgreSQL is not installed. " + _how_to_install("postgresql"))


def _how_to_install(package: str) -> str:
    return f"Run: make setup-dev (or: apt-get install --no-install-recommends {package})"
