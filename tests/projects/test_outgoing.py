"""Calls to addresses that people entered reach public servers alone, by the address that was judged, and come to an end."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from projects import outgoing
from tests import hookserver

PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - called, not listened on
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1", "192.0.0.8",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1",
)  # fmt: skip


def leading_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[tuple[Any, ...]]:
    """Let every name lead to the addresses, and return where connections were asked for."""
    asked: list[tuple[Any, ...]] = []

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append((host, port))
        family = socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (it, port)) for it in addresses]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    return asked


def post(url: str) -> outgoing.Answer:
    return outgoing.post(url, b"{}", {"Content-Type": "application/json"})


@pytest.mark.parametrize("text", PRIVATE)
def test_no_private_address_is_called_by_whatever_name(text: str, monkeypatch: pytest.MonkeyPatch):
    assert not outgoing.is_public(ipaddress.ip_address(text))
    literal = f"[{text}]" if ":" in text else text
    with pytest.raises(ValidationError, match="private or reserved"):
        outgoing.checked(f"https://{literal}/")
    leading_to(monkeypatch, text)
    monkeypatch.setattr(outgoing, "_called", lambda *args: pytest.fail("it was called"))
    with pytest.raises(outgoing.NotReached, match="private or reserved"):
        post("https://hooks.example.org/")


def test_public_addresses_may_be_called():
    assert all(outgoing.is_public(ipaddress.ip_address(it)) for it in ("8.8.8.8", "2606:4700::1111"))
    assert outgoing.checked(" https://hooks.example.org/in?a=b ") == "https://hooks.example.org/in?a=b"


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch):
    leading_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    monkeypatch.setattr(outgoing, "_called", lambda *args: pytest.fail("it was called"))
    with pytest.raises(outgoing.NotReached, match="private or reserved"):
        post("https://hooks.example.org/")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/\r\nHost: x",
        "https://hooks.example.org/a b",
        "https://हुक.example.org/",
        "https:///in",
        "hooks.example.org",
        "https://[::1",
        f"https://hooks.example.org/{'a' * 500}",
    ],
)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_entered(url: str):
    with pytest.raises(ValidationError):
        outgoing.checked(url)


@pytest.fixture
def local(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOCAL = True


@pytest.mark.usefixtures("local")
def test_the_name_is_resolved_once_and_the_certificate_is_the_names(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
):
    """The connection goes to the address that was judged, with the name in the greeting and in the Host header."""
    name = "hooks.example.org"
    certificate = hookserver.certificate_for(name, tmp_path)
    settings.WEBHOOK_CA_FILE = str(certificate)
    with hookserver.running(certificate) as server:
        asked = leading_to(monkeypatch, "127.0.0.1")
        assert post(server.address("/in?a=b", "https", name)).status == 200
        # The second is urllib3's, which asks for the address that it was given and not for the name.
        assert [host for host, _port in asked] == [name, "127.0.0.1"]
        assert (server.names, server.calls[0].headers["host"]) == ([name], f"{name}:{server.port}")
        assert server.calls[0].path == "/in?a=b"
        with pytest.raises(outgoing.NotReached, match="certificate"):
            post(server.address("/in", "https", "other.example.org"))
        settings.WEBHOOK_CA_FILE = ""
        with pytest.raises(outgoing.NotReached, match="certificate"):
            post(server.address("/in", "https", name))
        assert len(server.calls) == 1


@pytest.mark.usefixtures("local")
def test_a_redirect_is_an_answer_and_not_followed():
    with hookserver.running() as server:
        server.status, server.location = 307, server.address("/elsewhere")
        assert post(server.address()).status == 307
        assert [call.path for call in server.calls] == ["/hook"]


@pytest.mark.usefixtures("local")
def test_a_server_that_answers_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outgoing, "DEADLINE", 0.3)
    with hookserver.running() as server:
        server.drips = True
        began = time.monotonic()
        with pytest.raises(outgoing.NotReached, match="come to an end"):
            post(server.address())
        assert time.monotonic() - began < 3


@pytest.mark.usefixtures("local")
def test_why_no_answer_came_is_said(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(outgoing.NotReached, match="refused the connection"):
            post(f"http://127.0.0.1:{nobody.getsockname()[1]}/")
    monkeypatch.setattr(outgoing, "SILENCE_SECONDS", 0.2)
    with hookserver.running() as server:
        server.pause = 1
        with pytest.raises(outgoing.NotReached, match="did not answer in time"):
            post(server.address())
