"""The project report on results: what is not known is not zero, what is of a later day is not told, names only where all may see them."""

import copy
import datetime as dt
import json

import pytest
from django.utils import timezone

from projects.choices import OrganisationKind
from projects.models import StageGate, audit
from reports import document, tables
from reports.choices import Language
from reports.printed import words
from tests.cast import Cast, milestone, organisation, system
from tests.projects import results
from tests.reports import printing
from tests.reports.test_kind_project import AS_OF, against, made, verify

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]

LATER = AS_OF + dt.timedelta(days=1)


def sound(cast: Cast):
    snapshot, failures = made(cast)
    assert failures == []
    return snapshot


def decided(cast: Cast, gate: str, stage: str, on: dt.date, **facts):
    given = {"decision": "pass", "decided_by_post": "Secretary", "recorded_by": cast.manager}
    row = StageGate(project=cast.our_project, gate=gate, to_stage=stage, decided_on=on, **{**given, **facts})
    return audit.create(row, by=system(), action="test.setup")


def achieved(cast: Cast, number: int, late: int, project=None):
    first = dt.date(2025, 1, 1)
    return milestone(
        f"MST-9{number}",
        project or cast.our_project,
        baseline_on=first,
        actual_on=first + dt.timedelta(days=late),
        status="claimed",
        claimed_by=cast.our_lead,
        claimed_at=timezone.now(),
    )


def test_of_a_project_without_results_nothing_is_known_and_nothing_is_zero(cast: Cast):
    found = sound(cast)
    road = found["roadmap"]
    assert (road["stage"], road["since"], road["commercialisation"]["on"]) == (None, None, None)
    assert found["clearances"]["rows"] == []
    assert len(found["clearances"]["undecided"]) == found["clearances"]["states"]["not_decided"] == 15
    nothing = {
        "claimed": None,
        "verified": None,
        "lead": None,
        "levels": [],
        "skipped": [],
        "regressions": [],
    }
    assert found["ladders"] == {"trl": nothing, "mrl": nothing}
    assert found["handovers"]["rows"] == []
    assert (found["feed"]["amounts"], found["feed"]["balances"]) == ([], [])


def test_what_is_of_a_later_day_is_not_told(cast: Cast):
    decided(cast, "G1", "S2", dt.date(2026, 3, 2))
    decided(cast, "G2", "S3", LATER)
    results.gate_plan(cast, decided_on=LATER)
    results.clearance(cast, granted_on=LATER, valid_to=LATER, conditions="Told later.")
    results.readiness(cast, assessed_on=LATER)
    found = sound(cast)
    assert (found["roadmap"]["stage"], len(found["roadmap"]["decisions"])) == ("S2", 1)
    assert [row["latest"] for row in found["roadmap"]["gates"]] == [None] * 6
    (row,) = found["clearances"]["rows"]
    assert (row["state"], row["granted"], row["valid_to"], row["conditions"]) == ("pending", None, None, None)
    assert found["ladders"]["trl"]["claimed"] is None


def test_claimed_stands_beside_verified_and_a_low_look_does_not_count(cast: Cast):
    verify(results.readiness(cast, value=6), cast)  # at V1
    row = results.readiness(cast, value=4, assessed_on=dt.date(2026, 5, 1))
    verify(row, cast)
    audit.change(row, by=system(), action="test.setup", changes={"level": 2})
    trl = sound(cast)["ladders"]["trl"]
    assert (trl["claimed"]["level"], trl["verified"]["level"], trl["lead"]) == (6, 4, 2)


def test_the_commercialisation_date_has_a_forecast_from_eight_dates_that_all_readers_may_see(cast: Cast):
    results.gate_plan(cast, gate="G5", planned_on=dt.date(2027, 1, 1))
    for number in range(7):
        achieved(cast, 50 + number, 100 + 10 * number)
    achieved(cast, 70, 500, cast.their_project)  # another project's: not every reader sees it
    likely = sound(cast)["roadmap"]["commercialisation"]["likely"]
    assert (likely["cases"], likely["median"]) == (7, None)
    achieved(cast, 80, 170)
    # 100, 110, ... 170 days: the median is 135, a tenth below 107, a tenth above 163.
    likely = sound(cast)["roadmap"]["commercialisation"]["likely"]
    assert likely == {
        "cases": 8,
        "needed": 8,
        "median": "2027-05-16",
        "from": "2027-04-18",
        "to": "2027-06-13",
    }


def test_a_donor_whom_not_every_reader_may_see_has_no_name_anywhere(cast: Cast):
    stranger = organisation("INS-951", "Strangers Limited", OrganisationKind.COMPANY)
    results.transfer(cast, donor=stranger)
    found = sound(cast)
    (row,) = found["handovers"]["rows"]
    assert row["donor"] == {"kind": "withheld", "organisation": None}
    assert row["recipient"]["organisation"]["reference"] == cast.texmin.reference
    html, _assets = document.html(found, Language.ENGLISH)
    assert "another organisation" in html
    assert stranger.name not in html + json.dumps(found)


def test_the_supplier_of_feed_is_named_nowhere(cast: Cast):
    supplier = organisation("INS-952", "Oxide Works", OrganisationKind.COMPANY)
    results.feed(cast, supplier=supplier, period_end=AS_OF)
    found = sound(cast)
    (amount,) = found["feed"]["amounts"]
    assert amount["received"] == {"claimed": "10.00", "verified": None}
    assert supplier.name not in json.dumps(found)


WRONG = [
    ("roadmap", "gates", 1, "post"),
    ("roadmap", "gates", 3, "reason"),
    ("clearances", "rows", 0, "authority"),
    ("ladders", "trl", "claimed", "assessor"),
    ("handovers", "rows", 0, "licence"),
    ("feed", "amounts", 0, "received", "verified"),
]


def test_words_that_are_not_the_records_are_found(cast: Cast):
    results.gate_plan(cast)
    results.clearance(cast)
    results.readiness(cast)
    results.transfer(cast)
    results.feed(cast, period_end=AS_OF)
    found = sound(cast)
    for path in WRONG:
        snapshot = copy.deepcopy(found)
        *above, last = path
        place = snapshot
        for key in above:
            place = place[key]
        place[last] = "9.00"
        assert [it for it in against(snapshot, cast) if it.figure.startswith(path[0])] != [], path


def test_a_report_without_one_of_its_sections_is_not_issued(cast: Cast):
    found = sound(cast)
    for section in ("roadmap", "clearances", "ladders", "handovers", "feed"):
        assert against({key: it for key, it in found.items() if key != section}, cast) != [], section


@pytest.mark.parametrize("language", Language.values)
def test_paper_and_tables_hold_the_results(cast: Cast, language):
    decided(cast, "G1", "S2", dt.date(2026, 3, 2), decision="hold", reason="No site yet.")
    results.clearance(cast, statutory_days=105)
    results.readiness(cast, assessor="Panel of nine")
    results.step(cast)
    results.feed(cast, period_end=AS_OF)
    found = sound(cast)
    html, _assets = document.html(found, language)
    for text in ("No site yet.", "SEIAA", "105", "Panel of nine", "Metal-making process", "10.00"):
        assert printing.holds(html, text)
    assert {
        "roadmap.gates",
        "clearances.rows",
        "ladders.trl.levels",
        "handovers.rows.stages",
        "feed.amounts",
    } <= {*tables.names(found)}


def test_the_changes_are_told_in_words():
    place = words.place("feed.amounts[2025-26/ndpr_oxide].received.claimed")
    assert place == (
        "Feed and mass balance",
        "NdPr oxide, FY 2025-26",
        "feed by material and year: received, t: claimed",
    )
    assert words.place("clearances.rows[ec#2].days_taken").row == "environmental clearance (EIA 2006) (2)"
    assert words.value("overdue", "clearances.rows[ec].state") == "beyond the statutory days"
    assert words.value("S3", "roadmap.stage") == "S3 Pilot"
