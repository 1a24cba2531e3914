"""The transfers on record in the transfer report: claimed beside verified, told twice, printed with what is missing."""

import copy
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import archive
from projects.models import Evidence, Measurement, Transfer, TransferStep, audit
from reports import checks, document, figures, ordering, tables
from reports.checks import records as rechecked
from reports.checks import transfer_records
from reports.choices import Language, ReportKind
from reports.periods import Period
from reports.printed import words
from tests.api.scene import indicator, target
from tests.cast import Cast, acting, project, system
from tests.reports import printing, stage_transfers
from tests.reports.stage import NOW

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]

JUNE, AUGUST = dt.date(2026, 6, 15), dt.date(2026, 8, 31)


def made(cast: Cast, as_of: dt.date = AUGUST):
    """Return the snapshot as the engine would freeze it, and what both checks say against it."""
    by = acting(cast.manager, NOW.date())
    report = ordering.order(kind=ReportKind.TRANSFER, as_of=as_of, by=by, now=NOW)
    snapshot = json.loads(audit.canonical(figures.snapshot(report, by=by, now=NOW)))
    return snapshot, rechecked.failures(snapshot, by=by) + checks.failures(snapshot)


def held(cast: Cast, as_of: dt.date = AUGUST):
    snapshot, failures = made(cast, as_of)
    assert failures == []
    return snapshot["transfers"]


def absorbed(cast: Cast) -> Transfer:
    row = stage_transfers.recorded(cast.our_project, cast.irel, cast.texmin, cast.officer)
    stage_transfers.absorbed(row, cast.officer, cast.manager)
    return row


def fallen_back(cast: Cast) -> Transfer:
    row = stage_transfers.recorded(cast.their_project, cast.texmin, cast.irel, cast.officer)
    stage_transfers.fallen_back(row, cast.officer, cast.manager)
    return row


def test_without_a_transfer_nothing_is_known_and_nothing_is_zero(cast: Cast):
    found = held(cast)
    unknown = {"claimed": None, "verified": None}
    assert (found["total"], found["rows"]) == (0, [])
    assert (found["persons"], found["person_days"], found["runs"]) == (unknown, unknown, unknown)
    assert found["know_how"]["per_cent"] is None
    html, _assets = document.html(made(cast)[0], Language.ENGLISH)
    assert "No transfer is recorded: whether a technology passes to anybody is not known." in html


def test_a_stage_of_spring_lacks_in_summer_what_the_schedule_has_gained(cast: Cast):
    absorbed(cast)
    # Worked by hand from the records of tests/reports/stage_transfers.py. Whether an item was on the schedule on an
    # earlier day is not recorded: only the third one's delivery and acceptance are.
    (row,) = held(cast)["rows"]
    assert row["reached"] == {"claimed": "producing", "verified": "absorbed"}
    assert row["lapsed"] == ["know_how"]
    assert [it["missing"] for it in row["stages"]] == [[], [], ["know_how"], ["output"]]
    assert row["persons"] == {"claimed": 5, "verified": 6}, "the correction of 6 to 5 is not verified yet"
    assert row["person_days"] == {"claimed": None, "verified": 90}
    assert row["runs"] == {"claimed": 3, "verified": 1}, "with the licensor on site, or at V1, none is"
    assert [it["code"] for it in row["training"]] == ["C1", "C2"]
    schedule = {key: value for key, value in row["know_how"].items() if key != "items"}
    expected = {"total": 3, "delivered": 2, "accepted": 2, "overdue": 1, "per_cent": "66.67"}
    assert schedule == expected
    assert [it["overdue_days"] for it in row["know_how"]["items"]] == [None, None, 31]


def test_on_an_earlier_day_the_acts_of_summer_have_not_happened(cast: Cast):
    absorbed(cast)
    fallen_back(cast)
    found = held(cast, JUNE)
    first, second = found["rows"]
    assert first["reached"] == {"claimed": "absorbed", "verified": "absorbed"}
    assert first["runs"]["claimed"] == 2
    assert second["reached"] == {"claimed": "licensed", "verified": "licensed"}
    assert (found["fallen"], second["falls"]) == (0, [])


def test_who_fell_back_stands_lower_with_the_reason_and_lacks_nothing(cast: Cast):
    absorbed(cast)
    fallen_back(cast)
    found = held(cast)
    row = found["rows"][1]
    assert row["reached"] == {"claimed": "offered", "verified": "offered"}
    assert (row["lapsed"], row["stages"][1]["reached"]) == ([], False)
    (fall,) = row["falls"]
    assert (fall["below"], fall["note"]) == ("licensed", "The licence was given back.")
    assert [it["verified"] for it in found["by_stage"]] == [1, 0, 1, 0]
    assert (found["total"], found["lapsed"], found["fallen"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("code", "value", "level", "on", "is_met"),
    [
        ("PRD-901", "0.5", 2, AUGUST, True),
        ("PRD-901", "0", 2, AUGUST, False),
        ("PRD-901", "0.5", 1, AUGUST, False),
        ("PRD-901", "0.5", 2, AUGUST + dt.timedelta(days=1), False),
        ("CAP-901", "0.5", 2, AUGUST, False),
    ],
)
def test_only_a_verified_production_above_zero_by_the_day_is_an_output(
    cast: Cast, code, value, level, on, is_met
):
    absorbed(cast)
    measured = indicator(code)
    audit.change(measured, by=system(), action="test.setup", changes={"minimum_level": 2})
    goal = target("TGT-950", measured, project=cast.our_project)
    later = dt.date(2026, 9, 10)
    row = Measurement.claim(goal, by=acting(cast.officer, later), value=Decimal(value), period_end=on)
    row.verify(by=acting(cast.manager, AUGUST), level=level)
    assert ("output" not in held(cast)["rows"][0]["stages"][3]["missing"]) is is_met


def test_a_document_shows_an_offer_as_a_file_or_as_a_source(cast: Cast):
    row = stage_transfers.recorded(cast.our_project, cast.irel, cast.texmin, cast.officer)
    step = TransferStep.claim(row, by=acting(cast.officer), stage="offered", reached_on=dt.date(2026, 6, 1))
    assert held(cast)["rows"][0]["stages"][0]["missing"] == ["document"]
    file = archive.store([b"offer"], name="offer.pdf", content_type="application/pdf")
    Evidence.add(file, by=acting(cast.officer), transfer_step=step)
    assert held(cast)["rows"][0]["stages"][0]["missing"] == []


def test_a_transfer_that_arrived_proves_the_agreement_and_one_that_was_licensed_does_not(cast: Cast):
    absorbed(cast)
    fallen_back(cast)
    for owner in (cast.our_agreement, cast.their_agreement):
        changes = {"scope": "Transfer of technology."}
        audit.change(owner, by=system(), action="test.setup", changes=changes)
    snapshot, failures = made(cast)
    assert failures == []
    rows = {row["reference"]: row for row in snapshot["technology"]["rows"]}
    assert (rows["AGR-901"]["proof"], rows["AGR-901"]["transfers"]) == ("verified", ["TRF-001"])
    assert (rows["AGR-902"]["proof"], rows["AGR-902"]["transfers"]) == ("none", ["TRF-002"])
    html, _assets = document.html(snapshot, Language.ENGLISH)
    assert "verified TRF-001" in html
    for change, wanted in (
        ({"proof": "claimed"}, "technology.AGR-901.proof is claimed, but must be verified"),
        ({"transfers": []}, "technology.AGR-901.transfers is [], but must be ['TRF-001']"),
    ):
        wrong = copy.deepcopy(snapshot)
        next(it for it in wrong["technology"]["rows"] if it["reference"] == "AGR-901").update(change)
        assert any(wanted in str(it) for it in checks.failures(wrong))


@pytest.fixture
def full(cast: Cast):
    """Two transfers with everything in them."""
    absorbed(cast)
    fallen_back(cast)
    snapshot, failures = made(cast)
    assert failures == []
    return snapshot


ALONE = [
    (lambda it: it.update(total=3), "transfers.total is 3, but must be 2"),
    (lambda it: it["by_stage"][2].update(verified=0), "transfers.by_stage.absorbed.verified is 0, but must be 1"),
    (lambda it: it["without"].update(claimed=1), "transfers.without.claimed is 1, but must be 0"),
    (lambda it: it.update(lapsed=0), "transfers.lapsed is 0, but must be 1"),
    (lambda it: it["know_how"].update(per_cent="66.66"), "transfers.know_how.per_cent is 66.66, but must be 66.67"),
    (lambda it: it["persons"].update(verified=5), "transfers.persons.verified is 5, but must be 6"),
    (lambda it: it["rows"][0]["runs"].update(verified=2), "transfers.TRF-001.runs.verified is 2, but must be 1"),
    (lambda it: it["rows"][0]["know_how"]["items"][2].update(overdue_days=30), "K3.overdue_days, due is 30, but must be 31"),
    (lambda it: it["rows"][0]["know_how"]["items"][0].update(delivered=None), "K1.accepted: after the delivery does not hold"),
    (lambda it: it["rows"][0].update(lapsed=[]), "transfers.TRF-001.lapsed: what is missing does not hold"),
    (lambda it: it["rows"][0]["stages"][3].update(reached=True), "transfers.TRF-001.stages.producing.reached is True"),
    (lambda it: it["rows"][0]["reached"].update(verified="producing"), "transfers.TRF-001.reached.verified: has its step"),
    (lambda it: it["rows"][1]["training"].append(dict(it["rows"][0]["training"][0])), "transfers.TRF-002.persons.verified"),
    (lambda it: it["rows"][1].update(donor=it["rows"][1]["recipient"]), "transfers.TRF-002.recipient: is not the donor"),
]  # fmt: skip


def test_what_contradicts_the_report_alone_is_named(full):
    for change, wanted in ALONE:
        wrong = copy.deepcopy(full)
        change(wrong["transfers"])
        found = [str(it) for it in checks.failures(wrong)]
        assert any(wanted in it for it in found), (wanted, found)


def test_every_value_is_the_records_own(full, cast: Cast):
    by = acting(cast.manager, NOW.date())
    known = transfer_records.told(full, by=by)
    assert known == full["transfers"]
    row = Transfer.objects.get(reference="TRF-001")
    for name, value in (("asset", "Another"), ("fee_crore", Decimal("2.51")), ("exclusivity", "sole")):
        audit.change(row, by=system(), action="test.setup", changes={name: value})
        named = [it.figure for it in rechecked.failures(full, by=by)]
        assert f"transfers.rows[1].{name}" in named


def test_a_transfer_left_out_is_missed_and_one_too_much_too(full, cast: Cast):
    by = acting(cast.manager, NOW.date())
    fewer, more = copy.deepcopy(full), copy.deepcopy(full)
    fewer["transfers"]["rows"].pop()
    more["transfers"]["rows"].append(more["transfers"]["rows"][0])
    for wrong in (fewer, more):
        assert any(it.figure == "transfers.rows" for it in rechecked.failures(wrong, by=by))


def test_a_report_without_its_transfers_is_not_issued(full):
    del full["transfers"]
    assert checks.failures(full) != []


def test_many_transfers_cost_as_many_queries_as_one(cast: Cast):
    absorbed(cast)
    by, period = acting(cast.manager, NOW.date()), Period(JUNE, AUGUST)
    with CaptureQueriesContext(connection) as few:
        figures.transfer_snapshot(AUGUST, period, by=by)
    fallen_back(cast)
    for number in range(950, 956):
        other = project(f"PRJ-{number}", cast.texmin)
        stage_transfers.recorded(other, cast.irel, cast.texmin, cast.officer)
    with CaptureQueriesContext(connection) as many:
        assert figures.transfer_snapshot(AUGUST, period, by=by)["transfers"]["total"] == 8
    assert len(many) == len(few)


@pytest.mark.parametrize("language", Language.values)
def test_paper_and_tables_hold_every_transfer(full, language):
    html, _assets = document.html(full, language)
    for row in full["transfers"]["rows"]:
        assert f"<td>{row['reference']}</td>" in html
    for figure in ("66.67", "₹ 2.5", "C2", "R4", "V2", "31"):
        assert printing.holds(html, figure), figure
    for name in ("transfers.rows", "transfers.rows.stages", "transfers.rows.know_how.items"):
        assert name in tables.names(full)
    assert (
        "Head, Metals Division" in tables.one_table(full, "0" * 64, "transfers.rows.know_how.items").decode()
    )


def test_the_paper_says_what_is_missing_and_why_one_fell_back(full):
    html, _assets = document.html(full, Language.ENGLISH)
    assert "every item of the know-how schedule accepted by the recipient" in html
    assert "Fell back from licensed to offered on 9 Aug 2026: The licence was given back." in html
    assert "replaced by a later claim" in html


def test_the_changes_are_told_in_words():
    place = words.place("transfers.rows[TRF-001].stages[absorbed].verified.level")
    assert place == ("Technology transfers", "TRF-001, absorbed", "stages: verified: level")
    assert words.value("absorbed", "transfers.rows[TRF-001].reached.verified") == "absorbed"
    assert words.value("non_exclusive", "transfers.rows[TRF-001].exclusivity") == "non-exclusive"
    assert words.place("transfers.know_how.per_cent").figure == "know-how: per cent accepted"
