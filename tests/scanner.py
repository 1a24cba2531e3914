"""A scanner for tests: a real socket that speaks clamd's INSTREAM, well or badly."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# The harmless file that every scanner must call malicious; in two pieces, so that none takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class FakeScanner:
    """Answers as clamd does; `says` is what it says instead, `pause` how long it thinks, `drips` that it never comes to an end."""

    address: str = ""
    says: bytes | None = None
    pause: float = 0
    drips: bool = False
    hangs_up: bool = False
    heard: list[bytes] = field(default_factory=list)

    def serve(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            if self.hangs_up:
                return
            found = _stream(line)
            self.heard.append(found)
            time.sleep(self.pause)
            infected = EICAR in found
            answer = b"stream: Eicar-Test-Signature FOUND\0" if infected else b"stream: OK\0"
            line.sendall(answer if self.says is None else self.says)
            while self.drips:
                line.sendall(b"a")
                time.sleep(0.05)


def _stream(line: socket.socket) -> bytes:
    file = line.makefile("rb")
    command = file.read(len(b"zINSTREAM\0"))
    if command != b"zINSTREAM\0":
        raise OSError(f"no command of clamd: {command!r}")
    found = b""
    while (size := struct.unpack(">I", file.read(4))[0]) > 0:
        found += file.read(size)
    return found


@contextmanager
def listening(path: Path | None = None) -> Iterator[FakeScanner]:
    """A scanner for the length of the block, on a port, or on a Unix socket at the path."""
    if path is None:
        listener = socket.create_server(("127.0.0.1", 0))
        found = FakeScanner(f"127.0.0.1:{listener.getsockname()[1]}")
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        found = FakeScanner(f"unix:{path}")

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=found.serve, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.drips = False
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
