"""The money and the clearances of a project as pages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Clearance, FundLine, Membership, audit
from tests import samples
from tests.cast import acting, agreement, organisation, person, project, system

MONEY, CLEARANCES = "/projects/PRJ-901/money/", "/projects/PRJ-901/clearances/"
NEW = "/claims/fundline/new/PRJ-901/"
LINE = {
    "kind": "sanctioned",
    "source": "budget",
    "contributor": "INS-900",
    "amount_crore": "197.50",
    "dated_on": "2026-05-31",
    "order_reference": "DAE/2026/17",
    "pfms_reference": "C052612345",
    "visibility": "partner",
}


def pdf(name):
    return SimpleUploadedFile(name, samples.pdf("order"), content_type="application/pdf")


def claimed(cast, kind="spent", crore="3.00", **facts):
    given = {"source": "budget", "amount_crore": Decimal(crore), "dated_on": dt.date(2026, 5, 1), **facts}
    return FundLine.claim(cast.our_project, by=acting(cast.our_lead), kind=kind, **given)


def test_a_lead_claims_an_amount_and_the_money_page_shows_who_claimed_and_who_verified(cast, as_user):
    answer = as_user(cast.our_lead).post(NEW, {**LINE, "evidence": [pdf("sanction.pdf")]}, follow=True)
    row = FundLine.objects.get()
    assert answer.redirect_chain == [(f"/claims/fundline/{row.pk}/", 302)]
    for wanted in ("197.5", "Mines Limited", "DAE/2026/17", "C052612345", "31 May 2026"):
        assert wanted in answer.content.decode()
    row.verify(by=acting(cast.manager), level=2)
    page = as_user(cast.officer).get(MONEY).content.decode()
    for wanted in ("Post our_lead", "Post manager", "sanction.pdf", f"/claims/fundline/{row.pk}/", "100.00"):
        assert wanted in page
    assert MONEY in as_user(cast.our_lead).get("/projects/PRJ-901/").content.decode()


def test_a_correction_names_the_line_that_it_replaces_and_only_one_may(cast, as_user):
    first, browser = claimed(cast), as_user(cast.our_lead)
    theirs = FundLine.claim(
        cast.their_project,
        by=acting(cast.officer),
        kind="spent",
        source="psu",
        amount_crore=1,
        dated_on=dt.date(2026, 5, 1),
    )
    browser.post(NEW, {**LINE, "supersedes": first.pk})
    assert FundLine.objects.get(supersedes=first).amount_crore == Decimal("197.50")
    for taken in (first, theirs):
        refused = browser.post(NEW, {**LINE, "supersedes": taken.pk})
        assert "supersedes" in refused.context["form"].errors


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_crore": "0"}, "amount_crore"),
        ({"amount_crore": "1.005"}, "amount_crore"),
        ({"kind": ""}, "kind"),
        ({"source": "lottery"}, "source"),
        ({"contributor": "INS-902"}, "contributor"),
        ({"dated_on": "2026-06-16"}, "dated_on"),
    ],
)
def test_what_cannot_be_claimed_is_refused_at_its_field(cast, as_user, change, field):
    answer = as_user(cast.our_lead).post(NEW, {**LINE, **change})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not FundLine.objects.exists()


def test_without_a_line_nothing_is_known_and_nothing_is_zero(cast, as_user):
    answer = as_user(cast.our_lead).get(MONEY)
    page = answer.content.decode()
    assert "No fund line is recorded" in page
    assert "crore" not in page.split("<table")[1].split("</table>")[0]


def test_more_spent_than_released_and_money_without_certificate_are_named_on_the_page(cast, as_user):
    claimed(cast, "released", "2.00", dated_on=dt.date(2025, 1, 1))
    claimed(cast, "spent", "2.50")
    page = as_user(cast.officer).get(MONEY).content.decode()
    assert "0.5" in page
    assert "To be explained" in page
    assert "530 days ago" in page
    early = as_user(cast.officer).get(MONEY, {"as_of": "2025-06-01"}).content.decode()
    assert "To be explained" not in early
    assert "later than this day" in early


def test_a_returned_and_a_corrected_line_stay_on_the_page_and_say_why_they_do_not_count(cast, as_user):
    first = claimed(cast)
    claimed(cast, crore="4.00", supersedes=first)
    claimed(cast, crore="9.00").return_(by=acting(cast.officer), reason="Wrong year.")
    page = as_user(cast.our_lead).get(MONEY).content.decode()
    assert "replaced by a correction" in page
    assert "returned, does not count" in page


def test_a_partner_of_the_project_does_not_learn_who_is_party_to_its_agreement(cast, as_user):
    stranger = organisation("INS-910", "Secretive")
    signed = agreement("AGR-910", cast.irel, stranger)
    joint = project("PRJ-910", cast.irel, cast.texmin, agreement=signed)
    row = FundLine.claim(
        joint,
        by=acting(cast.officer),
        kind="spent",
        source="private",
        contributor=stranger,
        amount_crore=Decimal(1),
        dated_on=dt.date(2026, 5, 1),
    )
    for path in ("/projects/PRJ-910/money/", f"/claims/fundline/{row.pk}/"):
        assert "Secretive" in as_user(cast.their_lead).get(path).content.decode()
        hidden = as_user(cast.our_viewer).get(path).content.decode()
        assert "Secretive" not in hidden
        assert "another organisation" in hidden


# --- clearances ---


def test_a_lead_decides_that_a_clearance_does_not_apply_and_says_why(cast, as_user):
    browser = as_user(cast.our_lead)
    assert browser.get(CLEARANCES).content.decode().count("?type=") == 15
    form = {"type": "crz", "is_applicable": "false", "visibility": "partner"}
    refused = browser.post(f"{CLEARANCES}new/", form)
    assert "Say why the clearance does not apply." in refused.content.decode()
    browser.post(f"{CLEARANCES}new/", {**form, "applicability_reason": "800 km from the coast."})
    assert Clearance.objects.get().is_applicable is False
    page = browser.get(CLEARANCES).content.decode()
    assert "800 km from the coast." in page
    assert page.count("?type=") == 14


def test_a_clearance_is_changed_with_its_document_and_a_stale_form_is_refused(cast, as_user):
    row = Clearance.record(
        cast.our_project, by=acting(cast.our_lead), type="ec", applied_on=dt.date(2026, 1, 1)
    )
    address, browser = f"/clearances/{row.pk}/change/", as_user(cast.officer)
    shown = browser.get(address).context["form"]
    assert (shown["version"].value(), shown["applied_on"].value()) == (1, dt.date(2026, 1, 1))
    form = {
        "version": 1,
        "is_applicable": "true",
        "applied_on": "2026-01-01",
        "statutory_days": "105",
        "granted_on": "2026-05-01",
        "conditions": "Greenbelt of 33 %.",
        "visibility": "partner",
    }
    answer = browser.post(address, {**form, "evidence": [pdf("ec.pdf")]}, follow=True)
    page = answer.content.decode()
    for wanted in ("ec.pdf", "120", "of 105", "Greenbelt of 33 %."):
        assert wanted in page
    history = browser.get(address).content.decode()
    for wanted in ("granted on: nothing → 1 May 2026", "applicable: nothing → yes"):
        assert wanted in history
    assert browser.post(address, {**form, "conditions": "None."}).status_code == 409
    assert Clearance.objects.get().conditions == "Greenbelt of 33 %."


def test_who_may_only_look_sees_the_register_without_its_forms(cast, as_user):
    Clearance.record(cast.our_project, by=acting(cast.our_lead), type="ec", is_applicable=True)
    page = as_user(cast.our_viewer).get(CLEARANCES).content.decode()
    assert "/change/" not in page
    assert "/clearances/new/" not in page
    both = person("both", "viewer", cast.texmin)
    audit.create(Membership(user=both, organisation=cast.irel, role="lead"), by=system(), action="test.setup")
    assert "/change/" not in as_user(both).get(CLEARANCES).content.decode()


# --- the programme ---


def test_the_money_of_the_programme_is_that_of_its_projects_and_nothing_counts_twice(cast, as_user):
    child = project("PRJ-910", cast.texmin, parent=cast.our_project)
    for of, crore in ((cast.our_project, "10"), (child, "4"), (cast.their_project, "2.50")):
        FundLine.claim(
            of,
            by=acting(cast.officer),
            kind="sanctioned",
            source="budget",
            amount_crore=Decimal(crore),
            dated_on=dt.date(2026, 5, 1),
        )
    page = as_user(cast.officer).get("/money/")
    claimed, verified = page.context["money"].totals["sanctioned"]
    assert (claimed.total, verified.total) == (Decimal("12.50"), None)
    for address in ("PRJ-901", "PRJ-902", "PRJ-910"):
        assert f"/projects/{address}/money/" in page.content.decode()
    ours = as_user(cast.our_viewer).get("/money/")
    assert ours.context["money"].totals["sanctioned"][0].total == 10
    assert "PRJ-902" not in ours.content.decode()
    earlier = as_user(cast.officer).get("/money/?as_of=2026-04-30")
    assert earlier.context["money"].totals["sanctioned"][0].total is None
