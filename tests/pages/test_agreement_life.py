"""The life of an agreement as pages: an amendment with its document, a step, and what the forms refuse."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from projects import agreeing, gating
from projects.models import Amendment, Evidence
from tests import samples
from tests.cast import acting

LIFE = "/agreements/AGR-901/life/"
AMEND = "/agreements/AGR-901/amendments/new/"
FORM = {"agreed_on": "2026-06-01", "summary": "Prolonged by a year.", "visibility": "partner"}


def letter():
    return SimpleUploadedFile("letter.pdf", samples.pdf("signed"), content_type="application/pdf")


def test_an_amendment_needs_its_document(cast, as_user):
    browser = as_user(cast.officer)
    refused = browser.post(AMEND, FORM)
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["evidence"])
    assert not Amendment.objects.exists()
    answer = browser.post(AMEND, {**FORM, "evidence": [letter()]}, follow=True)
    assert answer.redirect_chain == [(LIFE, 302)]
    assert "letter.pdf" in answer.content.decode()
    assert Evidence.objects.get().amendment == Amendment.objects.get()


def test_a_suspension_and_what_is_likely_show_on_the_milestone_and_the_next_gate_on_the_project(
    cast, as_user
):
    agreeing.take(
        cast.our_agreement,
        "suspend",
        by=acting(cast.manager),
        taken_on=dt.date(2026, 6, 1),
        decided_by_post="Secretary",
        reason="Sanctions.",
    )
    plan = {"gate": "G0", "decided_by_post": "Secretary", "decided_on": dt.date(2026, 6, 1)}
    for day, reason in ((dt.date(2026, 6, 10), ""), (dt.date(2026, 6, 12), "Late.")):
        gating.plan(cast.our_project, by=acting(cast.officer), planned_on=day, reason=reason, **plan)
    browser = as_user(cast.our_viewer)
    page = browser.get("/milestones/MST-901/").content.decode()
    for wanted in (
        "agreement behind this milestone is suspended",
        "Sanctions.",
        "too few cases (0, needs 8)",
    ):
        assert wanted in page
    before = browser.get("/milestones/MST-901/?as_of=2026-05-31").content.decode()
    assert "is suspended" not in before
    page = browser.get("/projects/PRJ-901/").content.decode()
    for wanted in ("baseline 10 Jun", "forecast 12 Jun", "3 days past"):
        assert wanted in page
