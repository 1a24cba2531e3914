"""How often one caller may ask, and which networks may ask what others may not, as the settings say it."""

from __future__ import annotations

import ipaddress
import re

from django.core.exceptions import ImproperlyConfigured

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATES = {
    "verify": "60/minute",
    "sign_in": "60/minute",
    "token": "20/hour",
    "write": "300/minute",
    "heavy": "30/minute",
    "open": "300/minute",
    "ping": "10/minute",
    "upload": "60/minute",
    "feedback": "10/hour",
}


def rates(text: str) -> dict[str, tuple[int, int]]:
    """Return for each scope how many requests are answered in how many seconds; `text` replaces some, as `write=600/minute`."""
    chosen = dict(RATES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        scope, _equals, rate = part.partition("=")
        if scope not in RATES:
            raise ImproperlyConfigured(f"THROTTLES: {scope!r} is none of {', '.join(RATES)}.")
        chosen[scope] = rate
    return {scope: _rate(scope, rate) for scope, rate in chosen.items()}


def networks(texts: list[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks that METRICS_NETWORKS names."""
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        message = f"METRICS_NETWORKS: {error}. Write networks as 10.0.0.0/8, separated by commas."
        raise ImproperlyConfigured(message) from error


def _rate(scope: str, rate: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,8})/(second|minute|hour|day)", rate)
    if found is None:
        raise ImproperlyConfigured(f"THROTTLES: write {scope} as 60/minute (second, minute, hour, day).")
    return int(found[1]), SECONDS[found[2]]
