"""What brings the jobs to the worker when `manage.py serve` runs: a given Redis, a private one, or nobody."""

import hashlib
import shutil
import socket
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tracker.supervisor import Program

LONGEST_SOCKET_PATH = 100  # the kernel refuses more than 107 characters


@dataclass(frozen=True)
class Broker:
    """The URL for Celery (empty: no broker, the runner polls), and the server that has to be started for it."""

    url: str
    description: str
    program: Program | None = None
    folder: Path | None = None


def choose(given_url: str, run_dir: Path) -> Broker:
    """Return the broker of this machine: REDIS_URL's, else a private Redis where redis-server is installed."""
    if given_url:
        return Broker(given_url, "Celery on the Redis of REDIS_URL")
    redis_server = shutil.which("redis-server")
    if redis_server is None:
        return Broker("", "the polling runner, every 15 seconds (redis-server is not installed)")
    folder = _socket_folder(run_dir)
    path = folder / "redis.sock"
    command = [
        redis_server,
        *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(run_dir)),  # the jobs are rows in the database
        *("--daemonize", "no", "--loglevel", "warning"),
    ]
    program = Program("redis", command, answers=partial(_pongs, path), quiet=True)
    removed = None if folder == run_dir else folder
    return Broker(f"redis+socket://{path}", "Celery on a private Redis", program, removed)


def _socket_folder(run_dir: Path) -> Path:
    """Return the folder for the socket: `run_dir`, or a short-named one when its path is too long for a socket."""
    if len(str(run_dir / "redis.sock")) <= LONGEST_SOCKET_PATH:
        return run_dir
    mark = hashlib.sha256(str(run_dir).encode()).hexdigest()[:8]
    return Path(tempfile.mkdtemp(prefix=f"mission-tracker-{mark}-"))


def _pongs(path: Path) -> bool:
    """Does a Redis answer on this socket?"""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
