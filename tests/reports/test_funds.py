"""Sanctioned, released, spent and certified in the reports: claimed beside verified, and added up twice before issue."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from projects.models import audit
from reports import document, engine, figures
from reports.checks import money
from reports.choices import Language, ReportKind
from tests.cast import Cast, acting, project, system
from tests.projects.results import fund_line
from tests.reports import printing
from tests.reports.orders import NOW, claimed, fresh, order

pytestmark = pytest.mark.django_db
NOTHING = {"sanctioned": None, "released": None, "spent": None, "certified": None}


def snapshot(cast: Cast, **fields: object) -> figures.Snapshot:
    """Return the frozen figures of a programme report, which have passed every check."""
    report = order(
        cast, **{"kind": ReportKind.PROGRAMME, "project": None, "as_of": dt.date(2026, 6, 15), **fields}
    )
    engine._frozen(fresh(report), claimed(report), acting(cast.manager), lambda: NOW)
    return json.loads(fresh(report).snapshot)


def verify(line: object, cast: Cast) -> None:
    changes = {
        "status": "verified",
        "verified_by": cast.manager,
        "verified_on": dt.date(2026, 6, 2),
        "level": 1,
    }
    audit.change(line, by=system(), action="test.setup", changes=changes)  # type: ignore[type-var]


def test_a_column_without_a_line_is_not_recorded_and_never_zero(cast: Cast):
    found = snapshot(cast)
    assert found["money"]["funds"] == {"claimed": NOTHING, "verified": NOTHING}
    html, _assets = document.html(found, Language.ENGLISH)
    assert printing.holds(html, "not recorded")


def test_claimed_stands_beside_verified_and_columns_are_not_mixed(cast: Cast):
    verify(fund_line(cast, kind="released", amount_crore=Decimal("1.50")), cast)
    fund_line(cast, kind="released", amount_crore=Decimal("2.25"))
    fund_line(cast, kind="spent", amount_crore=Decimal(1))
    funds = snapshot(cast)["money"]["funds"]
    assert funds["claimed"] == {**NOTHING, "released": "3.75", "spent": "1.00"}
    assert funds["verified"] == {**NOTHING, "released": "1.50"}


def test_corrected_returned_and_later_lines_do_not_count(cast: Cast):
    wrong = fund_line(cast, amount_crore=Decimal(5))
    fund_line(cast, amount_crore=Decimal(4), supersedes=wrong)
    returned = fund_line(cast, amount_crore=Decimal(7))
    changes = {"status": "returned", "returned_reason": "No order."}
    audit.change(returned, by=system(), action="test.setup", changes=changes)
    fund_line(cast, amount_crore=Decimal(9), dated_on=dt.date(2026, 6, 16))
    assert snapshot(cast)["money"]["funds"]["claimed"]["released"] == "4.00"


def test_money_of_a_child_lies_inside_its_parents(cast: Cast):
    child = project("PRJ-950", cast.texmin, parent=cast.our_project)
    fund_line(cast, amount_crore=Decimal(10))
    fund_line(cast, project=child, amount_crore=Decimal(4))
    fund_line(cast, project=child, kind="spent", amount_crore=Decimal(3))
    claimed_columns = snapshot(cast)["money"]["funds"]["claimed"]
    assert (claimed_columns["released"], claimed_columns["spent"]) == ("10.00", "3.00")


def test_a_partner_reads_the_money_of_its_own_projects(cast: Cast):
    fund_line(cast, amount_crore=Decimal(10))
    fund_line(cast, project=cast.their_project, amount_crore=Decimal(4))
    ours = snapshot(cast, kind=ReportKind.PARTNER, organisation=cast.texmin)
    assert ours["money"]["funds"]["claimed"]["released"] == "10.00"


@pytest.mark.parametrize("which", ["claimed", "verified"])
def test_a_changed_column_is_found_by_adding_up_anew(cast: Cast, which: str):
    verify(fund_line(cast, amount_crore=Decimal(10)), cast)
    found = snapshot(cast)
    assert [it for it in money.funds(found) if it.found != it.expected] == []
    for wrong in ("10.01", None):
        found["money"]["funds"][which]["released"] = wrong
        (failure,) = [it for it in money.funds(found) if it.found != it.expected]
        assert (failure.figure, failure.expected) == (f"money.funds.{which}.released", "10.00")
