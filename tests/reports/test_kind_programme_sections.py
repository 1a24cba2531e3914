"""The programme report on reliance, needs of sectors and stages: worked out by hand, told again from the records, printed."""

import copy
import json

import pytest

from projects.models import SectorNeed
from reports import checks, document, figures, tables
from reports.checks import records as rechecked
from reports.choices import Language
from reports.printed import words
from tests.cast import acting
from tests.reports import examples, stage

pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]


@pytest.fixture
def staged():
    """The report on the stage's programme, and who may see it."""
    owner = stage.fill()
    by = acting(owner, stage.NOW.date())
    report = stage.report_of("programme", owner, stage.LATER)
    return json.loads(json.dumps(figures.snapshot(report, by=by, now=stage.NOW))), by


def by_key(rows, key="reference"):
    return {row[key]: row for row in rows}


def test_reliance_needs_and_stages_are_those_worked_out_by_hand_and_printed_in_both_languages(staged):
    snapshot, by = staged
    assert [*map(str, rechecked.failures(snapshot, by=by)), *map(str, checks.failures(snapshot))] == []
    bases = by_key(snapshot["reliance"]["bases"]["rows"], "code")
    # 53,700 - 1,200.5 - 499.25 = 52,000.25 net; + 1,500 made = 53,500.25 consumed; 97.196 per cent.
    magnets = bases["magnets/2025-26/product/weight"]
    assert (magnets["consumption"], magnets["net_reliance"]) == ("53500.25", "97.20")
    # 49,941 and 1,333.3 of 53,700: 93 and 2.4829 per cent; 8,649 + 6.1647; the rest of 4.5171 per cent adds 20.4045.
    assert [(it["name"], it["share"]) for it in magnets["suppliers"]] == [
        ("China", "93.00"),
        ("Japan", "2.48"),
    ]
    assert magnets["hhi"] == {"lowest": "8655.16", "highest": "8675.57", "bands": ["high"]}
    assert {name.removesuffix("/weight"): row["doubts"] for name, row in bases.items() if row["doubts"]} == {
        "metal/2024-25/metal": ["codes"],
        "oxide/2024-25/oxide": ["no_consumption"],
        "ore/2024-25 H1/ore": ["contradiction"],
        "ore/2023-24/ore": ["too_much"],
    }
    needs = by_key(snapshot["sectors"]["rows"])
    # 150 t verified and 45.5 t claimed of 4,000 t: 4.8875 per cent, of it 3.75 verified.
    assert needs["NEED-001"]["output"] == {"claimed": "195.50", "verified": "150.00"}
    assert needs["NEED-001"]["met"] == {"claimed": "4.89", "verified": "3.75"}
    assert needs["NEED-003"]["met"] == {"claimed": None, "verified": None}
    stages = snapshot["stages"]
    assert (stages["decided"], stages["held"], stages["stopped"]) == (5, 3, 1)
    assert {it["stage"]: it["count"] for it in stages["by_stage"]} == {None: 23, "S1": 1, "S2": 1, "S3": 3}
    assert (stages["over_time"], stages["gates_overdue"], stages["commercial"]["planned"]) == (4, 3, 3)
    for language in Language.values:
        html, _assets = document.html(snapshot, language)
        for figure in ("97.20", "53,500.25", "8,655", "4.89", "4,000", "5,200.5"):
            assert figure in html, (language, figure)
        for row in by_key(stages["rows"]).values():
            assert row["at_stage"] is None or html.count(row["reference"]) > 1
    assert {
        "reliance.bases.rows",
        "reliance.shares",
        "sectors.rows",
        "stages.rows",
        "stages.by_stage",
    } <= set(tables.names(snapshot))


def test_the_needs_of_defence_stand_in_no_report_though_its_readers_see_them_on_the_page(staged):
    snapshot, by = staged
    assert SectorNeed.objects.visible_to(by).filter(sector="defence").count() == 1
    assert "NEED-004" not in json.dumps(snapshot)
    assert {row["sector"] for row in snapshot["sectors"]["rows"]} == {"ev", "renewable"}
    told = copy.deepcopy(snapshot)
    told["sectors"]["rows"][0]["sector"] = "defence"
    assert any("not internal" in str(failure) for failure in checks.failures(told))


def test_what_agrees_with_itself_and_not_with_the_records_is_refused(staged):
    """A need left out with its count, a base left out with its count, a project moved on by a stage."""
    snapshot, by = staged
    known = rechecked.read(snapshot, by=by)
    need, base, road = (copy.deepcopy(snapshot) for _each in range(3))
    need["sectors"]["rows"].pop()
    need["sectors"]["total"] -= 1
    left = base["reliance"]["bases"]
    left["rows"] = [row for row in left["rows"] if row["code"] != "metal/2024-25/metal/weight"]
    left["total"] -= 1
    moved = by_key(road["stages"]["rows"])["PRJ-005"]
    moved["at_stage"] = "S2"
    counts = by_key(road["stages"]["by_stage"], "stage")
    counts["S1"]["count"], counts["S2"]["count"] = 0, 2
    road["stages"]["by_stage"] = [it for it in road["stages"]["by_stage"] if it["count"]]
    for wrong, named in ((need, "sectors.rows"), (base, "reliance.bases.rows"), (road, "at_stage")):
        assert checks.failures(wrong) == []
        found = [str(failure) for failure in rechecked.compare(wrong, known)]
        assert any(named in failure for failure in found), (named, found)


def test_reliance_stands_before_money_and_agreements_come_last():
    sections = [it.slug for it in document._sections("programme").values()]
    assert sections[:4] == ["glance", "outputs", "reliance", "sectors"]
    assert sections.index("stages") < sections.index("money")
    assert sections[-2:] == ["agreements", "sources"]


def test_a_base_and_a_stage_are_called_by_their_names_in_the_changes():
    place = "reliance.bases.rows[magnets/2024-25/product/weight].inputs.stocks.value"
    assert words.place(place) == (
        "Import reliance",
        "magnets, 2024-25, finished product, weight",
        "by product and period: worked out from: fall of stocks: value",
    )
    assert words.place("stages.by_stage[S2].count").row == "S2 Lab or bench"
    assert words.value("ev", "sectors.rows[NEED-001].sector") == "electric vehicles"


def test_the_example_tells_that_nothing_can_be_worked_out_from_what_is_published():
    snapshot = examples.programme()
    bases = snapshot["reliance"]["bases"]
    assert (bases["total"], bases["known"], snapshot["reliance"]["fully_imported"]) == (12, 0, 10)
    html, _assets = document.html(snapshot, "en")
    assert "imports 53,700 t; not known: output in India, exports, fall of stocks" in html
    assert "8,649 to 8,698" in html
