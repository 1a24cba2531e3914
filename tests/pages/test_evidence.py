"""Evidence is given out as it came in, to those who may read it, and never as a page of this site."""

import datetime as dt

import pytest

from projects import archive
from projects.choices import Visibility
from projects.models import Evidence
from tests.cast import acting

CONTENT = b"<script>alert(1)</script>"


def evidence(cast, visibility=Visibility.PARTNER, name="run log.html"):
    file = archive.store([CONTENT], name=name, content_type="text/html")
    cast.our_milestone.claim(
        by=acting(cast.officer), actual_on=dt.date(2026, 6, 10), evidence=[file], visibility=visibility
    )
    return Evidence.objects.get()


def test_the_bytes_come_back_as_an_attachment_that_no_browser_runs(cast, as_user):
    answer = as_user(cast.our_viewer).get(f"/evidence/{evidence(cast).pk}/")
    assert answer.content == CONTENT
    assert answer["Content-Disposition"] == 'attachment; filename="run log.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("person", "visibility", "status"),
    [
        ("their_lead", Visibility.PUBLIC, 404),
        ("our_lead", Visibility.INTERNAL, 404),
        ("our_lead", Visibility.PARTNER, 200),
        ("auditor", Visibility.INTERNAL, 200),
        ("officer", Visibility.INTERNAL, 200),
    ],
)
def test_a_document_is_for_its_readers_only(cast, as_user, person, visibility, status):
    row = evidence(cast, visibility)
    browser = as_user(cast.people[person])
    assert browser.get(f"/evidence/{row.pk}/").status_code == status
    page = browser.get("/milestones/MST-901/").content.decode()
    assert (row.name in page) == (status == 200)


def test_a_file_altered_on_disk_is_not_given_out(cast, as_user):
    row = evidence(cast)
    path = archive.path_of(row.sha256)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"something else")
    answer = as_user(cast.officer).get(f"/evidence/{row.pk}/")
    assert answer.status_code == 500
    assert b"something else" not in answer.content
    assert row.sha256 in answer.content.decode()
    path.write_bytes(kept)  # other tests have rows of the same file


def test_a_name_cannot_forge_a_header(cast, as_user):
    row = evidence(cast, name='a"\r\nX-Evil: 1.pdf')
    answer = as_user(cast.officer).get(f"/evidence/{row.pk}/")
    assert "X-Evil" not in answer
