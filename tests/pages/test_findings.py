"""Findings on pages: from the project's page to the settled finding, who gets which page, and what they cost."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from projects.findings_home import findings_home
from projects.models import Finding
from tests.cast import TODAY, acting, document, milestone
from tests.reports.issued import issued
from tests.reports.orders import order

pytestmark = pytest.mark.engine("postgres")
FACTS = {"kind": "query", "text": "Which test shows it?", "due_on": "2026-07-31", "visibility": "partner"}
FACTS |= {"paragraph": "Para 4.2, Report 12 of 2025", "amount_crore": "12.50"}


def test_a_finding_is_raised_answered_and_settled_on_pages(cast, as_user):
    auditor, lead, stranger = (as_user(user) for user in (cast.auditor, cast.our_lead, cast.their_lead))
    assert "Raise a finding" in auditor.get("/projects/PRJ-901/").content.decode()
    assert "Raise a finding" not in lead.get("/projects/PRJ-901/").content.decode()
    form = auditor.get("/findings/new/?project=PRJ-901").content.decode()
    assert '<option value="PRJ-901" selected' in form
    both = auditor.post("/findings/new/", {**FACTS, "project": "PRJ-901", "agreement": "AGR-901"})
    assert "Choose one" in both.content.decode()
    for _twice in range(2):
        answer = auditor.post("/findings/new/", {**FACTS, "project": "PRJ-901"})
    assert "already raised as FND-001" in answer.content.decode()
    page = lead.get("/findings/FND-001/").content.decode()
    assert "Para 4.2, Report 12 of 2025" in page
    assert "12.5 crore" in page
    assert "Answer the finding" in page
    assert "Settle" not in page
    assert stranger.get("/findings/FND-001/").status_code == 404
    assert "Findings: 1 open, 1 in all" in lead.get("/projects/PRJ-901/").content.decode()
    assert "FND-001" not in stranger.get("/findings/").content.decode()
    given = {"version": 1, "answer": "See the log.", "visibility": "partner"}
    given["evidence"] = SimpleUploadedFile("log.txt", b"Day 1: 40 kg.")
    assert lead.post("/findings/FND-001/answer/", given).status_code == 302
    assert lead.get("/findings/FND-001/answer/").status_code == 409
    page = auditor.get("/findings/FND-001/").content.decode()
    assert "log.txt" in page
    assert "Settle the finding" in page
    assert lead.get("/findings/FND-001/settle/").status_code == 403
    again = {"version": 2, "reason": "Of which day?"}
    assert auditor.post("/findings/FND-001/return/", again).status_code == 302
    late = auditor.post("/findings/FND-001/withdraw/", {"version": 2, "reason": "Not needed."})
    assert late.status_code == 409
    assert "Not needed." in late.content.decode()
    assert "Of which day?" in lead.get("/findings/FND-001/").content.decode()
    lead.post("/findings/FND-001/answer/", {**given, "version": 3, "answer": "Of 3 May.", "evidence": ()})
    auditor.post("/findings/FND-001/settle/", {"version": 4, "note": "Seen."})
    page = lead.get("/findings/FND-001/").content.decode()
    assert "Of 3 May." in page
    assert "settled" in page
    assert "Findings: 0 open, 1 in all" in lead.get("/projects/PRJ-901/").content.decode()


def test_a_finding_on_a_report_is_seen_by_those_who_see_the_report(cast, as_user):
    auditor, lead = as_user(cast.auditor), as_user(cast.our_lead)
    report = issued(cast, project=cast.our_project)
    address = f"/reports/{report.slug}/findings/new/"
    assert address in auditor.get(f"/reports/{report.slug}/").content.decode()
    assert auditor.post(address, FACTS).status_code == 302
    row = Finding.objects.get()
    assert (row.report_serial, row.project) == (report.serial, cast.our_project)
    for browser in (auditor, lead):
        page = browser.get(f"/findings/{row.reference}/").content.decode()
        assert f'href="/reports/{report.slug}/"' in page
        assert "Findings: 1 open" in browser.get(f"/reports/{report.slug}/").content.decode()
    assert as_user(cast.their_lead).get(f"/findings/{row.reference}/").status_code == 404
    assert lead.get(address).status_code == 403
    queued = order(cast, project=cast.our_project)
    early = auditor.post(f"/reports/{queued.slug}/findings/new/", FACTS)
    assert early.status_code == 409


def test_one_finding_costs_as_much_as_many_and_the_home_says_what_waits(cast, as_user):
    def more(number):
        point = milestone(f"MST-95{number}", cast.our_project)
        facts = {"by": acting(cast.auditor), "kind": "query", "due_on": TODAY + dt.timedelta(days=30)}
        for about in (point, cast.our_agreement, cast.our_project):
            row = Finding.raise_(about, text=f"Finding {number}", **facts)
        row.answer_(by=acting(cast.our_lead), answer="So.", evidence=[document(f"log {number}")])

    more(0)
    paths = {"/findings/": 10, "/findings/FND-003/": 13}
    for user in (cast.manager, cast.auditor, cast.scoped_auditor, cast.our_lead):
        costs = []
        for number in range(2):
            browser = as_user(user)
            for path, most in paths.items():
                with CaptureQueriesContext(connection) as queries:
                    assert browser.get(path).status_code == 200
                costs.append((path, len(queries)))
                assert len(queries) <= most, (user, path, len(queries))
            if number == 0:
                more(f"{user.pk}{number}")
        assert costs[:2] == costs[2:], user
    home = render_to_string("projects/_findings_home.html", findings_home(acting(cast.auditor)))
    assert home.index("FND-003") < home.index("FND-001")
    assert "Findings that wait for you" in home
