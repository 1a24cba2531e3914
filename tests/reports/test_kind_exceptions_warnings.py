"""The early warning and the forecasts of the exceptions report: counted, printed, and told a second time from the records."""

import copy
import json
import re

import pytest

from reports import checks, document, figures
from reports.checks import records as rechecked
from reports.checks import warnings
from reports.choices import Language, ReportKind
from reports.printed import words
from tests.cast import acting
from tests.reports import stage, wide
from tests.reports.records import DAYS

MARCH = DAYS[0]
pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]


@pytest.fixture(scope="module")
def march(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return copy.deepcopy(wide.recorded(ReportKind.EXCEPTIONS)[MARCH][0])


@pytest.fixture
def staged():
    """The report on the stage's programme, which every flag names, and who may see it."""
    owner = stage.fill()
    by = acting(owner, stage.NOW.date())
    report = stage.report_of("exceptions", owner, stage.LATER)
    return json.loads(json.dumps(figures.snapshot(report, by=by, now=stage.NOW))), by


def by_code(snapshot):
    return {rule["code"]: rule for rule in snapshot["warnings"]["rules"]}


def test_the_public_records_warn_of_output_capacity_stages_and_an_expiry(march):
    counts = {code: rule["count"] for code, rule in by_code(march).items() if rule["count"]}
    assert counts == {"no_output": 3, "feed": 2, "untested": 3, "stage": 3, "expiry": 1, "consortium": 1}
    assert march["warnings"]["total"] == 13
    fed = {row["reference"]: row for row in by_code(march)["feed"]["rows"]}
    # 500 t of NdPr oxide are stated, 2,000 t are needed for 6,000 t of magnets; of 15 Dec 2025, 106 days before.
    assert (fed["PRJ-003"]["days"], fed["PRJ-003"]["doubts"]) == (106, ["unassured"])
    (expired,) = by_code(march)["expiry"]["rows"]
    assert (expired["reference"], expired["since"]) == (
        "AGR-005",
        {"on": "2025-07-03", "precision": "derived"},
    )


def test_five_cases_are_too_few_for_any_forecast(march):
    found = march["warnings"]["forecasts"]
    assert (found["total"], found["known"], found["cases"]) == (29, 0, 5)
    assert {(row["needed"], row["median_on"]) for row in found["rows"]} == {(8, None)}
    assert "too few cases (0, needs 8)" in document.html(march, "en")[0]


def test_every_flag_is_found_again_in_the_records_and_printed(staged):
    snapshot, by = staged
    assert [*checks.failures(snapshot), *rechecked.failures(snapshot, by=by)] == []
    assert {code for code, rule in by_code(snapshot).items() if rule["count"]} == set(warnings.CODES)
    likely = {(row["reference"], row["gate"]): row for row in snapshot["warnings"]["forecasts"]["rows"]}
    gate = likely["PRJ-020", "G3"]
    assert (gate["cases"], gate["median_on"], gate["from_on"], gate["to_on"]) == (
        9,
        "2027-02-17",
        "2027-01-15",
        "2027-09-05",
    )
    for language in Language.values:
        html, _assets = document.html(snapshot, language)
        cells = re.findall(r"<td>((?:MST|TGT|PRJ|AGR)-\d{3})</td>", html)
        named = [row["reference"] for rule in snapshot["warnings"]["rules"] for row in rule["rows"]]
        assert [it for it in named if cells.count(it) < named.count(it)] == []


def test_what_agrees_with_itself_and_not_with_the_records_is_refused(staged):
    """An entry left out with its count, a day moved with its days, a forecast moved as a whole."""
    snapshot, by = staged
    wrong = [copy.deepcopy(snapshot) for _each in range(3)]
    left = by_code(wrong[0])["gate"]
    wrong[0]["warnings"]["total"] -= left["count"]
    left["rows"], left["count"] = [], 0
    moved = by_code(wrong[1])["clearance"]["rows"][0]
    moved["since"]["on"], moved["days"] = "2026-05-13", moved["days"] + 1
    forecast = wrong[2]["warnings"]["forecasts"]["rows"][-1]
    forecast["median_on"] = forecast["to_on"]
    named = ("warnings.rules", "warnings.rules[5].rows[1].since.on", "median_on")
    assert [checks.failures(it) for it in wrong] == [[], [], []]
    for it, name in zip(wrong, named, strict=True):
        found = [str(failure) for failure in rechecked.failures(it, by=by)]
        assert any(name in failure for failure in found), found


def test_a_flag_is_called_by_its_name_in_the_changes():
    assert words.place("warnings.rules[gate].count") == (
        "Early warning",
        "",
        "Gate past its forecast: number",
    )
