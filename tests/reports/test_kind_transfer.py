"""The transfer report: a scorecard of what moved across, in which a signature alone counts for nothing."""

import copy
import json
from decimal import Decimal

import pytest

from projects.choices import AgreementStatus, Instrument, MilestoneType
from projects.models import Measurement
from reports import checks, document
from reports.checks import records as rechecked
from reports.choices import Language, ReportKind
from tests.api.scene import indicator, target
from tests.cast import TODAY, acting, agreement, milestone, project
from tests.reports import examples, orders, printing, wide
from tests.reports.records import DAYS, pdftotext

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.engine("sqlite"), pytest.mark.xdist_group("transfer reports")]

MARCH, JUNE, _september = DAYS
KIND = ReportKind.TRANSFER


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return wide.recorded(KIND)


@pytest.fixture
def march(recorded):
    return copy.deepcopy(recorded[MARCH][0])


def failures(snapshot):
    return [str(failure) for failure in checks.failures(snapshot)]


def agreements(snapshot):
    return {row["reference"]: row for row in snapshot["technology"]["rows"]}


# --- the figures ---


@pytest.mark.django_db
def test_every_report_of_the_public_records_agrees_with_itself_and_with_the_records(recorded):
    assert {day: wrong for day, (_snapshot, wrong) in recorded.items() if wrong} == {}
    assert set(recorded) == set(DAYS)


@pytest.mark.django_db
def test_nine_agreements_name_a_technology_and_none_shows_a_transfer(march):
    found = {key: value for key, value in march["technology"].items() if key != "rows"}
    assert found == {
        "agreements": 38,
        "total": 9,
        "others": 29,
        "definitive": 3,
        "intents": 6,
        "with_project": 3,
        "standing": {"in_force": 3, "signed": 5, "not_signed": 1, "ended": 0},
        "proof": {"verified": 0, "claimed": 0, "none": 9},
        "unproven": 9,
    }


@pytest.mark.django_db
def test_the_first_case_stands_among_them_with_its_parties_and_minerals(march):
    row = agreements(march)["AGR-001"]
    assert [party["short_name"] for party in row["parties"]] == ["TEXMiN", "GIREDMET"]
    assert sorted(mineral["name"] for mineral in row["minerals"]) == ["Cobalt", "Lithium", "Nickel", "REE"]
    assert (row["country"], row["days"], row["proof"], row["projects"]) == ("Russia", 36, "none", [])


@pytest.mark.django_db
def test_indicators_and_results_are_all_targets_of_the_report(march):
    families = {
        it["code"]: (it["total"], it["claimed"], it["verified"]) for it in march["indicators"]["families"]
    }
    assert families == {"TT": (1, 1, 0), "TEC": (0, 0, 0), "SKL": (2, 0, 0), "INT": (3, 0, 0)}
    results = {name: (it["total"], it["claimed"]) for name, it in march["results"].items()}
    assert results == {"under": (5, 0), "other": (11, 3)}
    assert march["targets"]["total"] == 6 + 16


@pytest.mark.django_db
def test_readiness_is_claimed_and_not_verified(march):
    found = {key: value for key, value in march["readiness"].items() if key != "rows"}
    assert found == {"total": 3, "claimed": 3, "verified": 0, "both": 0, "projects": 28, "silent": 25}
    assert [(row["reference"], row["level"], row["gap"]) for row in march["readiness"]["rows"]] == [
        ("PRJ-018", 9, None),
        ("PRJ-004", 8, None),
        ("PRJ-005", 8, None),
    ]


@pytest.fixture
def proven(cast):
    """A licence under which engineers were trained, a value measured and a level verified."""
    licence = agreement(
        "AGR-911",
        cast.irel,
        cast.texmin,
        instrument=Instrument.LICENCE,
        status=AgreementStatus.IN_FORCE,
        partner_country="Japan",
    )
    owner = project(
        "PRJ-911", cast.texmin, agreement=licence, trl_stated="7/8", trl_verified=5, trl_verified_on=TODAY
    )
    trained = milestone("MST-911", owner, type=MilestoneType.TRAINING)
    trained.claim(by=acting(cast.officer), actual_on=TODAY)
    trained.verify(by=acting(cast.manager))
    for number, code in ((1, "TEC-901"), (2, "PRD-901")):
        goal = target(f"TGT-91{number}", indicator(code), project=owner)
        value = Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(25), period_end=TODAY)
        value.verify(by=acting(cast.manager), level=2)
    own = target("TGT-913", indicator("TT-902"), agreement=licence)
    Measurement.claim(own, by=acting(cast.officer), value=Decimal(3), period_end=TODAY)
    return cast


@pytest.fixture
def scored(proven):
    return wide.made(KIND, acting(proven.officer), TODAY, orders.NOW)


def test_a_transfer_that_took_place_is_shown_with_what_proves_it(scored):
    snapshot, wrong = scored
    assert wrong == []
    row = agreements(snapshot)["AGR-911"]
    assert (row["proof"], row["milestones"], row["targets"]) == (
        "verified",
        ["MST-911"],
        ["TGT-911", "TGT-913"],
    )
    assert snapshot["technology"]["unproven"] == 0
    assert snapshot["results"]["under"] == {"total": 1, "claimed": 1, "verified": 1, "rows": ["TGT-912"]}
    (level,) = snapshot["readiness"]["rows"]
    assert (level["level"], level["verified"]["value"], level["verified"]["on"], level["gap"]) == (
        8,
        5,
        "2026-06-15",
        3,
    )
    assert level["verified"]["by"] is None, "who verified it is not recorded"


def test_records_left_out_of_the_count_are_missed(scored, proven):
    snapshot = scored[0]
    for section, names in (("technology", ("agreements", "others")), ("readiness", ("projects", "silent"))):
        for name in names:
            snapshot[section][name] -= 1
    assert failures(snapshot) == []
    wrong = [str(it) for it in rechecked.failures(snapshot, by=acting(proven.officer))]
    assert wrong == [
        "technology.agreements is 2, but must be 3",
        "readiness.projects is 2, but must be 3",
    ]


def test_the_example_of_the_documentation_is_sound():
    assert checks.failures(json.loads((examples.FOLDER / "transfer.json").read_text())) == []


# --- what the checks refuse ---


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it["technology"].update(unproven=1), "technology.unproven is 1, but must be 0"),
        (lambda it: it["technology"].update(intents=1), "technology.intents is 1, but must be 0"),
        (lambda it: it["technology"]["proof"].update(none=1), "technology.proof"),
        (lambda it: agreements(it)["AGR-911"].update(proof="claimed"), "technology.AGR-911.proof is claimed, but must be verified"),
        (lambda it: agreements(it)["AGR-911"].update(milestones=[]), "technology.AGR-911.milestones is [], but must be ['MST-911']"),
        (lambda it: agreements(it)["AGR-911"].update(standing="ended"), "technology.AGR-911.standing is ended, but must be in_force"),
        (lambda it: agreements(it)["AGR-911"].update(definitive=False), "technology.AGR-911.definitive"),
        (lambda it: agreements(it)["AGR-911"].update(named_by=[]), "technology.AGR-911: names a technology does not hold"),
        (lambda it: it["readiness"]["rows"][0].update(gap=2), "readiness.PRJ-911.gap is 2, but must be 3"),
        (lambda it: it["readiness"].update(silent=9), "readiness.projects is 3, but must be 10"),
        (lambda it: it["indicators"]["families"][0].update(claimed=0), "indicators.TT.claimed is 0, but must be 1"),
        (lambda it: it["results"].update(under=it["results"]["other"], other=it["results"]["under"]), "results.other.TGT-912"),
    ],
)  # fmt: skip
def test_what_contradicts_the_rows_of_the_report_is_named(change, words, scored):
    snapshot = scored[0]
    assert failures(snapshot) == []
    change(snapshot)
    assert any(words in failure for failure in failures(snapshot)), failures(snapshot)


# --- on paper ---


@pytest.mark.django_db
def test_the_report_says_that_an_mou_is_no_transfer(march):
    html, _assets = document.html(march, "en")
    assert "Signing a memorandum of understanding is not a transfer of technology." in html
    assert html.count("no public evidence") >= 9 + 3 + 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_every_agreement_target_and_level_is_printed(language, recorded):
    snapshot = recorded[JUNE][0]
    html, _assets = document.html(snapshot, language)
    rows = (*snapshot["technology"]["rows"], *snapshot["targets"]["rows"], *snapshot["readiness"]["rows"])
    for row in (*rows, *snapshot["milestones"]["rows"]):
        assert f"<td>{row['reference']}</td>" in html


def test_evidence_is_named_and_the_gap_printed(scored):
    html, _assets = document.html(scored[0], "en")
    assert "verified MST-911 TGT-911 TGT-913" in html
    assert "15 Jun 2026, not known" in html, "the day of the assessment, and that nobody recorded who made it"


@pytest.mark.django_db
def test_an_agreement_ends_on_the_last_day_of_its_life_whatever_it_stated_once(scored):
    snapshot = copy.deepcopy(scored[0])
    row = agreements(snapshot)["AGR-911"]
    row["expires"] = {"on": "2026-06-30", "precision": "day"}
    row["life"]["last_day"] = {"on": "2029-06-30", "precision": "day"}
    html, _assets = document.html(snapshot, "en")
    assert "until 30 Jun 2029" in html
    assert "until 30 Jun 2026" not in html


def test_a_family_without_a_target_is_no_empty_table(march):
    html, _assets = document.html(march, "en")
    assert "No target of this family is recorded: no public evidence." in html


@pytest.mark.django_db
def test_markup_in_a_title_is_printed_as_it_stands(march):
    for row in march["technology"]["rows"]:
        row["title"] = row["parties"][0]["short_name"] = examples.HOSTILE
    html, _assets = document.html(march, "en")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_the_paper_holds_the_figures_of_the_front_page(language, march):
    text = pdftotext(printing.render(march, language))
    for figure in ("9 / 9", "0 / 3", "0 / 6", "0 / 5", "AGR-034", "7/8"):
        assert printing.holds(text, figure), figure
