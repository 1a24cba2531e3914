"""Files that were made to do harm are refused by their right name, or taken as what does none; within time and memory."""

import re
import subprocess
import sys

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from projects import refusals, uploads
from projects.inspection import running
from projects.inspection.findings import Unfit
from tests import samples
from tests.hostile import build, packages, pictures


def refusal(name: str, content: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        uploads.check(SimpleUploadedFile(name, content))
    return caught.value


def test_hostile_files_become_what_they_must(root, tmp_path):
    command = [sys.executable, "-m", "tests.hostile.run", "--sample"]
    env = {"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^1[5-9]\d files, 0 not as expected", done.stdout), done.stdout


def test_there_are_enough_of_them():
    labels = [(case.label, case.name, case.expected) for case in build.corpus()]
    assert len(set(labels)) == len(labels) >= 300
    assert {expected for *_, expected in labels if "/" not in expected} >= set(refusals._words()) - {
        *("too_large", "infected", "unscanned", "busy"),  # not of the file itself
        "too_costly",
    }


def test_every_refusal_is_said_in_both_languages_with_what_to_do():
    for language in ("en", "hi"):
        with translation.override(language):
            for code, words in refusals._words().items():
                facts = dict.fromkeys(re.findall(r"%\((\w+)\)s", words), 1)
                said = refusals.of(code, **{**facts, "name": "a.pdf"}).messages[0]
                assert "a.pdf" in said
                assert "%(" not in said


def test_what_takes_too_long_or_too_much_is_given_up(settings):
    big = samples.picture("PNG", (6000, 6000))
    settings.INSPECTION_MEGABYTES = 120
    assert refusal("a.png", big).code == "too_costly"
    settings.INSPECTION_MEGABYTES = 1024
    settings.INSPECTION_SECONDS = 0.01
    assert refusal("a.png", samples.picture()).code == "too_costly"
    settings.INSPECTION_SECONDS = 20
    settings.EVIDENCE_MAX_PIXELS = 1000
    assert "1,200" not in (said := refusal("a.png", samples.picture()).messages[0])
    assert "40 × 30" in said
    settings.EVIDENCE_MAX_UNPACKED_BYTES = 100
    assert refusal("a.docx", packages.packed(packages.docx())).code == "unpacked"


def test_a_file_waits_for_its_turn_and_is_sent_away_when_none_comes(settings, monkeypatch):
    settings.INSPECTION_SECONDS = 1
    held = [running._turns.acquire(timeout=5) for _ in range(running.AT_ONCE)]
    try:
        error = refusal("a.png", samples.picture())
        assert (error.code, refusals.is_passing(error)) == ("busy", True)
    finally:
        for _ in held:
            running._turns.release()
    uploads.check(SimpleUploadedFile("a.png", samples.picture()))  # every turn was given back


def test_a_child_that_breaks_is_told_from_one_that_refuses(tmp_path, caplog):
    with (tmp_path / "a").open("w+b") as file, pytest.raises(Unfit, match="damaged"):
        running.inspect("nothing", file, "a/b", bounds=uploads.bounds())
    assert "No module named" in caplog.text


def test_the_copy_for_display_is_upright_small_and_holds_nothing_else(settings):
    found = uploads.check(SimpleUploadedFile("site.jpg", pictures.located())).found
    assert found.holds_location
    assert b"Exif" not in found.display
    assert b"script" not in found.display
    image = pictures.Image.open(pictures.io.BytesIO(found.display))
    assert image.size == (20, 60)  # it lay on its side
    clear = samples.picture("PNG", (4000, 10), "RGBA")
    copy = uploads.check(SimpleUploadedFile("a.png", clear)).found
    assert not copy.holds_location
    image = pictures.Image.open(pictures.io.BytesIO(copy.display))
    assert image.size == (1600, 4)
    assert image.getpixel((5, 2)) == (255, 255, 255)  # what is not there is white, as on paper
