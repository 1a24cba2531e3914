"""Hostile files at the doors of pages and API: refused by name and nothing kept, or taken as what does no harm."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient

from projects import archive
from projects.models import DisplayCopy, Evidence, PendingUpload
from tests.hostile import build, pictures
from tests.scanner import EICAR, listening

pytestmark = pytest.mark.engine("postgres")
CLAIM = {"version": 1, "actual_on": "2026-06-10", "precision": "day", "visibility": "partner"}
LABELS = (
    "svg as png", "png and a zip behind it", "png of 30000 x 30000 with little data", "laughs in a document",
    "vbaProject.bin", "a template from the web", "a script in a stream of objects", "a program on opening",
    "formula: DDE", "UTF-16", "a part whose name leads up", "an ending that is not accepted: svg",
    "name: written from the right", "name: a device", "jpeg with its place and a script in EXIF", "html as csv",
)  # fmt: skip


def test_each_door_says_the_same_of_a_hostile_file(cast, as_user):
    chosen = [case for case in build.corpus() if case.label in LABELS]
    assert len(chosen) == len(LABELS)
    browser, program = as_user(cast.our_lead), APIClient()
    program.force_authenticate(cast.our_lead)
    for case in chosen:
        content = case.content
        page = browser.post("/uploads/", {"file": SimpleUploadedFile(case.name, content)})
        assert page.status_code == (201 if case.is_accepted else 400), case.label
        if not case.is_accepted:
            answer = program.post(
                "/api/v1/milestones/MST-901/claim/",
                {"actual_on": "2026-06-01", "evidence": [SimpleUploadedFile(case.name, content)]},
                format="multipart",
            )
            codes = [error["code"] for error in answer.json()["errors"]]
            assert (answer.status_code, codes) == (400, [case.expected]), case.label
            assert page.json()["error"] == answer.json()["errors"][0]["detail"]
    taken = sum(case.is_accepted for case in chosen)
    assert PendingUpload.objects.count() == taken
    assert not Evidence.objects.exists()


def test_a_picture_is_shown_by_its_copy_and_sent_as_it_came(cast, as_user):
    browser = as_user(cast.our_lead)
    photo = pictures.located()
    sent = {**CLAIM, "evidence": [SimpleUploadedFile("site.jpg", photo)]}
    assert browser.post("/milestones/MST-901/claim/", sent).status_code == 302
    row, copy = Evidence.objects.get(), DisplayCopy.objects.get()
    assert (row.sha256, copy.original, copy.holds_location) == (copy.original, row.sha256, True)
    page = browser.get(f"/evidence/{row.pk}/about/").content.decode()
    assert "tells where it was taken" in page
    shown = browser.get(f"/evidence/{row.pk}/preview/")
    assert shown.content == archive.read(copy.sha256) != photo
    assert b"Exif" not in shown.content
    assert (shown["Content-Type"], shown["Content-Disposition"]) == (
        "image/jpeg",
        'inline; filename="site.jpg"',
    )
    assert browser.get(f"/evidence/{row.pk}/").content == photo
    copy.delete()  # as of pictures from before there were copies: sent, and never shown as they came
    assert browser.get(f"/evidence/{row.pk}/preview/")["Content-Disposition"].startswith("attachment")
    assert (
        "Files of this kind are not shown here" in browser.get(f"/evidence/{row.pk}/about/").content.decode()
    )
    said = StringIO()
    call_command("make_display_copies", stdout=said)
    assert "1 of 1 copies made" in said.getvalue()
    assert browser.get(f"/evidence/{row.pk}/preview/").content == shown.content
    call_command("make_display_copies", stdout=said)
    assert "0 of 0" in said.getvalue()


def test_what_the_scanner_does_not_call_clean_passes_no_door(cast, as_user, settings):
    lead, program = as_user(cast.our_lead), APIClient()
    program.force_authenticate(cast.officer)
    rows = {"file": SimpleUploadedFile("rows.csv", b"title\n" + EICAR)}
    with listening() as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        found = lead.post("/uploads/", {"file": SimpleUploadedFile("a.txt", EICAR)})
        assert (found.status_code, "malicious" in found.json()["error"]) == (400, True)
        told = program.post("/api/v1/milestones/import/", rows, format="multipart")
        assert [it["code"] for it in told.json()["errors"]] == ["infected"]
        page = as_user(cast.officer).post(
            "/milestones/import/", {"file": SimpleUploadedFile("rows.csv", EICAR)}
        )
        assert "malicious" in page.content.decode()
    silent = lead.post("/uploads/", {"file": SimpleUploadedFile("a.txt", b"Run 7")})
    assert (silent.status_code, "Send it again" in silent.json()["error"]) == (503, True)
    again = {"actual_on": "2026-06-01", "evidence": [SimpleUploadedFile("a.txt", b"Run 7")]}
    answer = program.post("/api/v1/milestones/MST-901/claim/", again, format="multipart")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "30", "unavailable")
    form = lead.post(
        "/milestones/MST-901/claim/", {**CLAIM, "evidence": [SimpleUploadedFile("a.txt", b"Run 7")]}
    )
    assert "Send it again" in form.content.decode()
    assert not PendingUpload.objects.exists()
    assert not Evidence.objects.exists()
