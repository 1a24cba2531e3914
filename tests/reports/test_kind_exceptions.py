"""The exceptions report: what needs a decision, by rule, the longest first, each entry proved by the record it names."""

import copy
import datetime as dt
import json
import re
from decimal import Decimal

import pytest
import time_machine

from projects.choices import Instrument, RevisionReason
from projects.models import Measurement
from reports import checks, document
from reports.checks import records as rechecked
from reports.choices import Language, ReportKind
from reports.figures import changes
from reports.printed import words
from tests.api.scene import indicator, target
from tests.cast import TODAY, acting, agreement, milestone, project
from tests.reports import examples, orders, printing, wide
from tests.reports.records import DAYS, pdftotext

MARCH, JUNE, SEPTEMBER = DAYS
# As of the other kinds of report: what is worked out from a snapshot is asked of one engine.
pytestmark = pytest.mark.engine("sqlite")
KIND = ReportKind.EXCEPTIONS


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return wide.recorded(KIND)


@pytest.fixture
def march(recorded):
    return copy.deepcopy(recorded[MARCH][0])


def rules(snapshot):
    return {rule["code"]: rule for rule in snapshot["exceptions"]["rules"]}


def failures(snapshot):
    return [str(failure) for failure in checks.failures(snapshot)]


# --- the figures ---


@pytest.mark.django_db
def test_every_report_of_the_public_records_agrees_with_itself_and_with_the_records(recorded):
    assert {day: wrong for day, (_snapshot, wrong) in recorded.items() if wrong} == {}
    assert set(recorded) == set(DAYS)


@pytest.mark.django_db
def test_entries_are_counted_by_rule_and_the_records_once(march):
    found = march["exceptions"]
    counts = {rule["code"]: rule["count"] for rule in found["rules"]}
    assert counts == {
        "overdue": 6,
        "moved": 0,
        "no_owner": 9,
        "stale": 13,
        "readiness": 3,
        "waiting": 0,
        "returned": 0,
        "past_due": 2,
        "unverified": 10,
        "paper_only": 26,
        "no_project": 14,
    }
    assert (found["total"], found["distinct"], found["several"]) == (83, 64, 19)
    named = {kind["kind"]: (kind["named"], kind["total"]) for kind in found["kinds"]}
    assert named == {"milestone": (9, 93), "target": (12, 45), "project": (15, 28), "agreement": (28, 38)}


@pytest.mark.django_db
def test_an_entry_says_since_when_whom_to_ask_and_what(march):
    entry = rules(march)["overdue"]["rows"][3]
    assert entry == {
        "rule": "overdue",
        "kind": "milestone",
        "reference": "MST-072",
        "title": "3 GW plant commissioned",
        "project": "PRJ-020",
        "owner": None,
        "responsible": {"reference": "INS-032", "name": entry["responsible"]["name"], "short_name": "Altmin"},
        "since": {"on": "2025-12-31", "precision": entry["since"]["precision"]},
        "days": 90,
        "asked": "evidence_or_date",
    }


@pytest.mark.django_db
def test_the_figures_agree_with_those_of_the_programme_report(march, recorded):
    """The overdue milestones and their bands, the agreements on paper only, the targets past due."""
    with_bands = {row["band"]: row["count"] for row in march["exceptions"]["bands"]}
    assert with_bands == {"m1_12": 5, "m13_24": 0, "m25_60": 1, "over_60": 0}
    june = rules(recorded[JUNE][0])
    assert (june["overdue"]["count"], june["paper_only"]["count"], june["past_due"]["count"]) == (12, 26, 3)


@pytest.fixture
def lively(cast):
    """What the public records do not hold yet: a date moved twice, claims that wait or were returned, an owner."""
    day = dt.date(2026, 3, 2)
    with time_machine.travel(dt.datetime(2026, 3, 2, 10, tzinfo=orders.IST), tick=False):
        moved = milestone("MST-911", cast.our_project, owner_post="Director (Plant)")
        for to in (dt.date(2026, 9, 30), dt.date(2026, 12, 31)):
            moved.revise(
                by=acting(cast.officer, day), new_on=to, reason_code=RevisionReason.FUNDS, narrative="Late."
            )
        cast.our_milestone.claim(by=acting(cast.our_lead, day), actual_on=day)
        cast.their_milestone.claim(by=acting(cast.their_lead, day), actual_on=day)
        cast.their_milestone.return_(by=acting(cast.manager, day), reason="No certificate.")
        goal = target("TGT-911", indicator("TT-901"), project=cast.our_project)
        Measurement.claim(goal, by=acting(cast.our_lead, day), value=Decimal(5), period_end=day)
        project("PRJ-911", cast.irel, trl_stated="7/8", trl_verified=5, trl_verified_on=day, as_of=day)
        agreement("AGR-911", cast.irel, instrument=Instrument.JV, signed_on=dt.date(2024, 2, 29))
    return cast


@pytest.fixture
def full(lively):
    """The report on it, with what speaks against it."""
    return wide.made(KIND, acting(lively.officer), TODAY, orders.NOW)


def test_a_report_with_entries_under_all_rules_but_one_agrees_with_itself_and_the_records(full):
    snapshot, wrong = full
    assert wrong == []
    assert {code for code, rule in rules(snapshot).items() if not rule["count"]} == {"past_due"}


def test_claims_stand_for_as_long_as_they_waited(full):
    found = rules(full[0])
    assert [(row["reference"], row["days"]) for row in found["waiting"]["rows"]] == [
        ("MST-901", 105),
        ("TGT-911", 105),
    ]
    assert [(row["reference"], row["days"]) for row in found["returned"]["rows"]] == [("MST-902", 105)]


def test_a_named_owner_is_asked_before_the_organisation(full):
    (row,) = rules(full[0])["moved"]["rows"]
    assert (row["owner"], row["responsible"]["short_name"]) == ("Director (Plant)", "Texmin")


@pytest.mark.parametrize("code", ["waiting", "returned"])
def test_the_day_of_a_claim_is_looked_up_again_in_the_audit_trail(code, full, lively):
    """Moved together with its days, it contradicts nothing in the report."""
    snapshot, by = full[0], acting(lively.officer)
    row = rules(snapshot)[code]["rows"][0]
    row["since"]["on"] = "2026-03-01"
    row["days"] += 1
    assert failures(snapshot) == []
    (failure,) = rechecked.failures(snapshot, by=by)
    assert str(failure).endswith("since is 2026-03-01, but must be the day that the audit trail tells")


def test_records_left_out_of_the_count_are_missed(full, lively):
    snapshot = full[0]
    for name in ("total", "clear"):
        snapshot["exceptions"]["kinds"][0][name] -= 1
    assert failures(snapshot) == []
    wrong = [str(it) for it in rechecked.failures(snapshot, by=acting(lively.officer))]
    assert wrong == ["exceptions.kinds.milestone.total is 2, but must be 3"]


def test_the_example_of_the_documentation_is_sound():
    assert checks.failures(json.loads((examples.FOLDER / "exceptions.json").read_text())) == []


# --- what the checks refuse ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: rules(it)["overdue"]["rows"].pop(), "exceptions.overdue.count is 6, but must be 5"),
        (lambda it: rules(it)["stale"]["rows"][0].update(days=1), "exceptions.stale.PRJ-011.days is 1, but must be 1112"),
        (lambda it: rules(it)["stale"]["limit"].update(value=90), "exceptions.stale.limit is"),
        (lambda it: rules(it)["stale"]["rows"].reverse(), "exceptions.stale: the longest first does not hold"),
        (lambda it: it["exceptions"].update(distinct=65), "exceptions.distinct is 65, but must be 64"),
        (lambda it: it["exceptions"]["kinds"][0].update(clear=85), "exceptions.kinds.milestone is 93, but must be 94"),
        (lambda it: it["named"]["projects"]["rows"][0].update(heard=None), "exceptions.stale."),
        (lambda it: rules(it)["no_owner"]["rows"][0].update(owner="Director"), "exceptions.no_owner.MST-049.owner is Director"),
        (lambda it: rules(it)["past_due"]["rows"][0].update(rule="stale"), "exceptions.past_due.TGT-030.rule is stale"),
    ],
)  # fmt: skip
def test_what_contradicts_the_records_of_the_report_is_named(change, words, march):
    assert failures(march) == []
    change(march)
    assert any(words in failure for failure in failures(march)), failures(march)


@pytest.mark.django_db
def test_an_entry_left_out_everywhere_is_still_missed(march):
    """Rule and counts are consistent without the entry; the milestone itself says that it is overdue."""
    rule = rules(march)["overdue"]
    rule["rows"] = [row for row in rule["rows"] if row["reference"] != "MST-010"]
    rule["count"] = 5
    march["exceptions"]["total"] -= 1
    march["exceptions"]["several"] -= 1
    assert any("exceptions.overdue.rows is" in failure for failure in failures(march))


# --- on paper ---


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_every_entry_of_every_rule_is_printed(language, recorded):
    snapshot = recorded[JUNE][0]
    html, _assets = document.html(snapshot, language)
    cells = re.findall(r"<td>((?:MST|TGT|PRJ|AGR)-\d{3})</td>", html)
    printed = {it: cells.count(it) for it in set(cells)}
    entries = [row["reference"] for rule in rules(snapshot).values() for row in rule["rows"]]
    assert {it for it in entries if printed[it] < entries.count(it)} == set()


@pytest.mark.django_db
def test_the_front_page_counts_records_not_only_entries(march):
    html, _assets = document.html(march, "en")
    assert "83 entries on 64 records, 19 of them under more than one rule." in html
    assert "A missing report is no proof of failure" in html


@pytest.mark.django_db
def test_a_rule_that_finds_nothing_says_so(march):
    html, _assets = document.html(march, "en")
    assert "Rule 2: Date moved twice or more (0)" in html
    assert html.count('<p class="none">None.</p>') == 3, "moved, waiting, returned"


def test_what_is_asked_and_why_stands_beside_the_entries(full):
    html, _assets = document.html(full[0], "en")
    for told in (
        "moved 2 times; due 31 Dec 2026, first 31 May 2026; last reason: funds",
        "claimed 7/8; verified: 5",
        "reported 5 of 100 tonnes",
        "Director (Plant)",
        "Verify the claim, or return it with the reason.",
    ):
        assert told in html


@pytest.mark.django_db
def test_markup_in_a_title_is_printed_as_it_stands(march):
    for rule in march["exceptions"]["rules"]:
        for row in rule["rows"]:
            row["title"] = examples.HOSTILE
    html, _assets = document.html(march, "en")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_the_paper_holds_every_count_and_day(language, march):
    text = pdftotext(printing.render(march, language))
    figures = [f"{kind['named']} / {kind['total']}" for kind in march["exceptions"]["kinds"]]
    for figure in (*figures, "1,298", "1,328", "1,112", "2,920", "MST-049", "AGR-001"):
        assert printing.holds(text, figure), figure
    assert SEPTEMBER.isoformat() not in text


# --- what moved since the report before ---


def test_what_moved_is_told_of_the_record_and_the_rule_by_its_name():
    assert words.place("exceptions.rules[overdue].rows[MST-072].days") == (
        "Exceptions",
        "MST-072",
        "Milestone overdue: days",
    )
    assert words.place("exceptions.rules[stale].count") == (
        "Exceptions",
        "",
        "Nothing heard of the project: number",
    )
    assert (
        words.list_name("exceptions.rules[stale].rows[PRJ-001]") == "Exceptions: Nothing heard of the project"
    )


@pytest.mark.django_db
def test_the_new_entries_of_a_quarter_are_named(recorded):
    found = changes.changes(recorded[MARCH][0], recorded[JUNE][0])
    came = {entry["path"] for entry in found["came"]}
    assert {
        f"exceptions.rules[overdue].rows[MST-{number}]"
        for number in ("066", "028", "036", "037", "075", "038")
    } <= came
    assert found["milestones"] is None, (
        "these milestones are no part of the programme whose events could be told"
    )
    headline = {row["figure"]: (row["old"], row["new"]) for row in found["headline"]}
    assert headline["exceptions.distinct"] == (64, 75)
