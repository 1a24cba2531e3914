"""The server's seal on a report: a PAdES signature (B-B, with a time-stamping authority B-T) that this server makes.

It says that this server issued these bytes, and shows in any reader of PDF when they were changed. It is no person's
digital signature and is never called one. Without a key in the settings nothing is sealed.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils import timezone
from django.utils.translation import gettext as _

FIELD = "ServerSeal"
REASON = "Server seal: issued by this server. Not the signature of a person."


class Unusable(Exception):
    """The key of the seal cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Key:
    """The content of the key file, opened once to see that it can be."""

    content: bytes
    password: bytes | None
    certificate: x509.Certificate


def is_wanted() -> bool:
    """Whether reports are sealed at all."""
    return bool(settings.REPORT_SEAL_PKCS12)


def key(*, now: dt.datetime) -> Key:
    """Return the key that is usable at `now`, or raise `Unusable`."""
    path = Path(settings.REPORT_SEAL_PKCS12)
    password = settings.REPORT_SEAL_PASSWORD.encode() or None
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = _("The key of the server's seal, %(path)s, cannot be read: %(error)s.")
        raise Unusable(reason % {"path": path, "error": error.strerror}) from error
    try:
        private, certificate, _others = pkcs12.load_key_and_certificates(content, password)
    except ValueError as error:
        reason = _(
            "The key of the server's seal, %(path)s, cannot be opened: wrong password, or no PKCS #12 file."
        )
        raise Unusable(reason % {"path": path}) from error
    if private is None or certificate is None:
        raise Unusable(
            _("The file of the server's seal, %(path)s, lacks its key or its certificate.") % {"path": path}
        )
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        reason = _("The certificate of the server's seal is valid from %(start)s to %(end)s only.")
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise Unusable(reason % {"start": start.date(), "end": end.date()})
    return Key(content, password, certificate)


def sealed(content: bytes, *, now: dt.datetime) -> bytes:
    """Return the PDF with the seal appended, the bytes before it untouched; as it is where no seal is wanted."""
    return _sealed(content, key(now=now), now) if is_wanted() else content


def check(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Tell at the start, and not at the first report, that the seal cannot be made."""
    if not is_wanted():
        return []
    try:
        key(now=timezone.now())
    except Unusable as error:
        return [
            Error(
                str(error),
                hint="REPORT_SEAL_PKCS12, REPORT_SEAL_PASSWORD (docs/settings.md)",
                id="reports.E001",
            )
        ]
    return []


def _sealed(content: bytes, opened: Key, now: dt.datetime) -> bytes:
    # Half a second to import: only who seals pays.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers, timestamps  # noqa: PLC0415

    class Writer(IncrementalPdfFileWriter):
        """Appends, and leaves what the document says of itself as it is: its dates are those of the figures."""

        def _update_meta(self) -> None:
            pass

    class Signer(signers.PdfSigner):
        """Takes its time from the caller."""

        def init_signing_session(self, *arguments: Any, **more: Any) -> Any:
            session = super().init_signing_session(*arguments, **more)
            session.system_time = now
            return session

    authority = settings.REPORT_SEAL_TSA_URL
    signer = Signer(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=REASON,
            name=opened.certificate.subject.rfc4514_string(),
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        signers.SimpleSigner.load_pkcs12_data(opened.content, other_certs=(), passphrase=opened.password),
        timestamper=timestamps.HTTPTimeStamper(authority, timeout=10) if authority else None,
        new_field_spec=fields.SigFieldSpec(
            FIELD,
            readable_field_name="Server seal",
            # Hidden: what is shown on a page must stand in the tree of tags (PDF/UA), and the seal is shown on none.
            invis_sig_settings=fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True),
        ),
    )
    output = io.BytesIO()
    signer.sign_pdf(Writer(io.BytesIO(content)), output=output)
    return output.getvalue()
