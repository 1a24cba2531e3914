"""Reliance on imports and the needs of sectors as pages."""

import datetime as dt
from decimal import Decimal

import pytest

from projects.models import Measurement, Mineral, ReliancePoint, SectorNeed, audit
from tests.api.scene import indicator, target
from tests.cast import acting, system

FIGURE = {
    "reference": "REL-910",
    "mineral": "MIN-901",
    "product": "NdFeB magnets",
    "form": "product",
    "hs_codes": "850511",
    "metric": "import_quantity",
    "period": "2024-25",
    "value": "53700",
    "unit": "t",
    "source_url": "https://example.org/trade",
}
NEED = {
    "reference": "NEED-910",
    "sector": "defence",
    "material": "ndfeb_magnet",
    "period": "2025-26",
    "tonnes": "77.7",
    "source_url": "https://example.org/secret-study",
}


@pytest.fixture
def neodymium(cast):
    return audit.create(Mineral(reference="MIN-901", name="Neodymium"), by=system(), action="test.setup")


def point(mineral, reference, metric, value, supplier="", **facts):
    given = {"product": "magnets", "period": "2024-25", "unit": "t", **facts}
    row = ReliancePoint(
        reference=reference, mineral=mineral, metric=metric, value=Decimal(value), supplier=supplier, **given
    )
    return audit.create(row, by=system(), action="test.setup")


def four(mineral):
    rows = (("import_quantity", 900), ("export_quantity", 100), ("output_quantity", 200), ("stock_change", 0))
    for number, (metric, value) in enumerate(rows):
        point(mineral, f"REL-92{number}", metric, value)


def test_what_can_be_worked_out_stands_on_both_pages_with_its_base(cast, as_user, neodymium):
    four(neodymium)
    point(neodymium, "REL-930", "supplier_quantity", 810, "China")
    browser = as_user(cast.our_viewer)
    for path in ("/reliance/", "/reliance/MIN-901/"):
        page = browser.get(path).content.decode()
        for wanted in (
            "80.00",
            "2024-25",
            "weight",
            "China",
            "90.00",
            "8,100 to 8,200",
            "highly concentrated",
        ):
            assert wanted in page, (path, wanted)
    assert "/reliance/MIN-901/" in browser.get("/reliance/").content.decode()


def test_what_is_missing_is_named_and_a_published_figure_stands_beside(cast, as_user, neodymium):
    point(neodymium, "REL-920", "import_quantity", 900)
    point(neodymium, "REL-921", "import_dependence", 100, unit="per cent")
    page = as_user(cast.officer).get("/reliance/MIN-901/").content.decode()
    for wanted in ("cannot be told", "output in India", "exports", "fall of stocks", "100"):
        assert wanted in page
    assert "0.00" not in page


def test_a_product_without_a_mineral_has_its_page_and_an_unknown_one_has_none(cast, as_user):
    point(None, "REL-920", "import_value", "1396.6", product="24 minerals", unit="crore INR")
    browser = as_user(cast.officer)
    assert "1,396.6" in browser.get("/reliance/REL-920/").content.decode()
    assert browser.get("/reliance/MIN-999/").status_code == 404


def test_an_administrator_records_and_corrects_a_figure_and_a_stale_form_is_refused(cast, as_user, neodymium):
    browser = as_user(cast.administrator)
    browser.post("/reliance/new/", FIGURE)
    row = ReliancePoint.objects.get()
    assert (row.value, row.form, row.hs_codes, row.mineral) == (53700, "product", "850511", neodymium)
    address = "/reliance/points/REL-910/change/"
    shown = browser.get(address).context["form"]
    assert (shown["version"].value(), shown["value"].value()) == (1, row.value)
    form = {**FIGURE, "version": 1, "value": "53701", "reason": "The table was revised."}
    assert browser.post(address, form).status_code == 302
    history = browser.get(address).content.decode()
    assert "value: 53700 → 53701" in history
    assert "The table was revised." in history
    assert browser.post(address, form).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metric": "supplier_quantity"}, "supplier"),
        ({"value": "-1"}, None),
        ({"source_url": ""}, "source_url"),
        ({"reference": "has blanks"}, "reference"),
        ({"mineral": "MIN-999"}, "mineral"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(cast, as_user, neodymium, change, field):
    answer = as_user(cast.administrator).post("/reliance/new/", {**FIGURE, **change})
    assert answer.status_code == 200
    assert (field or "__all__") in answer.context["form"].errors
    assert not ReliancePoint.objects.exists()


def test_who_does_not_keep_the_figures_sees_no_form(cast, as_user, neodymium):
    four(neodymium)
    for path in ("/reliance/", "/reliance/MIN-901/"):
        page = as_user(cast.manager).get(path).content.decode()
        assert "/change/" not in page
        assert "/reliance/new/" not in page


# --- the needs of sectors ---


def test_a_need_stands_against_what_was_made_for_it(cast, as_user):
    as_user(cast.administrator).post("/reliance/needs/new/", {**NEED, "sector": "ev"})
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"sector": "ev"})
    goal = target("TGT-910", indicator("PRD-MAG"), project=cast.our_project)
    goal = audit.change(goal, by=system(), action="test.setup", changes={"measure_basis": "annual"})
    Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal("7.77"), period_end=dt.date(2026, 3, 31))
    page = as_user(cast.officer).get("/reliance/").content.decode()
    for wanted in ("electric vehicles", "77.7", "7.77", "10.00"):
        assert wanted in page
    browser = as_user(cast.administrator)
    form = {**NEED, "sector": "ev", "version": 1, "tonnes": "80"}
    assert browser.post("/reliance/needs/NEED-910/change/", form).status_code == 302
    assert SectorNeed.objects.get().tonnes == 80


INTERNAL = {"officer", "manager", "second_officer", "administrator", "auditor"}


def test_nothing_of_what_defence_needs_stands_on_anybody_elses_pages(cast, as_user):
    as_user(cast.administrator).post("/reliance/needs/new/", NEED)
    goal = target("TGT-CANARY", indicator("INT-DEF"), project=cast.our_project)
    row = Measurement.claim(
        goal, by=acting(cast.officer), value=Decimal("31.9"), period_end=dt.date(2026, 5, 31)
    )
    paths = ("/programme/", "/reliance/", "/projects/", "/projects/PRJ-901/", "/projects/PRJ-901/feed/")
    for name, person in cast.people.items():
        browser = as_user(person)
        text = " ".join(browser.get(path).content.decode() for path in paths)
        seen = {word for word in ("77.7", "secret-study", "TGT-CANARY", "31.9") if word in text}
        assert (len(seen) == 4) if name in INTERNAL else not seen, (name, seen)
        status = browser.get(f"/claims/measurement/{row.pk}/").status_code
        assert status == (200 if name in INTERNAL else 404), name
