"""The steps of a milestone as forms, happy and unhappy."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from projects.choices import MilestoneStatus, Precision
from projects.models import Evidence, Milestone
from tests import samples
from tests.cast import TODAY, acting

CLAIM = "/milestones/MST-901/claim/"
PDF = samples.pdf("run log")


def pdf(name="run log.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="text/html")


def claim_form(milestone, **fields):
    return {
        "version": milestone.version,
        "actual_on": "2026-06-10",
        "precision": "day",
        "note": "Ran for 80 hours.",
        "visibility": "partner",
        **fields,
    }


def claimed(cast, **fields):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 10), **fields)
    return cast.our_milestone


def test_a_lead_claims_with_several_files(cast, as_user):
    form = claim_form(cast.our_milestone, evidence=[pdf(), pdf("second.pdf", PDF + b"\n")])

    answer = as_user(cast.our_lead).post(CLAIM, form)

    assert answer.status_code == 302
    assert answer.url == "/milestones/MST-901/"
    milestone = Milestone.objects.get(reference="MST-901")
    assert milestone.status == MilestoneStatus.CLAIMED
    assert milestone.claimant_organisation == cast.texmin
    assert [file.name for file in milestone.evidence.all()] == ["run log.pdf", "second.pdf"]
    assert {file.content_type for file in milestone.evidence.all()} == {"application/pdf"}


def test_the_page_after_a_claim_says_what_comes_next(cast, as_user):
    answer = as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone), follow=True)
    assert "MST-901 is claimed as achieved. A second person verifies it." in answer.content.decode()


def test_a_date_known_to_the_month_is_kept_as_its_last_day(cast, as_user):
    form = claim_form(cast.our_milestone, actual_on="2026-05-03", precision="month")
    as_user(cast.our_lead).post(CLAIM, form)
    milestone = Milestone.objects.get(reference="MST-901")
    assert (milestone.actual_on, milestone.actual_precision) == (dt.date(2026, 5, 31), Precision.MONTH)


def test_a_month_that_still_runs_is_kept_as_today_not_as_a_day_to_come(cast, as_user):
    as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone, precision="month"))
    assert Milestone.objects.get(reference="MST-901").actual_on == TODAY


def test_a_day_in_the_future_is_refused_at_its_field(cast, as_user):
    answer = as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone, actual_on="2026-06-16"))
    assert answer.status_code == 200
    assert "lies in the future" in str(answer.context["form"].errors["actual_on"])


def test_a_file_that_is_not_what_it_says_is_refused_with_its_name(cast, as_user):
    form = claim_form(cast.our_milestone, evidence=[pdf(), pdf("page.pdf", b"<html>"), pdf("run.exe")])
    answer = as_user(cast.our_lead).post(CLAIM, form)
    errors = answer.context["form"].errors["evidence"]
    assert len(errors) == 2
    assert "page.pdf" in errors[0]
    assert "run.exe" in errors[1]
    assert not Evidence.objects.exists()


def test_an_empty_and_a_too_large_file_are_refused(cast, as_user, settings):
    settings.EVIDENCE_MAX_BYTES = 20
    form = claim_form(cast.our_milestone, evidence=[pdf("big.pdf", PDF * 9), pdf("empty.pdf", b"")])
    answer = as_user(cast.our_lead).post(CLAIM, form)
    assert len(answer.context["form"].errors["evidence"]) == 2


def test_more_files_than_allowed_are_refused(cast, as_user, settings):
    settings.EVIDENCE_MAX_FILES = 1
    answer = as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone, evidence=[pdf(), pdf()]))
    assert "At most 1 files" in str(answer.context["form"].errors["evidence"])


def test_a_partner_cannot_hide_a_file_from_itself(cast, as_user):
    answer = as_user(cast.our_lead).post(CLAIM, claim_form(cast.our_milestone, visibility="internal"))
    assert "visibility" in answer.context["form"].errors


def test_a_manager_verifies(cast, as_user):
    milestone = claimed(cast)
    answer = as_user(cast.manager).post(
        "/milestones/MST-901/verify/", {"version": milestone.version, "note": "Log seen."}
    )
    assert answer.status_code == 302
    milestone.refresh_from_db()
    assert (milestone.status, milestone.verified_by) == (MilestoneStatus.VERIFIED, cast.manager)


def test_nobody_verifies_an_own_claim(cast, as_user):
    cast.our_milestone.claim(by=acting(cast.officer), actual_on=dt.date(2026, 6, 10))
    answer = as_user(cast.officer).get("/milestones/MST-901/verify/")
    assert answer.status_code == 403
    assert "second person" in answer.content.decode()


def test_a_return_needs_a_reason_and_the_claimant_reads_it(cast, as_user):
    milestone = claimed(cast)
    officer = as_user(cast.officer)
    form = {"version": milestone.version, "reason": "  "}
    assert "reason" in officer.post("/milestones/MST-901/return/", form).context["form"].errors

    officer.post("/milestones/MST-901/return/", {**form, "reason": "The feed data is missing."})

    for path in ("/milestones/MST-901/", CLAIM):
        assert "The feed data is missing." in as_user(cast.our_lead).get(path).content.decode()


def test_a_revision_keeps_the_earlier_date_with_its_reason(cast, as_user):
    form = {
        "version": cast.our_milestone.version,
        "new_on": "2026-09-30",
        "precision": "day",
        "reason_code": "clearance",
        "narrative": "The consent is pending.",
    }
    as_user(cast.officer).post("/milestones/MST-901/revise/", form)
    revision = cast.our_milestone.revisions.get()
    assert (revision.old_on, revision.new_on) == (dt.date(2026, 5, 31), dt.date(2026, 9, 30))
    page = as_user(cast.our_lead).get("/projects/PRJ-901/").content.decode()
    assert "The consent is pending." in page
    assert "+122" in page


def test_the_date_in_force_is_refused_as_a_new_one(cast, as_user):
    form = {
        "version": cast.our_milestone.version,
        "new_on": "2026-05-31",
        "precision": "day",
        "reason_code": "clearance",
        "narrative": "No change.",
    }
    answer = as_user(cast.officer).post("/milestones/MST-901/revise/", form)
    assert "already in force" in str(answer.context["form"].errors["new_on"])


def test_a_manager_cancels_and_the_milestone_stays_visible(cast, as_user):
    form = {"version": cast.our_milestone.version, "reason": "The site was given up."}
    as_user(cast.manager).post("/milestones/MST-901/cancel/", form)
    assert "cancelled" in as_user(cast.our_viewer).get("/milestones/MST-901/").content.decode()


def test_reading_a_page_changes_nothing(cast, as_user):
    browser = as_user(cast.manager)
    before = cast.our_milestone.version
    for step in ("claim", "revise", "cancel"):
        browser.get(f"/milestones/MST-901/{step}/")
    cast.our_milestone.refresh_from_db()
    assert cast.our_milestone.version == before
