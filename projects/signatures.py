"""Signatures of messages, as "Standard Webhooks" writes them (https://www.standardwebhooks.com/); docs/webhooks.md tells receivers."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable


def headers(message: str, moment: dt.datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Return the headers by which a receiver knows who sent the body and when; one signature a secret."""
    timestamp = str(int(moment.timestamp()))
    signed = b".".join((message.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
