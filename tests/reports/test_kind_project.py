"""The project report: the money of a project, claimed beside verified, told twice, with no name that a reader may not see."""

import copy
import datetime as dt
import json
from decimal import Decimal

import pytest

from projects.choices import OrganisationKind
from projects.models import audit
from reports import checks, document, figures, ordering, tables
from reports.checks import records as rechecked
from reports.choices import Language, ReportKind
from reports.printed import words
from tests.cast import Cast, acting, agreement, organisation, system
from tests.projects.results import fund_line
from tests.reports import printing
from tests.reports.records import NOW

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
pytestmark = [pytest.mark.django_db, pytest.mark.engine("sqlite")]

AS_OF = dt.date(2026, 6, 15)
NOTHING = {"sanctioned": None, "released": None, "spent": None, "certified": None}
UNKNOWN = {"claimed": None, "verified": None}


def made(cast: Cast):
    """Return the snapshot as the engine would freeze it, and what both checks say against it."""
    by = acting(cast.manager, NOW.date())
    report = ordering.order(kind=ReportKind.PROJECT, project=cast.our_project, as_of=AS_OF, by=by, now=NOW)
    snapshot = json.loads(audit.canonical(figures.snapshot(report, by=by, now=NOW)))
    return snapshot, against(snapshot, cast)


def against(snapshot, cast: Cast):
    by = acting(cast.manager, NOW.date())
    return rechecked.failures(snapshot, by=by) + checks.failures(snapshot)


def money(cast: Cast):
    snapshot, failures = made(cast)
    assert failures == []
    return snapshot["money"]


def line(cast: Cast, kind: str, source: str, crore: str, on: dt.date = dt.date(2026, 3, 2), **facts):
    return fund_line(cast, kind=kind, source=source, amount_crore=Decimal(crore), dated_on=on, **facts)


def verify(row, cast: Cast, on: dt.date = dt.date(2026, 6, 2)):
    changes = {"status": "verified", "verified_by": cast.manager, "verified_on": on, "level": 1}
    audit.change(row, by=system(), action="test.setup", changes=changes)


def filled(cast: Cast):
    verify(line(cast, "sanctioned", "budget", "30", contributor=cast.our_project.lead), cast)
    line(cast, "sanctioned", "private", "15", contributor=cast.irel)
    line(cast, "sanctioned", "loan", "3")
    line(cast, "released", "budget", "20", dt.date(2025, 1, 10))
    line(cast, "released", "budget", "5", dt.date(2025, 6, 14))
    line(cast, "released", "budget", "4", dt.date(2025, 6, 15))
    line(cast, "certified", "budget", "18")


def test_without_a_line_nothing_is_known_and_nothing_is_zero(cast: Cast):
    assert money(cast) == {
        "funds": {"claimed": NOTHING, "verified": NOTHING},
        "sources": [],
        "contributors": [],
        "leverage": UNKNOWN,
        "uncertified": [],
        "excesses": {"claimed": [], "verified": []},
    }


def test_columns_shares_and_leverage_stand_claimed_beside_verified(cast: Cast):
    filled(cast)
    found = money(cast)
    assert found["funds"]["claimed"] == {
        "sanctioned": "48.00",
        "released": "29.00",
        "spent": None,
        "certified": "18.00",
    }
    assert found["funds"]["verified"] == {**NOTHING, "sanctioned": "30.00"}
    assert [
        (it["source"], it["claimed"]["per_cent"], it["verified"]["per_cent"]) for it in found["sources"]
    ] == [("budget", "62.50", "100.00"), ("private", "31.25", None), ("loan", "6.25", None)]
    # 15 private to 30 of the budget; the loan is neither. Nothing private is verified.
    assert found["leverage"] == {"claimed": "0.50", "verified": None}


def test_a_release_of_more_than_a_year_without_certificate_is_named_the_oldest_first_covered(cast: Cast):
    filled(cast)
    # 20 + 5 are older than a year, 4 are a year old to the day; 18 are certified.
    assert money(cast)["uncertified"] == [
        {"source": "budget", "crore": "7.00", "since": "2025-01-10", "days": 521}
    ]


def test_more_released_than_sanctioned_is_named_apart_for_claimed_and_verified(cast: Cast):
    line(cast, "sanctioned", "budget", "10")
    line(cast, "released", "budget", "12.50")
    assert money(cast)["excesses"] == {
        "claimed": [{"kind": "released", "than": "sanctioned", "crore": "2.50"}],
        "verified": [],
    }


def test_what_was_replaced_returned_verified_later_or_dated_later_does_not_count(cast: Cast):
    wrong = line(cast, "released", "state", "5")
    line(cast, "released", "state", "4", supersedes=wrong)
    returned = line(cast, "released", "state", "7")
    changes = {"status": "returned", "returned_reason": "No order."}
    audit.change(returned, by=system(), action="test.setup", changes=changes)
    line(cast, "released", "state", "9", dt.date(2026, 6, 16))
    verify(line(cast, "spent", "state", "1"), cast, dt.date(2026, 6, 16))
    funds = money(cast)["funds"]
    assert funds["claimed"] == {**NOTHING, "released": "4.00", "spent": "1.00"}
    assert funds["verified"] == NOTHING


def test_a_contributor_has_a_name_only_where_every_reader_may_see_it(cast: Cast):
    stranger = organisation("INS-951", "Strangers Limited", OrganisationKind.COMPANY)
    outside = agreement("AGR-950", stranger, cast.irel)
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"agreement": outside})
    line(cast, "sanctioned", "psu", "9", contributor=stranger)
    line(cast, "sanctioned", "budget", "6", contributor=cast.our_project.lead)
    line(cast, "sanctioned", "state", "1")
    snapshot, failures = made(cast)
    assert failures == []
    assert [
        (it["kind"], it["organisation"] and it["organisation"]["reference"])
        for it in snapshot["money"]["contributors"]
    ] == [
        ("withheld", None),
        ("named", cast.our_project.lead.reference),
        ("not_stated", None),
    ]
    assert stranger.name not in json.dumps(snapshot)
    html, _assets = document.html(snapshot, Language.ENGLISH)
    assert printing.holds(html, "another organisation")
    assert stranger.name not in html


def test_a_party_of_the_agreement_is_named_where_all_readers_are_parties(cast: Cast):
    other = organisation("INS-951", "Known Limited", OrganisationKind.COMPANY)
    shared = agreement("AGR-950", other, cast.texmin)
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"agreement": shared})
    line(cast, "sanctioned", "private", "9", contributor=other)
    (row,) = money(cast)["contributors"]
    assert (row["kind"], row["organisation"]["name"]) == ("named", other.name)


WRONG = [
    ("funds", "claimed", "released"),
    ("funds", "verified", "sanctioned"),
    ("sources", 0, "claimed", "crore"),
    ("sources", 0, "verified", "per_cent"),
    ("contributors", 0, "claimed", "crore"),
    ("leverage", "claimed"),
    ("uncertified", 0, "crore"),
    ("uncertified", 0, "days"),
]


@pytest.mark.parametrize("path", WRONG, ids=lambda path: ".".join(map(str, path)))
def test_a_changed_figure_is_found_against_the_records(cast: Cast, path):
    filled(cast)
    snapshot, failures = made(cast)
    assert failures == []
    *above, last = path
    for another in (99, "99.00", None):
        wrong = copy.deepcopy(snapshot)
        place = wrong["money"]
        for key in above:
            place = place[key]
        place[last] = another
        by = acting(cast.manager, NOW.date())
        assert rechecked.failures(wrong, by=by) != []


@pytest.mark.parametrize(
    "path",
    [it for it in WRONG if it not in (("funds", "claimed", "released"), ("uncertified", 0, "crore"))],
    ids=str,
)
def test_a_changed_figure_contradicts_the_report_alone(cast: Cast, path):
    filled(cast)
    snapshot, failures = made(cast)
    assert failures == []
    *above, last = path
    place = snapshot["money"]
    for key in above:
        place = place[key]
    place[last] = 99 if last == "days" else "99.00"
    assert [it for it in checks.failures(snapshot) if it.figure.startswith("money.")] != []


def test_a_report_without_its_money_is_not_issued(cast: Cast):
    snapshot, _none = made(cast)
    del snapshot["money"]
    assert checks.failures(snapshot) != []


@pytest.mark.parametrize("language", Language.values)
def test_paper_and_tables_hold_the_money(cast: Cast, language):
    filled(cast)
    line(cast, "spent", "budget", "40")
    snapshot, failures = made(cast)
    assert failures == []
    html, _assets = document.html(snapshot, language)
    for figure in ("48.00", "62.50", "0.50", "11.00"):
        assert printing.holds(html, figure)
    assert "money.sources" in tables.names(snapshot)
    assert "62.50" in tables.one_table(snapshot, "0" * 64, "money.sources").decode()


def test_the_changes_are_told_in_words():
    place = words.place("money.sources[budget].claimed.per_cent")
    assert place == ("Money", "Union budget", "sources of funds: claimed: per cent of what is sanctioned")
    assert words.place("money.contributors[withheld].claimed.crore").row == "another organisation"
    assert words.place("money.contributors[not_stated].claimed.crore").row == "not stated"
    assert words.value("sanctioned", "money.excesses.claimed[released].than") == "sanctioned, ₹ crore"
