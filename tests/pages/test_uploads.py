"""Files sent before their form, previews apart from the site, newer versions, and the same file used twice."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Evidence, PendingUpload, pending
from tests import samples
from tests.cast import acting, document, milestone
from tests.pages.conftest import NOON

pytestmark = pytest.mark.engine("postgres")
CLAIM = {"version": 1, "actual_on": "2026-06-10", "precision": "day", "visibility": "partner"}
AT = "/milestones/MST-901/claim/"


def sent(browser, name="log.txt", content=b"Run 7: 4.2 kg"):
    """Send a file and return its reference."""
    answer = browser.post("/uploads/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 201
    return answer.json()["reference"]


def test_a_file_sent_before_its_form_becomes_evidence_with_it(cast, as_user):
    browser = as_user(cast.our_lead)
    reference = sent(browser)
    kept = PendingUpload.objects.get()
    refused = browser.post(AT, {**CLAIM, "actual_on": "", "evidence_pending": [reference]})
    assert f'value="{reference}" checked' in refused.content.decode()
    plain = SimpleUploadedFile("plain.txt", b"as without scripts")
    taken = browser.post(AT, {**CLAIM, "evidence_pending": [reference], "evidence": [plain]})
    assert taken.status_code == 302
    assert sorted(Evidence.objects.values_list("name", flat=True)) == ["log.txt", "plain.txt"]
    assert not PendingUpload.objects.exists()
    assert not kept.path.exists()


def test_a_file_is_its_senders_alone_and_for_a_day(cast, as_user):
    reference = sent(as_user(cast.officer))
    for wrong in (reference, "nonsense", str(uuid.uuid4())):
        page = as_user(cast.our_lead).post(AT, {**CLAIM, "evidence_pending": [wrong]})
        assert "not kept any more" in page.content.decode()
    kept = PendingUpload.objects.get()
    assert pending.expire(now=NOON + dt.timedelta(hours=23)) == 0
    assert pending.expire(now=NOON + dt.timedelta(hours=25)) == 1
    assert not kept.path.exists()
    page = as_user(cast.officer).post(AT, {**CLAIM, "evidence_pending": [reference]})
    assert "choose the file once more" in page.content.decode()
    assert not Evidence.objects.exists()


def test_what_cannot_be_evidence_is_refused_as_it_is_sent(cast, as_user, monkeypatch, settings, tmp_path):
    settings.FILES_DIR = tmp_path  # whose files of other tests would be counted, too
    browser = as_user(cast.our_lead)
    for name, content in (("run.exe", b"MZ"), ("page.pdf", b"<html>"), ("empty.txt", b"")):
        answer = browser.post("/uploads/", {"file": SimpleUploadedFile(name, content)})
        assert (answer.status_code, name in answer.json()["error"]) == (400, True)
    assert browser.post("/uploads/").status_code == 400
    monkeypatch.setattr(pending, "MOST_PENDING", 1)
    sent(browser)
    second = browser.post("/uploads/", {"file": SimpleUploadedFile("b.txt", b"b")})
    assert "wait already" in second.json()["error"]
    assert PendingUpload.objects.count() == len(list(PendingUpload.objects.get().path.parent.iterdir())) == 1


def claimed(cast, row=None, file=None):
    row = row or cast.our_milestone
    row.claim(by=acting(cast.officer), actual_on=dt.date(2026, 6, 10), evidence=[file or document()])
    return row.evidence.get()


def test_a_preview_stands_in_a_sandbox_and_shows_pictures_and_pdf_alone(cast, as_user):
    row = claimed(cast)
    browser = as_user(cast.our_viewer)
    page = browser.get(f"/evidence/{row.pk}/about/").content.decode()
    assert row.sha256 in page
    assert f'<iframe class="preview" src="/evidence/{row.pk}/preview/"' in page
    answer = browser.get(f"/evidence/{row.pk}/preview/")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"].endswith("frame-ancestors 'self'; sandbox")
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "SAMEORIGIN")
    text = claimed(cast, milestone("MST-905", cast.our_project), _text())
    assert browser.get(f"/evidence/{text.pk}/preview/")["Content-Disposition"].startswith("attachment")
    assert as_user(cast.their_lead).get(f"/evidence/{row.pk}/preview/").status_code == 404


def _text():
    file = document("page")
    return type(file)(sha256=file.sha256, size=file.size, name="page.html", content_type="text/html")


def test_a_newer_version_takes_the_place_and_the_older_stays(cast, as_user):
    old, browser = claimed(cast), as_user(cast.our_lead)
    address = f"/evidence/{old.pk}/supersede/"
    newer = {"evidence": SimpleUploadedFile("letter, signed.pdf", samples.pdf("signed"))}
    answer = browser.post(address, newer)
    new = Evidence.objects.get(supersedes=old)
    assert answer["Location"] == f"/evidence/{new.pk}/about/"
    page = browser.get("/milestones/MST-901/").content.decode()
    assert old.name in page
    assert "superseded" in page
    assert browser.get(address).status_code == 409
    # Who has sent it has added to the claim, and is not the one who verifies it.
    assert cast.our_lead.pk in cast.our_milestone.claimants()
    cast.our_milestone.verify(by=acting(cast.manager))
    assert browser.get(f"/evidence/{new.pk}/supersede/").status_code == 409


def test_the_same_file_under_two_claims_is_told_to_those_who_see_both(cast, as_user):
    file = document("photograph")
    ours = claimed(cast, file=file)
    theirs = claimed(cast, cast.their_milestone, file)
    page = as_user(cast.manager).get("/milestones/MST-901/verify/").content.decode()
    assert f'<a href="/evidence/{theirs.pk}/about/">' in page
    for path in ("/milestones/MST-901/", f"/evidence/{ours.pk}/about/"):
        page = as_user(cast.our_lead).get(path).content.decode()
        assert "MST-902" not in page
        assert f"/evidence/{theirs.pk}/" not in page
