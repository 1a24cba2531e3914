"""The seal of a checkpoint: an HMAC under a key derived from SECRET_KEY, and a signature where the server has a seal."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.utils import timezone

from projects.models import audit
from reports import seal

SEALS = ("hmac", "signature")
Facts = dict[str, Any]


def sealed(content: Facts, *, now: dt.datetime) -> Facts:
    """Return the content with its key's name, its HMAC and, with a seal in the settings, its signature."""
    bare = {**content, "key": key_id(all_keys()[0])}
    signature = _signature(bare, now)
    found = {**bare, "hmac": _hmac(bare, all_keys()[0])}
    return {**found, "signature": signature} if signature else found


def fault(content: Facts) -> str:
    """Return what is wrong with the seal, or ""."""
    bare = {name: value for name, value in content.items() if name not in SEALS}
    key = next((key for key in all_keys() if key_id(key) == content.get("key")), None)
    if key is None:
        return "it is sealed with a key that this server does not have (SECRET_KEY, SECRET_KEY_FALLBACKS)"
    if not hmac.compare_digest(_hmac(bare, key), str(content.get("hmac"))):
        return "it was changed: its seal does not fit"
    if not _signature_fits(bare, content.get("signature")):
        return "it was changed: the signature of the server's seal does not fit"
    return ""


def all_keys() -> list[bytes]:
    """Return the keys of the seal, derived from SECRET_KEY and then from those that it followed."""
    return [
        _derived(secret) for secret in (str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS))
    ]


def _derived(secret: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mission-tracker audit checkpoints")
    return kdf.derive(secret.encode())


def key_id(key: bytes) -> str:
    """Return by which name a checkpoint tells of its key."""
    return hashlib.sha256(b"key " + key).hexdigest()[:16]


def _hmac(content: Facts, key: bytes) -> str:
    return hmac.new(key, audit.canonical(content).encode(), hashlib.sha256).hexdigest()


def _signature(content: Facts, now: dt.datetime) -> Facts | None:
    """Return the signature with the server's seal of reports, where there is one."""
    if not seal.is_wanted():
        return None
    opened = seal.key(now=now)
    private, _certificate, _others = pkcs12.load_key_and_certificates(opened.content, opened.password)
    said = audit.canonical(content).encode()
    if isinstance(private, rsa.RSAPrivateKey):
        made = private.sign(said, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        made = private.sign(said, ec.ECDSA(hashes.SHA256()))
    else:
        return None
    return {
        "certificate_sha256": opened.certificate.fingerprint(hashes.SHA256()).hex(),
        "value": base64.b64encode(made).decode(),
    }


def _signature_fits(content: Facts, signature: Facts | None) -> bool:
    """Whether the signature is right; one by an earlier certificate is left to the HMAC."""
    if not signature or not seal.is_wanted():
        return True
    try:
        certificate = seal.key(now=timezone.now()).certificate
    except seal.Unusable:  # run out or gone: the start of the server says so, and the HMAC holds
        return True
    if certificate.fingerprint(hashes.SHA256()).hex() != signature.get("certificate_sha256"):
        return True
    public, said = certificate.public_key(), audit.canonical(content).encode()
    try:
        made = base64.b64decode(str(signature.get("value")))
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(made, said, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(made, said, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
