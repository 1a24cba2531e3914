"""Claims as pages: recorded with evidence, verified or returned by a second person."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Measurement, Target
from tests import samples
from tests.api.scene import indicator, target
from tests.cast import acting

NEW = "/claims/measurement/new/TGT-930/"
FORM = {"value": "12.5", "period_end": "2026-05-31", "note": "Certified assay.", "visibility": "partner"}


@pytest.fixture
def goal(cast) -> Target:
    return target("TGT-930", indicator(), project=cast.our_project)


@pytest.fixture
def claim(goal, cast) -> Measurement:
    return Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal("12.5"), period_end=dt.date(2026, 5, 31)
    )


def pdf(name: str = "assay.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.pdf("assay"), content_type="application/pdf")


def test_a_lead_claims_a_value_with_its_evidence(goal, cast, as_user):
    answer = as_user(cast.our_lead).post(NEW, {**FORM, "evidence": [pdf()]}, follow=True)
    row = Measurement.objects.get()
    assert answer.redirect_chain == [(f"/claims/measurement/{row.pk}/", 302)]
    assert (row.value, row.status, row.claimant_organisation) == (Decimal("12.5"), "claimed", cast.texmin)
    assert [file.name for file in row.evidence.all()] == ["assay.pdf"]
    page = answer.content.decode()
    for wanted in (
        "A second person verifies it.",
        "12.5 tonnes",
        "assay.pdf",
        "Post our_lead",
        "Certified assay.",
    ):
        assert wanted in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "much"}, "value"),
        ({"period_end": "2026-06-16"}, "period_end"),
        ({"period_start": "2026-06-10", "period_end": "2026-06-01"}, None),
        ({"visibility": "internal"}, "visibility"),
        ({"evidence": [pdf("assay.exe")]}, "evidence"),
    ],
)
def test_what_cannot_be_claimed_is_refused_at_its_field_and_nothing_is_written(
    goal, cast, as_user, change, field
):
    answer = as_user(cast.our_lead).post(NEW, {**FORM, **change})
    assert answer.status_code == 200
    assert (field or "__all__") in answer.context["form"].errors
    assert not Measurement.objects.exists()


def test_a_second_person_verifies_at_a_level(claim, cast, as_user):
    browser, address = as_user(cast.manager), f"/claims/measurement/{claim.pk}/"
    assert f'href="{address}verify/"' in browser.get(address).content.decode()
    browser.post(f"{address}verify/", {"version": 1, "level": "2", "note": "Seen."})
    claim.refresh_from_db()
    assert (claim.status, claim.level, claim.verified_by) == ("verified", 2, cast.manager)
    assert f'href="{address}verify/"' not in browser.get(address).content.decode()


def test_a_returned_claim_shows_its_reason_and_keeps_its_history(claim, cast, as_user):
    address = f"/claims/measurement/{claim.pk}/"
    as_user(cast.officer).post(f"{address}return/", {"version": 1, "reason": "The unit is wrong."})
    claim.refresh_from_db()
    assert (claim.status, claim.returned_reason) == ("returned", "The unit is wrong.")
    assert "The unit is wrong." in as_user(cast.our_lead).get(address).content.decode()
    assert 'id="history"' in as_user(cast.auditor).get(address).content.decode()


def test_of_two_decisions_the_second_learns_of_the_first(claim, cast, as_user):
    address = f"/claims/measurement/{claim.pk}/"
    as_user(cast.manager).post(f"{address}verify/", {"version": 1, "level": "1"})
    answer = as_user(cast.officer).post(f"{address}return/", {"version": 1, "reason": "I disagree."})
    assert answer.status_code == 409
    assert "I disagree." in answer.content.decode()
    claim.refresh_from_db()
    assert claim.status == "verified"


def test_who_claimed_may_not_verify(claim, cast, as_user):
    address = f"/claims/measurement/{claim.pk}/verify/"
    assert as_user(cast.our_lead).get(address).status_code == 403
    assert as_user(cast.their_lead).get(address).status_code == 404
