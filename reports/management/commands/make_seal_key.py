"""`manage.py make_seal_key FILE`: a key for the server's seal, for developing."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

NAME = "Mission Tracker server seal (DEVELOPMENT ONLY)"


class Command(BaseCommand):
    help = (
        "Writes a key and a certificate, signed by itself, for sealing reports while developing. Its subject says so: no "
        "reader of PDF trusts it. A production server gets its key from a certifying authority."
    )
    requires_system_checks = ()  # the check of the seal asks for the very file that this writes

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where to write it, as in seal.p12")
        parser.add_argument("--days", type=int, default=365, help="how long the certificate is valid")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        password = settings.REPORT_SEAL_PASSWORD or secrets.token_urlsafe(18)
        content = development_key(password, now=timezone.now(), days=options["days"])
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        except FileExistsError:
            raise CommandError(f"{path} is there already; it is not overwritten.") from None
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        self.stdout.write(f"{NAME}, valid for {options['days']} days. To seal with it, set")
        self.stdout.write(f"REPORT_SEAL_PKCS12={path.resolve()}")
        if not settings.REPORT_SEAL_PASSWORD:
            self.stdout.write(f"REPORT_SEAL_PASSWORD={password}")


def development_key(password: str, *, now: dt.datetime, days: int) -> bytes:
    """Return a PKCS #12 file with a new key, valid for `days` from `now`; or until that many days ago."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    start, end = sorted((now - dt.timedelta(minutes=5), now + dt.timedelta(days=days)))
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        NAME.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
    )
