"""The snapshot holds the figures that were worked out by hand from the public records (sections B to F)."""

import datetime as dt
import json

import pytest

from projects import archive
from projects.choices import Visibility
from projects.models import Evidence, audit
from reports import checks, engine, figures
from reports.periods import Period
from tests.cast import acting, agreement, project, system
from tests.reports import examples, printing, records
from tests.reports.orders import NOW, at_once, claimed, fresh, order

MARCH, JUNE, SEPTEMBER = records.DAYS


# As of the other kinds of report: what is worked out from a snapshot is asked of one engine.
pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture(scope="session")
def snapshots(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return records.snapshots()


@pytest.fixture
def march(snapshots):
    return snapshots[MARCH, ""]


def test_every_snapshot_of_the_records_passes_its_checks(snapshots):
    wrong = {key: checks.failures(snapshot) for key, snapshot in snapshots.items()}
    assert len(wrong) == len(records.DAYS) * (1 + len(records.PROJECTS))
    assert [failures for failures in wrong.values() if failures] == []


def test_agreements(march):
    found = march["agreements"]
    names = ("total", "with_project", "with_pilot", "with_target", "milestone_only", "paper_only")
    assert [found[name] for name in names] == [38, 10, 3, 5, 2, 26]
    assert found["shares"]["paper_only"] == "68.42"
    first = found["by_type"][0]
    assert (first["type"], first["count"]) == ("mou", 21)


def test_milestones(march):
    found = march["milestones"]
    assert found["total"] == 93
    assert found["states"] == {"achieved": 62, "open": 29, "undated": 1, "recorded_after": 1, "cancelled": 0}
    assert found["open"] == {
        "overdue": 6,
        "due_today": 1,
        "due_this_year": 13,
        "due_later": 9,
        "year_end": "2027-03-31",
    }
    overdue = {row["reference"]: row["overdue_days"] for row in found["overdue"]["rows"]}
    assert overdue == {
        "MST-049": 1298,
        "MST-016": 120,
        "MST-069": 90,
        "MST-072": 90,
        "MST-084": 90,
        "MST-010": 59,
    }
    assert [found["overdue"][name] for name in ("sum", "mean", "median")] == [1747, "291.17", "90.00"]
    assert {row["reference"]: row["delay_days"] for row in found["delays"]["rows"]} == {
        "MST-034": 48,
        "MST-071": 0,
    }
    assert found["slips"]["mean"] == "66.67"


def test_delay_of_projects_in_months(march):
    """PRJ-009 is late since 1 December 2025, PRJ-011 since 10 September 2022, PRJ-024 since 31 December 2025."""
    late = {
        row["reference"]: row["governing"]["late_latest_months"]
        for row in march["projects"]["rows"]
        if row["governing"]
    }
    assert {reference: months for reference, months in late.items() if months} == {
        "PRJ-009": 4,
        "PRJ-011": 43,
        "PRJ-024": 3,
    }
    found = march["projects"]["delay"]
    assert found["latest"] == {"count": 3, "sum": 50, "mean": "16.67", "median": "4.00"}
    assert [row["latest"] for row in found["bands"]] == [2, 0, 1, 0]


def test_reasons_for_delay_add_up_to_the_slips(march):
    assert march["milestones"]["reasons"] == [{"reason": "reported", "count": 3, "days": 200}]


def test_of_the_memoranda_it_is_told_what_they_led_to(march):
    assert march["agreements"]["by_type"][0] == {
        "type": "mou",
        "count": 21,
        "with_project": 2,
        "with_pilot": 0,
        "with_target": 1,
    }


@pytest.mark.parametrize(("day", "count", "total"), [(JUNE, 12, 2583), (SEPTEMBER, 14, 3818)])
def test_overdue_on_later_days(snapshots, day, count, total):
    found = snapshots[day, ""]["milestones"]["overdue"]
    assert (found["count"], found["sum"]) == (count, total)


def test_money(march):
    found = march["money"]
    assert [
        found[name] for name in ("projects_with_cost", "plain_sum", "left_out_sum", "total", "government")
    ] == [
        11,
        "69212.00",
        "2103.00",
        "67109.00",
        "23580.00",
    ]


def test_targets(march):
    found = march["targets"]
    assert [
        found[name] for name in ("total", "with_target", "with_claimed", "with_verified", "with_due")
    ] == [
        45,
        45,
        10,
        0,
        35,
    ]
    assert (found["claimed"]["mean"], found["claimed"]["mean_capped"]) == ("90.73", "70.23")
    assert found["past_due"] == ["TGT-030", "TGT-033"]
    rows = {row["reference"]: row["achievement"]["claimed"] for row in found["rows"]}
    assert (rows["TGT-001"], rows["TGT-038"], rows["TGT-009"]) == ("35.42", "66.66", "300.00")


def test_it_agrees_with_the_example_that_was_written_by_hand(march):
    """The example of docs/snapshot.md was made from the same records by other code; these parts are the same."""
    example = examples.programme()
    for section in ("outputs", "projects", "money", "agreements", "provenance", "reliance"):
        assert march[section] == example[section], section


def test_a_project_report_holds_its_milestones_in_the_order_of_their_dates(snapshots):
    found = snapshots[MARCH, "PRJ-003"]["milestones"]["rows"]
    assert [row["reference"] for row in found] == [
        row["reference"] for row in examples.project()["milestones"]["rows"]
    ]


@pytest.mark.parametrize("scope", ["", "PRJ-018"])
def test_the_paper_holds_the_figures_of_its_json(snapshots, scope):
    snapshot = snapshots[MARCH, scope]
    paper = records.pdftotext(printing.render(snapshot))
    milestones = snapshot["milestones"]
    wanted = [snapshot["meta"]["serial"], snapshot["meta"]["audit"]["hash"]]
    rows = milestones["rows"] if scope else milestones["overdue"]["rows"]
    wanted += [row["title"] for row in rows]
    wanted += [str(milestones["total"]), str(milestones["states"]["open"])]
    if not scope:
        wanted += [
            "67,109",
            "69,212",
            "2,103",
            "23,580",
            "68.42",
            "291.17",
            "1,298",
            "35.42",
            "90.73",
            "70.23",
        ]
        wanted += [row["name"] for row in snapshot["projects"]["rows"]]
    missing = [text for text in wanted if not printing.holds(paper, text)]
    assert missing == []


# --- who reads it ---

PERIOD = Period(dt.date(2026, 4, 1), dt.date(2026, 5, 31))


def sections(cast, subject):
    return figures.project_snapshot(subject, PERIOD.end, PERIOD, by=acting(cast.officer))


@pytest.mark.django_db
def test_a_project_report_names_an_agreement_only_when_all_its_readers_are_parties(cast):
    assert sections(cast, cast.our_project)["project"]["agreement"]["reference"] == "AGR-901"
    closed = agreement("AGR-903", cast.ministry)
    shared = project("PRJ-903", cast.texmin, cast.irel, agreement=closed, parent=cast.our_project)
    found = sections(cast, shared)["project"]
    assert (found["agreement"], found["parent"]) == (None, None)


@pytest.mark.django_db
def test_internal_evidence_stays_out_of_a_report_that_partners_read(cast):
    for name, visibility in (("minutes.pdf", Visibility.INTERNAL), ("photo.jpg", Visibility.PARTNER)):
        file = archive.store([name.encode()], name=name)
        Evidence.add(file, by=acting(cast.officer), milestone=cast.our_milestone, visibility=visibility)
    assert [row["name"] for row in sections(cast, cast.our_project)["evidence"]] == ["photo.jpg"]


@pytest.mark.django_db
def test_what_is_verified_after_the_as_of_date_is_not_verified_in_the_report(cast):
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 5, 30))
    cast.our_milestone.verify(by=acting(cast.officer))  # on 15 June
    (row,) = sections(cast, cast.our_project)["milestones"]["rows"]
    assert (row["state"], row["claimed"]["by"], row["verified"]) == ("achieved", "Post our_lead", None)


@pytest.mark.django_db(transaction=True)
def test_all_figures_come_from_one_view_of_the_database(cast):
    """What is written while the figures are worked out is in all of them or in none."""
    report = order(cast)
    lease = claimed(report)
    with figures.one_view():
        before = sections(cast, cast.our_project)
        _in_another_session(
            lambda: audit.change(
                cast.our_milestone, by=system(), action="test.setup", changes={"title": "Renamed meanwhile"}
            )
        )
        assert sections(cast, cast.our_project) == before
    assert sections(cast, cast.our_project) != before
    engine._frozen(fresh(report), lease, acting(cast.officer), lambda: NOW)
    assert "Renamed meanwhile" in json.dumps(fresh(report).snapshot)


def _in_another_session(act):
    (result,) = at_once(1, lambda _number: act())
    assert not isinstance(result, BaseException), result
