"""What no machine may be started with: each refusal names the variable and says what to do."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_LETTERS = 10  # different ones: a random key has more, in hexadecimal as well


def require(**settings: object) -> None:
    """Raise ImproperlyConfigured with all that is unsafe, so that one start is enough to learn of it."""
    found = list(unsafe(**settings))  # type: ignore[arg-type]
    if found:
        raise ImproperlyConfigured("\n".join(found))


def unsafe(
    *,
    debug: bool,
    secret_key: str,
    fallbacks: Sequence[str],
    base_url: str,
    allowed_hosts: Sequence[str],
    behind_tls_proxy: bool,
    webhooks_allow_local: bool,
) -> Iterator[str]:
    """Yield in words what may not stand in the settings together."""
    yield from _weak("SECRET_KEY", secret_key, "set a longer random one, or none at all.")
    for key in fallbacks:
        yield from _weak("A key of SECRET_KEY_FALLBACKS", key, "leave it out.")
    if secret_key in fallbacks:
        yield "SECRET_KEY stands among SECRET_KEY_FALLBACKS, too: the old key belongs there, a new one into SECRET_KEY."
    url = urlsplit(base_url)
    if (
        url.scheme not in ("http", "https")
        or not url.hostname
        or url.path
        or url.query
        or url.fragment
        or url.username
    ):
        yield f"BASE_URL is {base_url!r}: write https://host or http://host:port, and nothing behind it."
        return
    if behind_tls_proxy and url.scheme != "https":
        yield "BEHIND_TLS_PROXY is yes and BASE_URL begins with http://: write the https:// address that people use."
    if "*" in allowed_hosts:
        yield "ALLOWED_HOSTS is *: name the hosts; links in mails and reports would lead wherever a request says."
    others = sorted({host for host in (url.hostname, *allowed_hosts) if not is_local(host)})
    if debug and others:
        yield f"DEBUG is yes on a machine that others reach ({', '.join(others)}): errors would show them its insides."
    if webhooks_allow_local and url.scheme == "https":
        yield "WEBHOOKS_ALLOW_LOCAL is yes on a server that others use: they could make it call what only it can reach."


def is_local(host: str) -> bool:
    """Whether only this machine can be meant by the name."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _weak(name: str, key: str, advice: str) -> Iterator[str]:
    if len(key) < SHORTEST_KEY:
        yield f"{name} is shorter than {SHORTEST_KEY} characters: {advice}"
    elif len(set(key)) < FEWEST_LETTERS or key.startswith("django-insecure-"):
        yield f"{name} can be guessed: {advice}"
