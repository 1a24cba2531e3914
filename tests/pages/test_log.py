"""Logging a milestone."""

import datetime as dt

import pytest

from projects.models import Milestone
from tests.cast import agreement

FORM = {
    "title": "Pilot line commissioned",
    "project": "PRJ-901",
    "type": "commissioning",
    "baseline_on": "2026-12-31",
    "baseline_precision": "day",
    "acceptance": "72 hours without a stop",
    "owner_post": "Project Director",
}


def test_an_officer_logs_a_milestone_and_lands_on_it(cast, as_user):
    answer = as_user(cast.officer).post("/milestones/log/", FORM)
    milestone = Milestone.objects.get(title="Pilot line commissioned")
    assert answer.url == f"/milestones/{milestone.reference}/"
    assert (milestone.project, milestone.baseline_on) == (cast.our_project, dt.date(2026, 12, 31))
    assert milestone.reference == "MST-903"


def test_a_financial_year_is_kept_as_its_last_day_and_shown_as_approximate(cast, as_user):
    browser = as_user(cast.officer)
    answer = browser.post("/milestones/log/", {**FORM, "baseline_precision": "fy"})
    assert Milestone.objects.get(title=FORM["title"]).baseline_on == dt.date(2027, 3, 31)
    assert "≈\N{NO-BREAK SPACE}FY 2026-27" in browser.get(answer.url).content.decode()


def test_the_project_is_chosen_where_one_comes_from_its_page(cast, as_user):
    page = as_user(cast.officer).get("/milestones/log/?project=PRJ-901").content.decode()
    assert '<option value="PRJ-901" selected>' in page


def test_a_milestone_of_an_agreement_needs_no_project(cast, as_user):
    alone = agreement("AGR-903", cast.texmin)
    form = {**FORM, "project": "", "agreement": "AGR-903"}
    as_user(cast.officer).post("/milestones/log/", form)
    assert Milestone.objects.get(title=FORM["title"]).agreement == alone


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"project": ""}, "project"),
        ({"project": "PRJ-999"}, "project"),
        ({"type": "party"}, "type"),
        ({"baseline_on": ""}, "baseline_on"),
        ({"baseline_on": "31.12.26"}, "baseline_on"),
        ({"baseline_on": "2026-02-30"}, "baseline_on"),
        ({"baseline_precision": "reported"}, "baseline_precision"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(cast, as_user, change, field):
    answer = as_user(cast.officer).post("/milestones/log/", {**FORM, **change})
    assert field in answer.context["form"].errors
    assert Milestone.objects.count() == 2


def test_a_form_sent_twice_makes_one_milestone_and_names_it(cast, as_user):
    browser = as_user(cast.officer)
    browser.post("/milestones/log/", FORM)
    again = browser.post("/milestones/log/", FORM)
    assert "already logged as MST-903" in again.content.decode()
    assert Milestone.objects.count() == 3


def test_a_lead_cannot_log(cast, as_user):
    assert as_user(cast.our_lead).post("/milestones/log/", FORM).status_code == 403
    assert Milestone.objects.count() == 2
