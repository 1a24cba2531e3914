"""The scanner is believed when it says clean, and in no other case."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from projects import scanning, uploads
from tests.scanner import EICAR, listening


def code(name: str = "a.txt", content: bytes = b"Run 7") -> str:
    """Return "" for a file that is taken, else the code of its refusal."""
    try:
        uploads.check(SimpleUploadedFile(name, content))
    except ValidationError as error:
        return str(error.code)
    return ""


@pytest.mark.parametrize("has_path", [False, True])
def test_a_file_is_taken_when_the_scanner_calls_it_clean(has_path, settings, tmp_path):
    with listening(tmp_path / "clamd.sock" if has_path else None) as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        assert (
            code(content=b"a" * 300_000 + b"\n") == "long_line"
        )  # also what is refused by itself was scanned
        assert code() == ""
        assert scanner.heard == [b"a" * 300_000 + b"\n", b"Run 7"]
        assert code(content=EICAR) == "infected"


def test_whatever_else_it_answers_nothing_is_taken(settings, caplog):
    settings.CLAMAV_SECONDS = 0.3
    with listening() as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        for says in (
            b"", b"\0", b"stream: OK", b"stream: O", b"OK\0", b"stream: OK FOUND", b"stream: OK\nstream: a FOUND\0",
            b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN COMMAND\0", b"\xff\xfe" * 5000, b"stream: OKAY\0",
        ):  # fmt: skip
            scanner.says = says
            assert code() == "unscanned", says
        scanner.says, scanner.pause = None, 1
        assert code() == "unscanned"
        scanner.pause, scanner.says, scanner.drips = 0, b"stream: ", True
        assert code() == "unscanned"
        scanner.drips, scanner.hangs_up = False, True
        assert code() == "unscanned"
    assert code() == "unscanned"  # nobody listens any more
    assert "gave no answer" in caplog.text


@pytest.mark.parametrize(
    "address", ["clamd", "unix:clamd.sock", "host:0", "host:99999", "http://host:3310", ":3310"]
)
def test_an_address_that_cannot_be_one_stops_the_start(address):
    with pytest.raises(ValueError, match=re.escape(address)):
        scanning.scanner(address)


def test_the_start_names_the_setting(root, tmp_path):
    told = {"DATA_DIR": str(tmp_path), "CLAMAV_ADDRESS": "clamd", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", "import tracker.settings"]
    done = subprocess.run(command, cwd=root, env=told, capture_output=True, text=True, check=False)
    assert "CLAMAV_ADDRESS is neither" in done.stderr
