"""Evidence over the API: what is taken in, and how it is handed out."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.response import Response
from rest_framework.test import APIClient

from projects import archive
from projects.models import Evidence, Milestone
from tests import samples
from tests.api.conftest import SignIn
from tests.api.scene import Scene
from tests.cast import Cast

CLAIM = "/api/v1/milestones/MST-901/claim/"
PDF = samples.pdf("certificate")


def claim(client: APIClient, *files: SimpleUploadedFile) -> Response:
    return client.post(CLAIM, {"actual_on": "2026-06-01", "evidence": list(files)}, format="multipart")


def file(name: str = "proof.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refused(response: Response, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    assert {(error["field"], error["code"]) for error in response.json()["errors"]} == {("evidence", code)}
    assert Milestone.objects.get(reference="MST-901").status == "planned"
    assert not Evidence.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_413(cast: Cast, signed_in: SignIn, settings):
    settings.EVIDENCE_MAX_BYTES = len(PDF)
    refused(claim(signed_in(cast.our_lead), file(), file(content=PDF + b"\n")), 413, "too_large")
    assert claim(signed_in(cast.our_lead), file()).status_code == 200


def test_too_many_files_are_refused(cast: Cast, signed_in: SignIn, settings):
    settings.EVIDENCE_MAX_FILES = 2
    refused(claim(signed_in(cast.our_lead), file(), file(), file()), 400, "too_many")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "empty"),
        ("program.exe", b"MZ", "kind"),
        ("page.html", b"<script>", "kind"),
        ("drawing.svg", b"<svg onload=alert(1)>", "kind"),
        ("no ending", PDF, "kind"),
        ("page.pdf", b"<script>alert(1)</script>", "content"),
        ("picture.png", PDF, "content"),
        ("binary.txt", b"text\0more", "nul"),
    ],
)
def test_what_cannot_be_evidence_is_refused(
    name: str, content: bytes, code: str, cast: Cast, signed_in: SignIn
):
    refused(claim(signed_in(cast.our_lead), file(name, content)), 400, code)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\report.pdf", "report.pdf"),
        ("प्रमाण पत्र.pdf", "प्रमाण पत्र.pdf"),
        ("a\x07b.pdf", "ab.pdf"),
    ],
)
def test_a_file_keeps_the_last_part_of_its_name(sent: str, kept: str, cast: Cast, signed_in: SignIn):
    lead = signed_in(cast.our_lead)
    upload = file()
    upload._name = sent  # as a caller may send it, past the client's own cleaning
    response = claim(lead, upload)
    assert response.status_code == 200, response.content
    (evidence,) = response.json()["evidence"]
    assert evidence["name"] == kept
    assert lead.get(evidence["content"])["Content-Disposition"].startswith("attachment; filename")


def test_nothing_is_stored_for_who_may_not_claim_or_where_no_claim_is_open(
    cast: Cast, signed_in: SignIn, settings
):
    unique = samples.pdf("nobody may store this")
    assert claim(signed_in(cast.our_viewer), file(content=unique)).status_code == 403
    assert claim(signed_in(cast.their_lead), file(content=unique)).status_code == 404
    assert claim(signed_in(cast.our_lead)).status_code == 200
    assert claim(signed_in(cast.officer), file(content=unique)).status_code == 409
    stored = [
        path for path in settings.FILES_DIR.rglob("*") if path.is_file() and path.read_bytes() == unique
    ]
    assert stored == []


# --- handing out ---


def test_a_file_is_handed_out_to_be_saved_and_not_to_be_shown(scene: Scene, signed_in: SignIn):
    response = signed_in(scene.cast.auditor).get(
        f"/api/v1/evidence/{scene.key('evidence', 'own')}/content/", HTTP_ACCEPT="application/pdf"
    )
    assert response.status_code == 200
    assert response.content == b"%PDF-1.7 own proof"
    assert response["Content-Disposition"] == 'attachment; filename="own proof.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_that_was_altered_on_disk_is_not_handed_out(scene: Scene, signed_in: SignIn, caplog):
    evidence = Evidence.objects.get(pk=scene.key("evidence", "own"))
    path = archive.path_of(evidence.sha256)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"something else")
    address = f"/api/v1/evidence/{evidence.pk}/content/"
    try:
        response = signed_in(scene.cast.auditor).get(address)
        assert (response.status_code, response.json()["code"]) == (500, "file_altered")
        assert "altered on disk" in caplog.text
        path.unlink()
        assert signed_in(scene.cast.auditor).get(address).json()["code"] == "file_altered"
    finally:
        path.unlink(missing_ok=True)
        path.write_bytes(kept)  # other tests have rows of the same file


def test_internal_documents_are_not_there_for_partners(cast: Cast, signed_in: SignIn):
    body = {"actual_on": "2026-06-01", "evidence": [file("minutes.pdf")], "visibility": "internal"}
    seen = signed_in(cast.officer).post(CLAIM, body, format="multipart").json()
    address = seen["evidence"][0]["content"]
    assert signed_in(cast.scoped_auditor).get(address).status_code == 200
    lead = signed_in(cast.our_lead)
    assert lead.get(address).status_code == 404
    assert lead.get("/api/v1/evidence/").json()["results"] == []
    assert lead.get("/api/v1/milestones/MST-901/").json()["evidence"] == []


# --- files for a claim that was made without them ---


def more(client: APIClient, milestone: str, *files: SimpleUploadedFile, **facts: str) -> Response:
    return client.post(
        "/api/v1/evidence/", {"milestone": milestone, "evidence": list(files), **facts}, format="multipart"
    )


def test_files_follow_a_claim_and_who_adds_one_does_not_decide(scene: Scene, signed_in: SignIn):
    added = more(signed_in(scene.cast.our_lead), "MST-903", file("a.pdf"), file("b.pdf"), visibility="public")
    assert added.status_code == 201, added.content
    told = [(it["name"], it["visibility"], it["claim_number"]) for it in added.json()["evidence"]]
    assert told == [("a.pdf", "public", 1), ("b.pdf", "public", 1)]
    manager = signed_in(scene.cast.manager)
    assert more(manager, "MST-903", file("c.pdf")).status_code == 201
    assert manager.post("/api/v1/milestones/MST-903/verify/").status_code == 403
    assert signed_in(scene.cast.second_officer).post("/api/v1/milestones/MST-903/verify/").status_code == 200
    closed = more(manager, "MST-903", file("d.pdf"))
    assert (closed.status_code, closed.json()["code"]) == (409, "step_not_open")
    assert not Evidence.objects.filter(name="d.pdf").exists()


def test_files_are_added_to_what_one_may_see_and_not_without_a_file(scene: Scene, signed_in: SignIn):
    lead = signed_in(scene.cast.our_lead)
    for answer, field in (
        (more(lead, "MST-904", file()), "milestone"),
        (more(lead, "MST-903"), "evidence"),
        (more(lead, "MST-903", file(), visibility="internal"), "visibility"),
        (more(lead, "MST-903", file("page.html", b"<script>")), "evidence"),
    ):
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Evidence.objects.filter(milestone__reference="MST-903").count() == 1
