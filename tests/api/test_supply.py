"""Feed, mass balance, reliance and needs over the API: what a body may say, what a list finds, what is worked out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from projects.models import Feed, Measurement, ReliancePoint, SectorNeed
from tests.api.conftest import SignIn
from tests.api.scene import OWN, Scene, indicator, target
from tests.cast import acting

V1 = "/api/v1"
FEED = {
    "project": "PRJ-901",
    "material": "ndpr_oxide",
    "tonnes": "5",
    "period_start": "2026-04-01",
    "period_end": "2026-05-31",
    "is_contracted": False,
}
FIGURE = {
    "reference": "REL-910",
    "mineral": "MIN-901",
    "product": "NdFeB magnets",
    "metric": "import_quantity",
    "period": "2024-25",
    "value": "900",
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


def test_feed_is_claimed_verified_and_corrected(scene: Scene, signed_in: SignIn):
    lead = signed_in(scene.cast.our_lead)
    made = lead.post(f"{V1}/feeds/", {**FEED, "supplier": "INS-901"}, format="json")
    assert made.status_code == 201
    found = made.json()
    assert (found["tonnes"], found["supplier"], found["status"], found["steps"]) == (
        "5",
        "INS-901",
        "claimed",
        [],
    )
    address = f"{V1}/feeds/{found['id']}/"
    assert (
        signed_in(scene.cast.officer).post(f"{address}verify/", {"level": 2}).json()["status"] == "verified"
    )
    again = lead.post(f"{V1}/feeds/", {**FEED, "tonnes": "4", "supersedes": found["id"]}, format="json")
    assert again.json()["supersedes"] == found["id"]
    twice = lead.post(f"{V1}/feeds/", {**FEED, "supersedes": found["id"]}, format="json")
    assert twice.status_code in (400, 409)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tonnes": "0"}, "tonnes"),
        ({"period_end": "2026-06-16"}, "period_end"),
        ({"period_start": "2026-03-31"}, "period_end"),
        ({"material": "gold"}, "material"),
        ({"supplier": "INS-902"}, "supplier"),
        ({"is_contracted": None}, "is_contracted"),
    ],
)
def test_feed_that_cannot_be_claimed_is_refused_at_its_field(
    scene: Scene, signed_in: SignIn, change: dict[str, Any], field: str
):
    answer = signed_in(scene.cast.our_lead).post(f"{V1}/feeds/", {**FEED, **change}, format="json")
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_a_body_of_parts_must_say_whether_feed_is_contracted_too(scene: Scene, signed_in: SignIn):
    parts = {name: value for name, value in FEED.items() if name != "is_contracted"}
    answer = signed_in(scene.cast.our_lead).post(f"{V1}/feeds/", parts, format="multipart")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["is_contracted"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("project=PRJ-901", 1),
        ("material=ndpr_oxide", 2),
        ("contracted=true", 0),
        ("period_from=2026-05-01", 0),
        ("status=claimed&period_to=2026-04-30", 2),
    ],
)
def test_feeds_are_found_by_project_material_kind_and_period(
    scene: Scene, signed_in: SignIn, asked: str, count: int
):
    assert len(signed_in(scene.cast.officer).get(f"{V1}/feeds/?{asked}").json()["results"]) == count


def test_a_supplier_that_one_may_not_see_is_not_named(scene: Scene, signed_in: SignIn):
    row = Feed.claim(
        scene.cast.our_project,
        by=acting(scene.cast.officer),
        supplier=scene.cast.irel,
        **{name: value for name, value in FEED.items() if name != "project"}
        | {"tonnes": Decimal(5), "period_start": dt.date(2026, 4, 1), "period_end": dt.date(2026, 5, 31)},
    )
    seen = {
        name: signed_in(scene.cast.people[name]).get(f"{V1}/feeds/{row.pk}/").json()["supplier"]
        for name in ("officer", "our_lead")
    }
    assert seen == {"officer": "INS-902", "our_lead": None}


def test_the_mass_balance_tells_what_is_too_much(scene: Scene, signed_in: SignIn):
    goal = target(
        "TGT-910", indicator("PRD-MAG"), project=scene.cast.our_project, baseline_as_of=dt.date(2026, 4, 1)
    )
    row = Measurement.claim(
        goal, by=acting(scene.cast.our_lead), value=Decimal(100), period_end=dt.date(2026, 5, 31)
    )
    client = signed_in(scene.cast.our_viewer)
    found = client.get(f"{V1}/projects/PRJ-901/mass-balance/").json()
    (year,) = found["years"]
    assert (year["year"], year["measurements"], year["claimed"]["at_most"]) == ("2026-27", [row.pk], "60.00")
    assert (year["claimed"]["excess"], year["verified"]["at_most"]) == ("40.00", None)
    assert "at most 60 t" in year["warnings"][0]
    early = client.get(f"{V1}/projects/PRJ-901/mass-balance/?as_of=2026-04-29").json()
    assert (early["as_of"], early["amounts"], early["years"]) == ("2026-04-29", [], [])
    assert client.get(f"{V1}/projects/PRJ-901/mass-balance/?as_of=soon").status_code == 400


# --- reliance ---


def test_a_figure_is_recorded_corrected_and_its_history_told(scene: Scene, signed_in: SignIn):
    admin = signed_in(scene.cast.administrator)
    assert admin.post(f"{V1}/reliance/", FIGURE, format="json").status_code == 201
    assert admin.post(f"{V1}/reliance/", FIGURE, format="json").status_code == 400
    address = f"{V1}/reliance/REL-910/"
    changed = admin.patch(address, {"version": 1, "value": "901", "form": "product"}, format="json")
    assert (changed.json()["value"], changed.json()["form"], changed.json()["version"]) == (
        "901",
        "product",
        2,
    )
    assert admin.patch(address, {"version": 1, "value": "9"}, format="json").status_code == 409
    assert admin.patch(address, {"reference": "REL-911"}, format="json").status_code == 400
    history = admin.get(f"{address}history/").json()["results"]
    assert [event["action"] for event in history] == ["reference.change"] * 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "-1"}, ""),
        ({"metric": "supplier_quantity"}, "supplier"),
        ({"unit": "per cent", "value": "101"}, ""),
        ({"mineral": "MIN-999"}, "mineral"),
        ({"source_url": ""}, "source_url"),
        ({"reference": "not a reference"}, "reference"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(
    scene: Scene, signed_in: SignIn, change: dict[str, Any], field: str
):
    answer = signed_in(scene.cast.administrator).post(f"{V1}/reliance/", {**FIGURE, **change}, format="json")
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_the_summary_works_out_what_it_can_and_names_what_is_missing(scene: Scene, signed_in: SignIn):
    admin = signed_in(scene.cast.administrator)
    rows = (("import_quantity", "900"), ("export_quantity", "100"), ("output_quantity", "200"))
    for number, (metric, value) in enumerate(rows):
        body = {**FIGURE, "reference": f"REL-91{number}", "metric": metric, "value": value}
        assert admin.post(f"{V1}/reliance/", body, format="json").status_code == 201
    body = {
        **FIGURE,
        "reference": "REL-920",
        "metric": "supplier_quantity",
        "value": "810",
        "supplier": "China",
    }
    admin.post(f"{V1}/reliance/", body, format="json")
    client = signed_in(scene.cast.our_viewer)
    (subject,) = client.get(f"{V1}/reliance/summary/").json()["subjects"]
    (base,) = subject["bases"]
    assert (subject["mineral"], subject["published"]) == ("MIN-901", ["REL-901"])
    assert (base["per_cent"], base["missing"]) == (None, ["stocks"])
    assert (base["concentration"]["hhi_lowest"], base["concentration"]["hhi_highest"]) == (
        "8100.00",
        "8200.00",
    )
    admin.post(
        f"{V1}/reliance/",
        {**FIGURE, "reference": "REL-921", "metric": "stock_change", "value": "-100"},
        format="json",
    )
    (base,) = client.get(f"{V1}/reliance/summary/").json()["subjects"][0]["bases"]
    assert (base["per_cent"], base["consumption"]) == ("77.78", "900")
    found = client.get(f"{V1}/reliance/?supplier=china&period=2024-25").json()["results"]
    assert [it["reference"] for it in found] == ["REL-920"]


# --- the needs of defence are internal ---

INTERNAL = {"officer", "manager", "second_officer", "administrator", "auditor"}


def test_nothing_of_what_defence_needs_reaches_anybody_else(scene: Scene, signed_in: SignIn):
    admin = signed_in(scene.cast.administrator)
    assert admin.post(f"{V1}/sector-needs/", NEED, format="json").status_code == 201
    goal = target("TGT-CANARY", indicator("INT-DEF"), project=scene.cast.our_project)
    Measurement.claim(
        goal, by=acting(scene.cast.officer), value=Decimal("31.9"), period_end=dt.date(2026, 5, 31)
    )
    lists = ("sector-needs", "sector-needs/summary", "targets", "measurements", "reliance/summary")
    addresses = [f"{V1}/{name}/" for name in lists]
    addresses += [f"{V1}/sector-needs/NEED-910/", f"{V1}/targets/TGT-CANARY/", f"{V1}/projects/PRJ-901/"]
    for name, person in scene.cast.people.items():
        client = signed_in(person)
        text = " ".join(client.get(address).content.decode() for address in addresses)
        seen = {word for word in ("77.7", "secret-study", "TGT-CANARY", "31.9", "INT-DEF") if word in text}
        assert (len(seen) >= 4) if name in INTERNAL else not seen, (name, seen)
    lead = signed_in(scene.cast.our_lead)
    assert lead.get(f"{V1}/sector-needs/").json()["count"] == 1
    assert lead.get(f"{V1}/targets/?indicator=INT-DEF").json()["count"] == 0
    body = {"target": "TGT-CANARY", "value": "1", "period_end": "2026-05-31"}
    assert lead.post(f"{V1}/measurements/", body, format="json").status_code == 400
    assert SectorNeed.objects.count() == 2
    assert ReliancePoint.objects.count() == 1
    assert scene.key("feed", OWN)
