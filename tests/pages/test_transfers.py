"""Technology transfers and readiness as pages: recorded, claimed, verified with what is needed, and shown."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import KnowHowItem, Readiness, ReplicationRun, Training, Transfer, TransferStep
from tests import samples
from tests.api.scene import document
from tests.cast import acting, agreement, organisation, project

DAY = dt.date(2026, 5, 1)
READINESS, TRANSFERS = "/projects/PRJ-901/readiness/", "/projects/PRJ-901/transfers/"
TERMS = {"licence_type": "licence", "exclusivity": "non_exclusive", "fee_crore": Decimal("2.50")}


def pdf(name):
    return SimpleUploadedFile(name, samples.pdf("proof"), content_type="application/pdf")


def text(answer):
    return answer.content.decode()


# --- readiness ---


def assessed(cast, value, day=DAY, level=None, **facts):
    given = {"ladder": "TRL", "value": value, "assessed_on": day, "assessor": "NTRAF panel", **facts}
    row = Readiness.claim(cast.our_project, by=acting(cast.our_lead), **given)
    if level:
        row.verify(by=acting(cast.officer), level=level)
    return row


def test_a_lead_claims_a_level_and_the_ladder_shows_claimed_beside_verified(cast, as_user):
    assessed(cast, 4, level=2)
    form = {"ladder": "TRL", "value": "5", "assessed_on": "2026-06-01", "assessor": "IMMT"}
    answer = as_user(cast.our_lead).post(
        "/claims/readiness/new/PRJ-901/",
        {**form, "visibility": "partner", "evidence": [pdf("sheet.pdf")]},
        follow=True,
    )
    row = Readiness.objects.get(value=5)
    assert answer.redirect_chain == [(f"/claims/readiness/{row.pk}/", 302)]
    page = as_user(cast.officer).get(READINESS)
    for wanted in ("Claimed: <strong>5</strong>", "Verified: <strong>4</strong>", "sheet.pdf", "IMMT"):
        assert wanted in text(page)
    assert "valley of death" in text(page)
    assert "5 claimed" in text(as_user(cast.our_viewer).get("/projects/PRJ-901/"))
    early = as_user(cast.officer).get(READINESS, {"as_of": "2026-05-15"})
    assert "Claimed: <strong>4</strong>" in text(early)
    assert "later than this day" in text(early)


def test_a_skipped_level_is_refused_with_its_reason_and_only_a_manager_is_offered_the_waiver(cast, as_user):
    assessed(cast, 4, level=2)
    row = assessed(cast, 6, dt.date(2026, 6, 1))
    address = f"/claims/readiness/{row.pk}/verify/"
    assert "waiver" not in as_user(cast.officer).get(address).context["form"].fields
    browser = as_user(cast.manager)
    refused = browser.post(address, {"version": 1, "level": "2"})
    assert "TRL 6 skips a level: TRL 4 stood verified before" in text(refused)
    browser.post(address, {"version": 1, "level": "2", "waiver": "Order 7 of 2026."})
    page = text(browser.get(READINESS))
    for wanted in ("skips from TRL 4", "Order 7 of 2026.", "Verified: <strong>6</strong>"):
        assert wanted in page


def test_a_regression_and_a_level_below_v2_say_what_they_are(cast, as_user):
    assessed(cast, 5, level=2)
    assessed(cast, 4, dt.date(2026, 5, 20), level=3)
    assessed(cast, 6, dt.date(2026, 6, 1), level=1)
    page = text(as_user(cast.our_viewer).get(READINESS))
    assert "regression from TRL 5" in page
    assert "verified below V2, counts as claimed" in page
    assert "Verified: <strong>4</strong>" in page
    assert "/claims/readiness/new/" not in page


# --- the register ---


@pytest.fixture
def transfer(cast):
    return Transfer.record(
        cast.our_project,
        by=acting(cast.officer),
        asset="Metal making",
        donor=cast.ministry,
        recipient=cast.texmin,
        **TERMS,
    )


def test_a_lead_records_a_transfer_and_changes_its_terms_and_a_stale_form_is_refused(cast, as_user):
    browser = as_user(cast.our_lead)
    form = {"asset": "Leaching", "donor": "INS-900", "recipient": "INS-901"}
    refused = browser.post(f"{TRANSFERS}new/", {**form, "donor": "INS-902"})
    assert "donor" in refused.context["form"].errors
    answer = browser.post(f"{TRANSFERS}new/", form, follow=True)
    row = Transfer.objects.get()
    assert answer.redirect_chain == [(f"/transfers/{row.reference}/", 302)]
    address = f"/transfers/{row.reference}/change/"
    changed = {"asset": "Leaching", "licence_type": "turnkey", "version": 1}
    assert "turnkey supply" in text(browser.post(address, changed, follow=True))
    assert browser.post(address, {**changed, "asset": "Other"}).status_code == 409
    assert Transfer.objects.get().asset == "Leaching"
    assert "Leaching" in text(browser.get(TRANSFERS))
    assert "Leaching" in text(browser.get("/transfers/?q=leach"))
    assert "No transfer matches" in text(browser.get("/transfers/?q=sinter"))


def test_know_how_is_delivered_and_accepted_with_its_note(transfer, cast, as_user):
    browser = as_user(cast.our_lead)
    new = f"/transfers/{transfer.reference}/know-how/new/"
    browser.post(
        new, {"title": "Drawings", "kind": "drawing", "due_on": "2026-05-01", "visibility": "partner"}
    )
    item = KnowHowItem.objects.get()
    page = text(browser.get(f"/transfers/{transfer.reference}/"))
    assert "0 of 1 item accepted (0.00" in page
    assert "overdue" in page
    form = {"title": "Drawings", "kind": "drawing", "version": 1, "visibility": "partner"}
    accepted = {"delivered_on": "2026-05-10", "accepted_on": "2026-05-12", "accepted_by_post": "Head"}
    browser.post(f"/know-how/{item.pk}/change/", {**form, **accepted, "evidence": [pdf("note.pdf")]})
    page = text(browser.get(f"/transfers/{transfer.reference}/"))
    for wanted in ("1 of 1 item accepted (100.00", "note.pdf", "Head"):
        assert wanted in page
    early = text(browser.get(f"/transfers/{transfer.reference}/", {"as_of": "2026-05-11"}))
    assert "0 of 1 item accepted" in early
    assert browser.post(f"/know-how/{item.pk}/change/", {**form, "title": "Old"}).status_code == 409


def test_the_donors_lead_is_not_asked_for_the_acceptance(cast, as_user):
    joint = project("PRJ-910", cast.texmin, cast.irel)
    row = Transfer.record(
        joint, by=acting(cast.officer), asset="Process", donor=cast.irel, recipient=cast.texmin
    )
    new = f"/transfers/{row.reference}/know-how/new/"
    assert "accepted_on" not in as_user(cast.their_lead).get(new).context["form"].fields
    assert "accepted_on" in as_user(cast.our_lead).get(new).context["form"].fields


def test_the_rail_shows_what_each_stage_needs_and_verification_tells_what_is_missing(transfer, cast, as_user):
    by, address = acting(cast.our_lead), f"/transfers/{transfer.reference}/"
    for stage in ("offered", "licensed"):
        row = TransferStep.claim(transfer, by=by, stage=stage, reached_on=DAY, evidence=(document(stage),))
        row.verify(by=acting(cast.manager), level=1)
    Training.claim(transfer, by=by, certified_on=DAY, persons=3, assessed_by="NFTDC").verify(
        by=acting(cast.officer), level=1
    )
    browser = as_user(cast.manager)
    form = {"stage": "absorbed", "reached_on": "2026-06-01", "visibility": "partner"}
    browser.post(f"/claims/transferstep/new/{transfer.reference}/", form)
    claim = TransferStep.objects.get(stage="absorbed")
    refused = text(
        as_user(cast.officer).post(f"/claims/transferstep/{claim.pk}/verify/", {"version": 1, "level": "2"})
    )
    assert refused.count("Missing by 1 Jun 2026") == 2
    page = browser.get(address)
    needs = {row.stage.value: [it.is_met for it, _links in found] for row, found in page.context["rail"]}
    assert needs == {
        "offered": [True],
        "licensed": [True, True, True, True],
        "absorbed": [False, True, False],
        "producing": [False],
    }
    for wanted in ("3 persons", "Claimed: <strong>absorbed", "Verified: <strong>licensed", "licensed.pdf"):
        assert wanted in text(page)
    assert "licensed verified" in text(as_user(cast.our_viewer).get("/projects/PRJ-901/"))


@pytest.mark.parametrize(
    ("kind", "form", "field"),
    [
        ("training", {"certified_on": "2026-06-16", "persons": "1", "assessed_by": "A"}, "certified_on"),
        ("training", {"certified_on": "2026-06-01", "persons": "-1", "assessed_by": "A"}, "persons"),
        ("replicationrun", {"run_on": "2026-06-01", "licensor_on_site": "false"}, "guarantee_met"),
        ("transferstep", {"stage": "landed", "reached_on": "2026-06-01"}, "stage"),
    ],
)
def test_what_cannot_be_claimed_is_refused_at_its_field(transfer, cast, as_user, kind, form, field):
    address = f"/claims/{kind}/new/{transfer.reference}/"
    answer = as_user(cast.our_lead).post(address, {**form, "visibility": "partner"})
    assert field in answer.context["form"].errors
    assert not Training.objects.exists()
    assert not ReplicationRun.objects.exists()
    assert not TransferStep.objects.exists()


def test_a_partner_of_the_project_does_not_learn_who_the_donor_is_or_under_which_agreement(cast, as_user):
    stranger = organisation("INS-910", "Secretive")
    signed = agreement("AGR-910", cast.irel, stranger)
    joint = project("PRJ-910", cast.irel, cast.texmin, agreement=signed)
    row = Transfer.record(
        joint,
        by=acting(cast.officer),
        asset="Process",
        donor=stranger,
        recipient=cast.irel,
        agreement=signed,
    )
    for path in ("/transfers/", f"/transfers/{row.reference}/", "/projects/PRJ-910/transfers/"):
        assert "Secretive" in text(as_user(cast.their_lead).get(path))
        hidden = text(as_user(cast.our_viewer).get(path))
        assert "Secretive" not in hidden
        assert "AGR-910" not in hidden
    change = f"/transfers/{row.reference}/change/"
    assert as_user(cast.our_lead).post(change, {"asset": "Process", "version": 1}).status_code == 302
    assert Transfer.objects.get().agreement == signed
