"""Secrets that must be read again, kept so that a copy of the database alone does not hold them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone


class Unreadable(Exception):
    """The secret was sealed under another SECRET_KEY."""


def sealed(text: str) -> str:
    """Return the text encrypted with a key that is derived from SECRET_KEY."""
    return _cipher().encrypt_at_time(text.encode(), int(timezone.now().timestamp())).decode()


def opened(text: str, *, seconds: int | None = None) -> str:
    """Return what was sealed, under SECRET_KEY or one of SECRET_KEY_FALLBACKS; Unreadable under another one.

    With `seconds`, also where it was sealed longer ago.
    """
    try:
        now = int(timezone.now().timestamp())
        cipher = _cipher()
        token = text.encode()
        plain = cipher.decrypt(token) if seconds is None else cipher.decrypt_at_time(token, seconds, now)
        return plain.decode()
    except InvalidToken as error:
        raise Unreadable from error


def _cipher() -> MultiFernet:
    return MultiFernet([_of(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _of(secret_key: str) -> Fernet:
    key = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"mission-tracker sealed secrets"
    ).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
