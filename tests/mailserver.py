"""A mail server for tests: speaks SMTP on this machine, keeps what it is given, and refuses or falls silent on demand."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps the messages it took in `inbox`; `answers` replaces the answer to a command: a line, or None to hang up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.inbox: list[EmailMessage] = []
        self.answers: dict[str, str | None] = {}
        self.silent = threading.Event()  # while set, nobody is greeted

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *args: object) -> None:
        """A client that gave up is no fault of the server."""


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.silent.is_set():
            self.rfile.read(1)
            return
        self._say("220 ready")
        for line in self.rfile:
            word = line.split(b" ")[0].strip().decode().upper()
            answer = self.server.answers.get(word, "250 fine")
            if answer is None:
                return
            if word == "DATA" and answer == "250 fine":
                self._say("354 go on")
                message = b"".join(iter(self.rfile.readline, b".\r\n"))
                answer = self.server.answers.get("END", "250 taken")
                if answer is None:
                    return
                if answer.startswith("250"):
                    self.server.inbox.append(message_from_bytes(message, policy=policy.default))  # type: ignore[arg-type]
            self._say("221 bye" if word == "QUIT" else answer)
            if word == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def running() -> Iterator[MailServer]:
    """A mail server for the length of the block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
