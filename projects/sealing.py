"""Secrets that must be read again, kept so that a copy of the database alone does not hold them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed under another SECRET_KEY."""


def sealed(text: str) -> str:
    """Return the text encrypted with a key that is derived from SECRET_KEY."""
    return _cipher().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Return what was sealed, under SECRET_KEY or one of SECRET_KEY_FALLBACKS; Unreadable under another one."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _cipher() -> MultiFernet:
    return MultiFernet([_of(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _of(secret_key: str) -> Fernet:
    key = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"mission-tracker sealed secrets"
    ).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
