"""What money stands where: columns, corrections, shares, leverage, certificates and totals, as worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from projects.models import FundLine, Project
from projects.progress.funds import fund_totals, project_money
from tests.cast import TODAY, Cast, acting, organisation, project
from tests.projects.rule_pages import funds as page

DAY = dt.date(2026, 5, 1)


def line(kind: str, crore: str, source: str = "budget", on: dt.date = DAY, **facts: Any) -> FundLine:
    """Return a line that is not saved: the rules are pure."""
    facts.setdefault("pk", line.counter)  # type: ignore[attr-defined]
    line.counter += 1  # type: ignore[attr-defined]
    facts.setdefault("status", "claimed")
    return FundLine(
        project_id=facts.pop("project", 1),
        kind=kind,
        source=source,
        amount_crore=Decimal(crore),
        dated_on=on,
        **facts,
    )


line.counter = 1  # type: ignore[attr-defined]


def confirmed(kind: str, crore: str, source: str = "budget", on: dt.date = DAY, **facts: Any) -> FundLine:
    return line(kind, crore, source, status="verified", verified_on=on, **facts)


def columns(*lines: FundLine, on: dt.date = TODAY) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    found = project_money(lines, on).columns
    return {kind.value: (amount.claimed, amount.verified) for kind, amount in found.items()}


def test_each_column_adds_its_own_lines_and_what_has_none_is_not_known():
    assert columns(
        confirmed("sanctioned", "10.00"), line("sanctioned", "2.50", "private"), line("released", "4.00")
    ) == {
        "sanctioned": (Decimal("12.50"), Decimal("10.00")),
        "released": (Decimal("4.00"), None),
        "spent": (None, None),
        "certified": (None, None),
    }


def test_a_returned_line_does_not_count():
    assert columns(line("spent", "3"), line("spent", "5", status="returned"))["spent"] == (3, None)


def test_a_correction_replaces_what_it_corrects_and_the_verified_stands_until_the_correction_is_verified():
    first = confirmed("spent", "5")
    claimed = line("spent", "3", supersedes_id=first.pk)
    assert columns(first, claimed)["spent"] == (3, 5)
    claimed.status, claimed.verified_on = "verified", TODAY
    assert columns(first, claimed)["spent"] == (3, 3)
    assert columns(first, claimed, on=TODAY - dt.timedelta(days=1))["spent"] == (3, 5)


def test_a_returned_correction_gives_its_place_back_until_it_is_corrected_itself():
    first = line("spent", "5")
    returned = line("spent", "4", status="returned", supersedes_id=first.pk)
    assert columns(first, returned)["spent"] == (5, None)
    assert columns(first, returned, line("spent", "3", supersedes_id=returned.pk))["spent"] == (3, None)


def test_a_line_counts_from_its_day():
    later = line("spent", "5", on=TODAY)
    assert columns(later)["spent"] == (5, None)
    assert columns(later, on=TODAY - dt.timedelta(days=1))["spent"] == (None, None)


def test_shares_and_leverage_are_of_what_is_sanctioned():
    money = project_money(
        (
            confirmed("sanctioned", "60", contributor_id=7),
            line("sanctioned", "30", "private", contributor_id=8),
            line("sanctioned", "10", "psu"),
            line("spent", "99", "loan"),
        ),
        TODAY,
    )
    assert [(it.key, it.claimed_per_cent, it.verified_per_cent) for it in money.sources] == [
        ("budget", 60, 100),
        ("private", 30, None),
        ("psu", 10, None),
    ]
    assert [(it.key, it.claimed_per_cent) for it in money.contributors] == [(7, 60), (8, 30), (None, 10)]
    assert (money.leverage.claimed, money.leverage.verified) == (Decimal("0.67"), None)


def test_a_share_is_rounded_half_up():
    money = project_money((line("sanctioned", "2"), line("sanctioned", "1", "loan")), TODAY)
    assert [it.claimed_per_cent for it in money.sources] == [Decimal("66.67"), Decimal("33.33")]


@pytest.mark.parametrize(
    ("released", "named"),
    [(dt.date(2025, 6, 15), None), (dt.date(2025, 6, 14), 366)],
)
def test_a_release_without_certificate_is_named_when_it_is_more_than_a_year_old(released, named):
    found = project_money((line("released", "4", on=released),), TODAY).uncertified
    assert [it.days for it in found] == ([named] if named else [])


def test_a_certificate_covers_the_oldest_release_of_its_own_source():
    old, newer = dt.date(2024, 1, 1), dt.date(2025, 1, 1)
    found = project_money(
        (
            line("released", "4", on=newer),
            line("released", "3", on=old),
            line("certified", "5"),
            line("released", "9", "private", on=old),
            line("released", "1", "state", on=old),
        ),
        TODAY,
    ).uncertified
    assert [(it.source.value, it.crore, it.since) for it in found] == [
        ("budget", 2, newer),
        ("state", 1, old),
    ]


def test_more_spent_than_released_is_named_where_both_are_known():
    money = project_money(
        (confirmed("released", "2"), confirmed("spent", "2.50"), line("certified", "2.50")), TODAY
    )
    assert [(it.kind.value, it.than.value, it.is_verified, it.crore) for it in money.excesses] == [
        ("spent", "released", False, Decimal("0.50")),
        ("spent", "released", True, Decimal("0.50")),
    ]


def test_equal_amounts_are_no_excess():
    assert project_money((line("released", "2"), line("spent", "2")), TODAY).excesses == ()


def test_the_worked_example_of_the_rule_holds(root: Path):
    blocks = re.findall(r"```rule\n(.*?)\n```", (root / "docs/rules/money.md").read_text(), re.DOTALL)
    examples = [block for block in map(json.loads, blocks) if block["rule"] == "funds"]
    assert len(examples) == 2
    for block in examples:
        assert page.check(block["given"]) == block["expected"]


# --- over projects, and at the door ---

pytestmark = pytest.mark.django_db


def claim(of: Project, cast: Cast, kind: str, crore: str, **facts: Any) -> FundLine:
    given = {"source": "budget", "amount_crore": Decimal(crore), "dated_on": DAY, **facts}
    return FundLine.claim(of, by=acting(cast.officer), kind=kind, **given)


def test_a_childs_lines_lie_inside_its_parents_lines_of_the_same_kind(cast: Cast):
    child = project("PRJ-910", cast.irel, parent=cast.our_project)
    claim(cast.our_project, cast, "sanctioned", "10")
    claim(child, cast, "sanctioned", "4")
    claim(child, cast, "spent", "1")
    both = fund_totals(Project.objects.filter(pk__in=[child.pk, cast.our_project.pk]), TODAY)
    sanctioned, spent = both["sanctioned"][0], both["spent"][0]
    assert (sanctioned.plain_sum, sanctioned.left_out, sanctioned.total) == (14, 4, 10)
    assert (spent.plain_sum, spent.left_out, spent.total) == (1, 0, 1)
    assert both["spent"][1].total is None
    # A parent that is not among the projects contains its child all the same.
    alone = fund_totals(Project.objects.filter(pk=child.pk), TODAY)["sanctioned"][0]
    assert (alone.plain_sum, alone.left_out, alone.total) == (4, 4, None)


def test_totals_cost_the_same_for_any_number_of_projects(cast: Cast, django_assert_num_queries):
    for number in range(910, 915):
        claim(project(f"PRJ-{number}", cast.irel), cast, "spent", "1")
    with django_assert_num_queries(2):
        fund_totals(Project.objects.all(), TODAY)


def test_an_amount_of_tomorrow_cannot_be_claimed(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        claim(cast.our_project, cast, "spent", "1", dated_on=TODAY + dt.timedelta(days=1))
    assert set(refusal.value.error_dict) == {"dated_on"}


def test_a_contributor_is_an_organisation_of_the_project_or_of_its_agreement(cast: Cast):
    for known in (cast.texmin, cast.ministry):
        assert claim(cast.our_project, cast, "spent", "1", contributor=known).contributor == known
    for stranger in (cast.irel, organisation("INS-910", "Stranger")):
        with pytest.raises(ValidationError) as refusal:
            claim(cast.our_project, cast, "spent", "1", contributor=stranger)
        assert set(refusal.value.error_dict) == {"contributor"}


def test_who_claimed_an_amount_cannot_verify_it(cast: Cast):
    row = claim(cast.our_project, cast, "spent", "1")
    with pytest.raises(PermissionDenied):
        row.verify(by=acting(cast.officer), level=1)
    row.verify(by=acting(cast.manager), level=2)
    assert FundLine.objects.get(pk=row.pk).status == "verified"
