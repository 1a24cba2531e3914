"""Secrets that must be read again, kept so that a copy of the database alone does not hold them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed under another SECRET_KEY."""


def sealed(text: str) -> str:
    """Return the text encrypted with a key that is derived from SECRET_KEY."""
    return _cipher().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """Return what was sealed; Unreadable where SECRET_KEY has changed since."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _cipher() -> Fernet:
    key = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"mission-tracker sealed secrets"
    ).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
