"""The server's seal: sound, broken by any change, no obstacle to reading or rendering again, and refused when it cannot be made."""

import datetime as dt
import functools
import hashlib
import http.server
import io
import threading

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core import checks
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from projects import archive
from reports import engine, figures, printing, seal, verification
from reports.choices import Outcome, ReportState
from reports.management.commands.make_seal_key import NAME, development_key
from tests.breadth import some
from tests.reports import printing as paper
from tests.reports.conformance import failures
from tests.reports.orders import NOW, order

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = pytest.mark.engine("sqlite")

PASSWORD = "a password"


@functools.cache
def one_key() -> bytes:
    """The key of a server, made once: to make one takes a second."""
    return development_key(PASSWORD, now=NOW, days=365)


@functools.cache
def sealed(language: str = "en") -> bytes:
    """The project report, sealed once with that key; only to be asked for where `key` is set."""
    return seal.sealed(paper.printed("project", language), now=NOW)


@pytest.fixture
def key(settings, tmp_path):
    """The settings of a server that seals, with a key of its own."""
    path = tmp_path / "seal.p12"
    path.write_bytes(one_key())
    settings.REPORT_SEAL_PKCS12, settings.REPORT_SEAL_PASSWORD = str(path), PASSWORD
    return path


def validated(content: bytes):
    """Return what pyHanko says of the one signature of a file, trusting the key that made it, on the day it was made."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert], moment=NOW, allow_fetching=False)
    return validate_pdf_signature(signature, trusted), signature


def test_a_seal_is_sound_covers_the_whole_file_and_bears_the_time_it_was_given(key):
    status, signature = validated(sealed())
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.self_reported_timestamp == NOW
    assert signature.field_name == "ServerSeal"
    assert "Not the signature of a person" in signature.sig_object["/Reason"]
    assert "DEVELOPMENT ONLY" in signature.sig_object["/Name"]


def test_the_seal_is_appended_to_what_was_drawn(key):
    assert sealed().startswith(paper.printed("project"))


@pytest.mark.parametrize("language", some(["hi", "en"], 1))
def test_a_sealed_report_keeps_to_pdf_ua(key, language):
    assert failures(sealed(language)) == []


@pytest.mark.parametrize("share", some([0.01, 0.6, 0.3, 0.8], 2))
def test_a_changed_byte_breaks_the_seal(key, share):
    content = bytearray(sealed())
    content[content.index(b"stream", int(len(paper.printed("project")) * share)) + 20] ^= 1
    try:
        status, _signature = validated(bytes(content))
    except Exception:  # noqa: BLE001 - what can no longer be read is not sound either
        return
    assert not status.bottom_line


def test_appended_bytes_are_no_longer_covered(key):
    (signature,) = PdfFileReader(io.BytesIO(sealed() + b"\n%more\n")).embedded_signatures
    signature.compute_integrity_info()
    assert signature.coverage.name != "ENTIRE_FILE"


def test_without_a_key_nothing_is_sealed(settings):
    assert settings.REPORT_SEAL_PKCS12 == ""
    assert seal.sealed(b"x", now=NOW) == b"x"
    assert seal.check(None) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("today")
def test_a_sealed_edition_is_genuine_and_what_was_drawn_reproduces(cast, key):
    report = engine.render(order(cast).pk)
    assert report.state == ReportState.ISSUED, report.failure
    for edition in report.editions.all():
        content = archive.read(edition.sha256)
        assert edition.is_sealed
        assert validated(content)[0].bottom_line
        drawn = content[: edition.rendered_size]
        assert hashlib.sha256(drawn).hexdigest() == edition.rendered_sha256
        again = printing.rendered(report, figures.read(report.snapshot), edition.language)
        assert bytes(again) == drawn
        answer = verification.of_file(verification.read([content]))
        assert (answer.outcome, answer.report) == (Outcome.GENUINE, report)
        stripped = verification.of_file(verification.read([drawn]))
        assert (stripped.outcome, stripped.report) == (Outcome.ALTERED, report)


def missing(path):
    path.unlink()


def wrong_password(path):
    path.write_bytes(development_key("another one", now=NOW, days=365))


def no_key_file(path):
    path.write_bytes(b"hello")


def expired(path):
    path.write_bytes(development_key(PASSWORD, now=NOW - dt.timedelta(days=10), days=5))


def not_yet_valid(path):
    path.write_bytes(development_key(PASSWORD, now=NOW + dt.timedelta(days=10), days=5))


def without_certificate(path):
    private, _certificate, _others = pkcs12.load_key_and_certificates(path.read_bytes(), PASSWORD.encode())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x", private, None, None, BestAvailableEncryption(PASSWORD.encode())
        )
    )


SPOILT = [
    (missing, "cannot be read: No such file"),
    (wrong_password, "wrong password"),
    (no_key_file, "no PKCS #12 file"),
    (expired, "is valid from"),
    (not_yet_valid, "is valid from"),
    (without_certificate, "lacks its key or its certificate"),
]


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(("spoil", "reason"), SPOILT, ids=lambda value: getattr(value, "__name__", ""))
def test_a_key_that_cannot_be_used_stops_the_start_with_the_reason(db, key, spoil, reason):
    assert seal.check(None) == []
    spoil(key)
    (error,) = seal.check(None)
    assert (error.level, reason in error.msg) == (checks.ERROR, True), error.msg
    assert any(found.id == "reports.E001" for found in checks.run_checks())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("today")
def test_a_report_that_cannot_be_sealed_fails_with_the_reason_and_is_not_issued_unsealed(cast, key):
    expired(key)
    report = engine.render(order(cast).pk)
    assert report.state == ReportState.FAILED
    assert "certificate of the server's seal" in report.failure
    assert not report.editions.exists()


def test_the_command_writes_a_key_that_says_what_it_is_and_overwrites_none(tmp_path, settings, capsys):
    settings.REPORT_SEAL_PASSWORD = ""
    path = tmp_path / "seal.p12"
    call_command("make_seal_key", str(path))
    said = capsys.readouterr().out
    assert path.stat().st_mode & 0o777 == 0o600
    password = said.split("REPORT_SEAL_PASSWORD=")[1].strip()
    settings.REPORT_SEAL_PKCS12, settings.REPORT_SEAL_PASSWORD = str(path), password
    subject = seal.key(now=timezone.now()).certificate.subject.rfc4514_string()
    assert NAME in subject
    assert "DEVELOPMENT ONLY" in subject
    with pytest.raises(CommandError, match="not overwritten"):
        call_command("make_seal_key", str(path))


# --- with a time-stamping authority ---


@pytest.fixture
def authority(settings):
    """A time-stamping authority on this machine, which says that it is eight in the morning."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(private, hashes.SHA256())
    )
    stamper = DummyTimeStamper(
        tsa_cert=translate_pyca_cryptography_cert_to_asn1(certificate),
        tsa_key=translate_pyca_cryptography_key_to_asn1(private),
        fixed_dt=NOW.replace(hour=8),
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.REPORT_SEAL_TSA_URL = f"http://127.0.0.1:{server.server_port}/"
        yield stamper
        server.shutdown()


def test_with_an_authority_the_seal_carries_its_time(key, authority):
    content = seal.sealed(paper.printed("project"), now=NOW)
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trusted = ValidationContext(
        trust_roots=[signature.signer_cert, authority.tsa_cert], moment=NOW, allow_fetching=False
    )
    status = validate_pdf_signature(signature, trusted, trusted)
    assert status.timestamp_validity.timestamp == NOW.replace(hour=8)
    assert status.intact
    assert failures(content) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("today")
def test_when_the_authority_does_not_answer_the_report_is_tried_again(cast, key, settings):
    settings.REPORT_SEAL_TSA_URL = "http://127.0.0.1:9/"
    report = engine.render(order(cast).pk)
    assert (report.state, report.attempt) == (ReportState.QUEUED, 1)
    assert not report.editions.exists()
