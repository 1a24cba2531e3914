"""Findings and the evidence bundle over the API: the same conditions as everywhere, and files in and out."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import AuditEvent, Finding
from tests.api.conftest import SignIn
from tests.cast import Cast
from tests.reports.issued import issued

pytestmark = [pytest.mark.django_db, pytest.mark.engine("postgres")]
V1 = "/api/v1"
FOUND = {"kind": "query", "text": "=Which test shows it?", "due_on": "2026-07-31", "amount_crore": "12.50"}


def test_a_finding_goes_its_way_under_the_conditions_of_every_write(cast: Cast, signed_in: SignIn):
    auditor, lead = signed_in(cast.auditor), signed_in(cast.our_lead)
    headers = {"Idempotency-Key": "one"}
    body = {**FOUND, "milestone": "MST-901"}
    for _twice in range(2):
        made = auditor.post(f"{V1}/findings/", body, format="json", headers=headers)
    assert (made.status_code, made["Idempotency-Replayed"], Finding.objects.count()) == (201, "true", 1)
    found = made.json()
    assert (found["project"], found["milestone"], found["amount_crore"]) == ("PRJ-901", "MST-901", "12.5")
    two = auditor.post(f"{V1}/findings/", {**body, "project": "PRJ-901"}, format="json")
    assert [it["field"] for it in two.json()["errors"]] == ["project"]
    one = f"{V1}/findings/FND-001/"
    assert lead.get(one).json()["steps"] == ["answer"]
    file = SimpleUploadedFile("log.txt", b"Day 1: 40 kg.")
    answer = lead.post(f"{one}answer/", {"answer": "See the log.", "evidence": [file]}, format="multipart")
    told = answer.json()
    assert (answer.status_code, told["answered_for"], told["evidence"][0]["name"]) == (
        200,
        "INS-901",
        "log.txt",
    )
    stale = auditor.post(f"{one}settle/", {"version": 1}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    held = auditor.get(one)["ETag"]
    again = auditor.post(
        f"{one}return/", {"reason": "Of which day?"}, format="json", headers={"If-Match": held}
    )
    assert (again.status_code, again.json()["status"]) == (200, "raised")
    gone = auditor.post(f"{one}withdraw/", {"reason": "x"}, format="json", headers={"If-Match": held})
    assert gone.status_code == 412
    assert auditor.post(f"{one}settle/", {}, format="json").status_code == 409  # nobody has answered again
    lines = lead.get(f"{V1}/findings/?format=csv&status=raised").getvalue().decode().splitlines()
    assert "'=Which test shows it?" in lines[1]
    assert lead.get(f"{V1}/findings/?status=settled").json()["count"] == 0


def test_a_report_takes_findings_and_the_bundle_is_sent_whole_and_recorded(cast: Cast, signed_in: SignIn):
    auditor = signed_in(cast.auditor)
    report = issued(cast, project=cast.our_project)
    made = auditor.post(f"{V1}/reports/{report.slug}/findings/", FOUND, format="json").json()
    assert (made["report"], made["project"]) == (report.serial, "PRJ-901")
    address = f"{V1}/evidence-bundles/PRJ-901/"
    wrong = auditor.get(f"{address}?start=soon")
    assert [it["field"] for it in wrong.json()["errors"]] == ["start"]
    answer = auditor.get(f"{address}?start=2020-01-01")
    content = b"".join(answer)
    assert answer["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert 'filename="bundle-PRJ-901-2020-01-01-2026-06-15.zip"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("manifest.json"))
    assert manifest["project"]["reference"] == "PRJ-901"
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert (event.action, event.after["sha256"]) == ("bundle.download", hashlib.sha256(content).hexdigest())


def test_a_bundle_that_is_too_large_is_refused_with_what_to_do(cast: Cast, signed_in: SignIn, settings):
    issued(cast, project=cast.our_project)
    settings.BUNDLE_MAX_BYTES = 10
    answer = signed_in(cast.auditor).get(f"{V1}/evidence-bundles/PRJ-901/?start=2020-01-01")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (400, "end", "too_much")
    assert "choose a shorter one" in error["detail"]
