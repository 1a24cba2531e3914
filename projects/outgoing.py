"""Calls to addresses that people have entered: the only module that opens a connection to one.

Whoever enters an address must not make this server reach what only this server can reach. So the name is resolved once, the
answer is judged, and the connection goes to the judged address, with the certificate of the name: a name that
points elsewhere a moment later changes nothing. No redirect is followed, no proxy of the environment is used, and a call
ends after DEADLINE seconds whatever the other side does.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

LONGEST = 500
CONNECT_SECONDS, SILENCE_SECONDS, DEADLINE = 5.0, 10.0, 15.0
MOST_READ = 64 * 1024  # bytes of an answer, of which only the status counts
# Global by the registry of the language's library, yet ways to what lies behind a translator or a relay.
RELAYS = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))

BROKEN = (HTTPError, HTTPException, OSError, ValueError)

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReached(Exception):
    """The call brought no answer; the text says why."""


@dataclass(frozen=True)
class Answer:
    status: int
    duration_ms: int


def checked(url: str) -> str:
    """Return the address in the form in which it is kept; ValidationError where it can be called by no means.

    Nothing is asked of the network: where the name leads is judged at each call.
    """
    url = url.strip()
    parts = _parts(url)
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise ValidationError(
            _("Give an address of printable ASCII characters, at most %(most)d.") % {"most": LONGEST}
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_ALLOW_LOCAL):
        raise ValidationError(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValidationError(_("The address must hold no user name, password or fragment (#)."))
    if settings.WEBHOOKS_ALLOW_LOCAL:
        return url
    if _port(parts) not in settings.WEBHOOK_PORTS:
        ports = ", ".join(map(str, settings.WEBHOOK_PORTS))
        raise ValidationError(_("Only these ports may be called: %(ports)s.") % {"ports": ports})
    with contextlib.suppress(ValueError):
        if not is_public(ipaddress.ip_address(parts.hostname or "")):
            raise ValidationError(_private())
    return url


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body and return the status of the answer, whatever it is; NotReached where none came."""
    began = time.monotonic()
    try:
        parts = _parts(checked(url))
        address = _resolved(parts)
        status = _called(parts, address, body, headers)
    except ValidationError as error:
        raise NotReached(" ".join(error.messages)) from error
    return Answer(status, round((time.monotonic() - began) * 1000))


def is_public(address: Ip) -> bool:
    """Whether the address is somebody's in the public Internet, and not a way to one that is not."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None
        or address.sixtofour is not None
        or address.teredo is not None
        or address.is_site_local
    ):
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == network.version and address in network for network in RELAYS)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port(parts)
        name = parts.hostname or ""
    except ValueError as error:
        raise ValidationError(_("This is no address of a web server.")) from error
    if not name:
        raise ValidationError(_("This is no address of a web server."))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _private() -> str:
    return _("The address leads into a private or reserved network.")


def _resolved(parts: SplitResult) -> str:
    """Return one address of the name. Each that the name has must be public: a mixture is a trap, not a mistake."""
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(_("The name of the server is not known.")) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOKS_ALLOW_LOCAL:
        for text in addresses:
            if not is_public(ipaddress.ip_address(text.partition("%")[0])):
                raise NotReached(_private())
    return addresses[0]


def _called(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    connection = _connection(parts, address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    try:
        with _ended_at_the_deadline(connection):
            connection.request(
                "POST", target, body=body, headers={**headers, "Host": host}, preload_content=False
            )
            connection.timeout = SILENCE_SECONDS  # of each wait for a part of the answer
            answer = connection.getresponse()
            with contextlib.suppress(*BROKEN):
                answer.read(
                    MOST_READ, decode_content=False
                )  # so that the other side may finish what it writes
            return answer.status
    except BROKEN as error:
        raise NotReached(_in_words(error)) from error
    finally:
        connection.close()


def _connection(parts: SplitResult, address: str) -> Any:
    name = parts.hostname or ""
    if parts.scheme == "http":
        return _Watched(address, _port(parts), timeout=CONNECT_SECONDS)
    return _WatchedTls(
        address,
        _port(parts),
        timeout=CONNECT_SECONDS,
        server_hostname=name,
        cert_reqs=ssl.CERT_REQUIRED,
        ca_certs=settings.WEBHOOK_CA_FILE or None,
        ssl_minimum_version=ssl.TLSVersion.TLSv1_2,
    )


class _Handle:
    """Keeps a second handle on the connection, by which it can be cut while the first one is busy."""

    handle: socket.socket | None = None
    is_cut = False

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]  # of the connection that it stands before
        self.handle = made.dup()
        if self.is_cut:
            self.cut()
        return made

    def cut(self) -> None:
        self.is_cut = True
        if self.handle is not None:
            with contextlib.suppress(OSError):
                self.handle.shutdown(socket.SHUT_RDWR)


class _Watched(_Handle, HTTPConnection):
    pass


class _WatchedTls(_Handle, HTTPSConnection):
    pass


@contextlib.contextmanager
def _ended_at_the_deadline(connection: Any) -> Iterator[None]:
    """Cut the connection at the deadline: time-outs begin anew with every byte, and bytes can come slowly for ever."""
    watch = threading.Timer(DEADLINE, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except BROKEN as error:
        if connection.is_cut:
            raise NotReached(
                _("The answer did not come to an end within %(seconds)d seconds.") % {"seconds": DEADLINE}
            ) from error
        raise
    finally:
        watch.cancel()
        if connection.handle is not None:
            connection.handle.close()


def _in_words(error: Exception) -> str:
    """Return why no answer came, without what the other side may have written into an error."""
    reasons: tuple[tuple[Any, str], ...] = (
        (ssl.SSLCertVerificationError, _("The certificate of the server is not valid for its name.")),
        (ssl.SSLError, _("No secure connection came about.")),
        (TimeoutError, _("The server did not answer in time.")),
        (ConnectionRefusedError, _("The server refused the connection.")),
    )
    seen: BaseException | None = error
    while seen is not None:
        for kind, words in reasons:
            if isinstance(seen, kind):
                return words
        inner = seen.args[0] if seen.args and isinstance(seen.args[0], BaseException) else None
        seen = inner or seen.__cause__ or seen.__context__
    return _("The connection broke (%(kind)s).") % {"kind": type(error).__name__}
