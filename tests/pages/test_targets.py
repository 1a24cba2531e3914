"""Targets and indicators as pages: the list with what it comes to, the rows behind each figure, set, revised, defined."""

import datetime as dt
from decimal import Decimal

import pytest

from projects.models import Indicator, Measurement, Target, audit
from projects.views.warnings import address
from tests.api.scene import document, indicator, target
from tests.cast import acting, system

SET = {
    "title": "Oxide made",
    "indicator": "PRD-901",
    "value": "250",
    "due_on": "2028-03-31",
    "target_basis": "company_plan",
    "decided_on": "2026-04-01",
    "authority": "Board",
}
REVISED = {
    "version": 1,
    "value": "80",
    "due_on": "2027-03-31",
    "authority": "Empowered Committee",
    "order_reference": "28/15/2026-CMM",
    "decided_on": "2026-06-01",
    "reason": "The line was re-scoped.",
}


@pytest.fixture
def goal(cast) -> Target:
    return target("TGT-930", indicator(), project=cast.our_project)


def claim(goal, cast, value, day, **more) -> Measurement:
    return Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal(value), period_end=dt.date.fromisoformat(day), **more
    )


def test_the_page_shows_claimed_beside_verified_and_every_row_behind_them(goal, cast, as_user):
    seen = claim(goal, cast, 40, "2026-04-30", evidence=(document("return"),))
    seen.verify(by=acting(cast.officer), level=2)
    claim(goal, cast, 55, "2026-05-31")
    page = as_user(cast.manager).get("/targets/TGT-930/").content.decode()
    for wanted in (
        *("55.00", "40.00", "Post our_lead", "Post officer", "return.pdf"),
        *("V2 third-party or laboratory certificate", "not verified by this day", "a later value counts"),
        *(f"/claims/measurement/{seen.pk}/", "/projects/PRJ-901/", "/indicators/PRD-901/", "History"),
    ):
        assert wanted in page


def test_a_day_in_the_past_has_its_own_version_and_values_and_no_buttons(goal, cast, as_user):
    claim(goal, cast, 55, "2026-05-31")
    goal.revise(by=acting(cast.manager), **{**REVISED, "value": Decimal(80), "due_on": None,
                                            "decided_on": dt.date(2026, 6, 1)})  # fmt: skip
    browser = as_user(cast.manager)
    today = browser.get("/targets/TGT-930/").content.decode()
    before = browser.get("/targets/TGT-930/?as_of=2026-05-30").content.decode()
    assert "68.75" in today
    assert "The line was re-scoped." in today
    assert "decided after this day" in before
    assert "ends after this day" in before
    assert "68.75" not in before
    assert "Revise the target" in today
    assert "Revise the target" not in before


def test_a_years_value_is_shown_with_the_year_and_how_much_of_it_is_measured(goal, cast, as_user):
    audit.change(goal, by=system(), action="test.setup", changes={"measure_basis": "annual"})
    claim(goal, cast, 4, "2026-04-30", period_start=dt.date(2026, 4, 1))
    claim(goal, cast, 5, "2026-05-31", period_start=dt.date(2026, 5, 1))
    page = as_user(cast.our_lead).get("/targets/TGT-930/").content.decode()
    for wanted in ("FY 2026-27", "61 days", "sum of 2 periods", "not the whole year"):
        assert wanted in page


def test_a_target_that_is_its_baseline_is_explained(goal, cast, as_user):
    audit.change(goal, by=system(), action="test.setup", changes={"baseline_value": Decimal(100)})
    claim(goal, cast, 101, "2026-05-31")
    page = as_user(cast.our_lead).get("/targets/TGT-930/").content.decode()
    assert "The target is its baseline" in page
    assert "held" in page


def test_the_list_says_what_it_comes_to_and_why_there_is_no_sum(goal, cast, as_user):
    claim(goal, cast, 50, "2026-05-31")
    other = target("TGT-931", goal.indicator, agreement=cast.our_agreement)
    audit.change(other, by=system(), action="test.setup", changes={"unit": "blocks"})
    claim(other, cast, 300, "2026-05-31")
    browser = as_user(cast.officer)
    page = browser.get("/targets/").content.decode()
    for wanted in ("175.00", "75.00", "not measured in units of one kind", "/targets/TGT-931/"):
        assert wanted in page
    one = browser.get("/targets/?project=PRJ-901").content.decode()
    assert "TGT-931" not in one
    assert "Together to reach: 100 t (1 of 1)." in one


def test_a_partner_sees_its_own_targets_only(goal, cast, as_user):
    target("TGT-932", goal.indicator, project=cast.their_project)
    browser = as_user(cast.our_lead)
    assert "TGT-932" not in browser.get("/targets/").content.decode()
    assert browser.get("/targets/TGT-932/").status_code == 404
    assert "TGT-932" not in browser.get("/indicators/PRD-901/").content.decode()


def test_an_officer_sets_a_target(cast, as_user):
    indicator()
    answer = as_user(cast.officer).post("/targets/new/", {**SET, "project": "PRJ-901"}, follow=True)
    row = Target.objects.get()
    assert answer.redirect_chain == [(f"/targets/{row.reference}/", 302)]
    assert (row.versions.get().value, row.measure_basis) == (250, "cumulative")
    assert "The target is set." in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Choose the project"),
        ({"project": "PRJ-901", "agreement": "AGR-901"}, "not to both"),
        ({"project": "PRJ-901", "unit": "MT"}, "Which do you mean?"),
        ({"project": "PRJ-901", "decided_on": "2026-06-16"}, "lies in the future"),
        ({"project": "PRJ-901", "value": "much"}, "Enter a number"),
    ],
)
def test_a_form_that_cannot_be_kept_comes_back_with_its_reason(change, words, cast, as_user):
    indicator()
    answer = as_user(cast.officer).post("/targets/new/", {**SET, **change})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Target.objects.exists()


def test_a_manager_revises_a_target_and_an_old_form_is_told_so(goal, cast, as_user):
    browser = as_user(cast.manager)
    assert "Version 1: 100 tonnes" in browser.get("/targets/TGT-930/revise/").content.decode()
    assert browser.post("/targets/TGT-930/revise/", REVISED).status_code == 302
    answer = browser.post("/targets/TGT-930/revise/", {**REVISED, "value": "70"})
    assert answer.status_code == 409
    assert "The line was re-scoped." in answer.content.decode()
    assert goal.versions.count() == 2


def test_an_unusual_value_comes_back_with_the_question_and_goes_through_with_a_reason(goal, cast, as_user):
    audit.change(goal.indicator, by=system(), action="test.setup", changes={"plausible_to": Decimal(500)})
    browser = as_user(cast.our_lead)
    form = {"value": "900", "unit": "tonnes", "period_end": "2026-05-31", "visibility": "partner"}
    answer = browser.post("/claims/measurement/new/TGT-930/", form)
    assert "is unusual" in answer.content.decode()
    assert not Measurement.objects.exists()
    told = {**form, "bounds_reason": "Two lines started at once."}
    page = browser.post("/claims/measurement/new/TGT-930/", told, follow=True).content.decode()
    assert "Unusual value" in page
    assert "Two lines started at once." in page
    assert "unusual" in browser.get("/targets/TGT-930/").content.decode()


def test_a_value_is_entered_in_another_unit_and_corrected_by_the_form(goal, cast, as_user):
    browser = as_user(cast.our_lead)
    form = {"value": "12500", "unit": "kg", "period_end": "2026-05-31", "visibility": "partner"}
    page = browser.post("/claims/measurement/new/TGT-930/", form, follow=True).content.decode()
    assert "12.5 tonnes" in page
    assert "12,500 kg" in page
    first = Measurement.objects.get()
    again = browser.post("/claims/measurement/new/TGT-930/", form)
    assert "There is a value for this period already" in again.content.decode()
    browser.post("/claims/measurement/new/TGT-930/", {**form, "value": "13000", "supersedes": first.pk})
    assert Measurement.objects.get(supersedes=first).value == 13


def test_an_administrator_defines_and_changes_an_indicator(cast, as_user):
    browser = as_user(cast.administrator)
    new = {"code": "PRD-SM", "name": "Samarium", "unit": "tpa", "measure_basis": "annual",
           "direction": "increase", "minimum_level": 2}  # fmt: skip
    page = browser.post("/indicators/new/", new, follow=True).content.decode()
    assert "The indicator is recorded." in page
    assert "t per year" in page
    asked = browser.post("/indicators/new/", {**new, "code": "PRD-SN", "unit": "MTPA"}).content.decode()
    assert "Which do you mean?" in asked
    changed = {**new, "version": 1, "name": "Samarium oxide"}
    assert browser.post("/indicators/PRD-SM/change/", changed).status_code == 302
    assert browser.post("/indicators/PRD-SM/change/", changed).status_code == 409
    assert Indicator.objects.get(code="PRD-SM").name == "Samarium oxide"


def test_the_form_fixes_what_gives_measured_values_their_meaning(goal, cast, as_user):
    browser = as_user(cast.administrator)
    form = {"version": 1, "name": "Oxide", "unit": "kt", "measure_basis": "stock", "direction": "decrease",
            "minimum_level": 3, "reason": "Audits are made now."}  # fmt: skip
    assert browser.get("/indicators/PRD-901/change/").content.decode().count("disabled") >= 3
    assert browser.post("/indicators/PRD-901/change/", form).status_code == 302
    row = Indicator.objects.get(code="PRD-901")
    assert (row.unit, row.measure_basis, row.direction, row.minimum_level) == (
        "tonnes",
        "cumulative",
        "increase",
        3,
    )


def test_the_library_is_listed_with_how_often_it_is_used(goal, cast, as_user):
    page = as_user(cast.officer).get("/indicators/?family=PRD").content.decode()
    assert "Oxide produced" in page
    assert "Add an indicator" not in page
    assert "No indicator matches" in as_user(cast.officer).get("/indicators/?family=TT").content.decode()


# --- the way to a target, from where it is looked for ---


@pytest.mark.parametrize(
    ("who", "offered"), [("officer", True), ("manager", True), ("our_lead", False), ("auditor", False)]
)
@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/projects/PRJ-901/", "/targets/new/?project=PRJ-901"),
        ("/agreements/AGR-901/", "/targets/new/?agreement=AGR-901"),
    ],
)
def test_a_target_is_set_from_the_page_of_what_it_is_for(cast, as_user, who, offered, path, way):
    browser = as_user(cast.people[who])
    assert (f'href="{way}"' in browser.get(path).content.decode()) is offered
    assert way not in browser.get(f"{path}?as_of=2026-06-01").content.decode(), "the past is not written"
    if offered:
        chosen = browser.get(way).context["form"].initial
        assert "901" in (chosen["project"] or chosen["agreement"])


def test_a_figure_of_a_target_leads_to_the_rows_behind_it(cast, as_user, goal):
    claim(goal, cast, 40, "2026-05-31")
    for path in ("/projects/PRJ-901/", "/targets/"):
        page = as_user(cast.officer).get(path).content.decode()
        assert '<a href="/targets/TGT-930/">40</a>' in page


def test_the_count_of_achieved_milestones_leads_to_them(cast, as_user):
    page = as_user(cast.officer).get("/agreements/AGR-901/").content.decode()
    assert '<a href="/milestones/?project=PRJ-901&amp;state=achieved">0 of 1</a>' in page


def test_a_warning_leads_to_the_page_of_its_target(cast):
    row = target("TGT-980", indicator("PRD-980"), project=cast.our_project)
    assert address(row) == "/targets/TGT-980/"
