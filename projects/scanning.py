"""Asks ClamAV's daemon about a file (`INSTREAM` of clamd's protocol). A file is clean only when the daemon says so.

A client of our own: the protocol is four lines, and every way in which an answer may fail must end in "not clean".
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND\Z")
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:]+\]|[^:\s\[\]]+):(?P<port>[0-9]{1,5})\Z")


class Infected(Exception):
    """The scanner knows what is in the file; the message is its name for it."""


class Silent(Exception):
    """There is no answer that could be believed: the file is not known to be clean."""


@dataclass(frozen=True)
class Scanner:
    """Where the daemon listens, and how many seconds one file may take in all."""

    path: str = ""
    host: str = ""
    port: int = 0
    seconds: float = 30

    def require_clean(self, chunks: Iterable[bytes]) -> None:
        """Return when the daemon calls the bytes clean; Infected when it does not, Silent for anything else."""
        until = time.monotonic() + self.seconds
        try:
            with self._connect() as line:
                answer = _asked(line, chunks, until)
        except OSError as error:
            raise Silent(f"{type(error).__name__}: {error}") from error
        if answer == "stream: OK":
            return
        if found := _FOUND.match(answer):
            raise Infected(found["name"][:200])
        raise Silent(f"answered {answer[:200]!r}")

    def _connect(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=self.seconds)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(self.seconds)
        try:
            line.connect(self.path)
        except BaseException:
            line.close()
            raise
        return line


def _asked(line: socket.socket, chunks: Iterable[bytes], until: float) -> str:
    try:
        _send(line, b"zINSTREAM\0", until)
        for chunk in chunks:
            if chunk:  # a length of zero ends the stream
                _send(line, struct.pack(">I", len(chunk)) + chunk, until)
        _send(line, struct.pack(">I", 0), until)
    except (BrokenPipeError, ConnectionResetError):
        pass  # a daemon that has heard enough says why and hangs up: what it said counts
    answer = b""
    while not answer.endswith(b"\0"):
        line.settimeout(_left(until))
        some = line.recv(LONGEST_ANSWER)
        if not some:
            raise ConnectionError(f"hung up after {answer[:200]!r}")
        answer += some
        if len(answer) > LONGEST_ANSWER:
            raise ConnectionError("the answer does not end")
    return answer[:-1].decode(errors="replace")


def _send(line: socket.socket, data: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(data)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def scanner(address: str, seconds: float = 30) -> Scanner | None:
    """Return the scanner of a setting, `unix:/path` or `host:port`; None for "", ValueError for anything else."""
    if not address:
        return None
    if address.startswith("unix:/"):
        return Scanner(path=address.removeprefix("unix:"), seconds=seconds)
    found = _HOST.match(address)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ValueError(address)
    return Scanner(host=found["host"].strip("[]"), port=int(found["port"]), seconds=seconds)
