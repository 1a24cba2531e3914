"""The feed of a project as pages: claimed, corrected, held against what was made and what is to be made."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Feed, Measurement, audit
from tests import samples
from tests.api.scene import indicator, target
from tests.cast import acting, organisation, system

FEED = "/projects/PRJ-901/feed/"
NEW = "/claims/feed/new/PRJ-901/"
FORM = {
    "material": "ndpr_oxide",
    "is_contracted": "false",
    "tonnes": "20",
    "period_start": "2026-04-01",
    "period_end": "2026-05-31",
    "supplier": "INS-901",
    "visibility": "partner",
}


def claimed(cast, by=None, tonnes="20", **facts):
    given = {
        "material": "ndpr_oxide",
        "tonnes": Decimal(tonnes),
        "period_start": dt.date(2026, 4, 1),
        "period_end": dt.date(2026, 5, 31),
        "is_contracted": False,
        **facts,
    }
    return Feed.claim(cast.our_project, by=acting(by or cast.our_lead), **given)


def magnets(cast, value="120"):
    goal = target(
        "TGT-910", indicator("PRD-MAG"), project=cast.our_project, baseline_as_of=dt.date(2026, 4, 1)
    )
    return Measurement.claim(
        goal, by=acting(cast.our_lead), value=Decimal(value), period_end=dt.date(2026, 5, 31)
    )


def test_a_lead_claims_feed_and_the_page_shows_who_claimed_and_who_verified(cast, as_user):
    file = SimpleUploadedFile("receipt.pdf", samples.pdf("receipt"), content_type="application/pdf")
    answer = as_user(cast.our_lead).post(NEW, {**FORM, "evidence": [file]}, follow=True)
    row = Feed.objects.get()
    assert answer.redirect_chain == [(f"/claims/feed/{row.pk}/", 302)]
    for wanted in ("Amount, t", "NdPr oxide", "received", "1 Apr 2026", "Texmin Limited"):
        assert wanted in answer.content.decode()
    row.verify(by=acting(cast.manager), level=2)
    page = as_user(cast.officer).get(FEED).content.decode()
    for wanted in ("Post our_lead", "Post manager", "receipt.pdf", f"/claims/feed/{row.pk}/", "2026-27"):
        assert wanted in page
    assert FEED in as_user(cast.our_lead).get("/projects/PRJ-901/").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"is_contracted": ""}, "is_contracted"),
        ({"tonnes": "0"}, "tonnes"),
        ({"material": ""}, "material"),
        ({"supplier": "INS-902"}, "supplier"),
        ({"period_end": "2026-06-16"}, "period_end"),
        ({"period_end": "2026-03-01"}, "period_end"),
        ({"period_start": "2026-03-31"}, "period_end"),
    ],
)
def test_feed_that_cannot_be_claimed_is_refused_at_its_field(cast, as_user, change, field):
    answer = as_user(cast.our_lead).post(NEW, {**FORM, **change})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Feed.objects.exists()


def test_a_correction_names_what_it_replaces_and_the_old_entry_says_so(cast, as_user):
    first, browser = claimed(cast), as_user(cast.our_lead)
    browser.post(NEW, {**FORM, "tonnes": "12", "supersedes": first.pk})
    assert Feed.objects.get(supersedes=first).tonnes == 12
    page = browser.get(FEED).content.decode()
    assert "replaced by a correction" in page
    claimed(cast, tonnes="9").return_(by=acting(cast.officer), reason="Wrong year.")
    assert "returned, does not count" in browser.get(FEED).content.decode()
    assert "later than this day" in browser.get(FEED, {"as_of": "2026-05-30"}).content.decode()


def test_without_feed_nothing_is_known_and_nothing_is_zero(cast, as_user):
    page = as_user(cast.our_lead).get(FEED).content.decode()
    assert "No feed is recorded" in page
    magnets(cast)
    page = as_user(cast.our_lead).get(FEED).content.decode()
    assert "cannot be told" in page
    assert "t too much" not in page


def test_output_beyond_the_feed_is_named_wherever_it_is_read_or_verified_and_blocks_nothing(cast, as_user):
    claimed(cast)
    row = magnets(cast)
    sentence = "120 t of NdFeB magnets are claimed from 20 t of feed, which allow at most 60 t"
    for path in (
        FEED,
        "/projects/PRJ-901/",
        f"/claims/measurement/{row.pk}/",
        f"/claims/measurement/{row.pk}/verify/",
    ):
        assert sentence in as_user(cast.officer).get(path).content.decode(), path
    assert f'href="/claims/measurement/{row.pk}/"' in as_user(cast.officer).get(FEED).content.decode()
    form = {"version": 1, "level": 2}
    assert as_user(cast.officer).post(f"/claims/measurement/{row.pk}/verify/", form).status_code == 302
    claimed(cast, tonnes="20", period_start=dt.date(2026, 5, 1))
    assert sentence not in as_user(cast.officer).get(f"/claims/measurement/{row.pk}/").content.decode()


def test_two_entries_of_one_supplier_that_overlap_ask_whether_they_are_one(cast, as_user):
    first = claimed(cast, supplier=cast.texmin)
    second = claimed(cast, supplier=cast.texmin, period_start=dt.date(2026, 5, 1))
    for path in (f"/claims/feed/{first.pk}/", f"/claims/feed/{second.pk}/verify/", FEED):
        assert "Is one delivery told twice?" in as_user(cast.officer).get(path).content.decode()


def test_a_capacity_without_contract_is_shown_as_such(cast, as_user):
    audit.change(
        cast.our_project,
        by=system(),
        action="test.setup",
        changes={"product": "NdFeB magnets", "capacity_value": Decimal(600), "capacity_unit": "t per year"},
    )
    for path in (FEED, "/projects/PRJ-901/"):
        page = as_user(cast.our_viewer).get(path).content.decode()
        assert "for 600 t of NdFeB magnets a year no contract for feed is recorded" in page
    claimed(cast, tonnes="50", is_contracted=True, period_end=dt.date(2027, 3, 31))
    page = as_user(cast.our_viewer).get(FEED).content.decode()
    for wanted in (
        "contracts claimed assure 50 t",
        "enough for 150 t",
        "25.00",
        "150 t of NdPr oxide a year must",
    ):
        assert wanted in page
    claimed(cast, tonnes="150", is_contracted=True, period_end=dt.date(2027, 3, 31))
    assert "must still be found" not in as_user(cast.our_viewer).get(FEED).content.decode()


def test_a_supplier_whom_the_reader_may_not_see_is_not_named(cast, as_user):
    row = claimed(cast, cast.officer, supplier=organisation("INS-910", "Secretive"))
    for path in (FEED, f"/claims/feed/{row.pk}/"):
        assert "Secretive" in as_user(cast.officer).get(path).content.decode()
        hidden = as_user(cast.our_viewer).get(path).content.decode()
        assert "Secretive" not in hidden
        assert "another organisation" in hidden
