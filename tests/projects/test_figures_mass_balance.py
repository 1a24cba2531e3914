"""What feed allows and capacity lacks: corrections, verification, carried feed, bases of output, as worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.choices import Material
from projects.models import Feed, Measurement, Project
from projects.progress.feeds import claimed_feeds, in_year, overlaps, years_of_feed
from projects.progress.mass_balance import mass_balance, mass_balance_flags, mass_balances
from projects.progress.production import made
from projects.progress.yields import allowed, yield_of
from tests import folders
from tests.cast import TODAY, Cast, acting, organisation, project, system
from tests.projects.rule_pages import mass_balance as page
from tests.projects.rule_pages.mass_balance import feed, measurement, target

Y25 = (dt.date(2025, 4, 1), dt.date(2026, 3, 31))
MARCH = dt.date(2026, 3, 31)


def output(goal: Any, *rows: Measurement, verified: bool = False) -> Fraction | None:
    return made(goal, rows, *Y25, as_of=TODAY, verified=verified).tonnes


def balance(feeds: list[Feed], rows: list[Measurement], on: dt.date = TODAY, code: str = "PRD-MAG") -> Any:
    return mass_balance(Project(pk=1, product="NdFeB magnets"), feeds, [target(code, "t")], rows, on)


def oxide(number: int, tonnes: str, start: str = "2025-04-01", end: str = "2026-03-31", **more: Any) -> Feed:
    kind = more.pop("kind", "received")
    row = feed(number, more.pop("material", "ndpr_oxide"), tonnes, start, end, kind, more.pop("on", None))
    for name, value in more.items():
        setattr(row, name, value)
    return row


def test_the_worked_examples_of_the_rule_hold(root: Path):
    blocks = re.findall(r"```rule\n(.*?)\n```", (root / "docs/rules/mass_balance.md").read_text(), re.DOTALL)
    examples = [json.loads(block) for block in blocks]
    assert len(examples) == 3
    for block in examples:
        assert page.check(block["given"]) == block["expected"]


# --- yields ---


def test_the_metal_in_the_oxide_is_worked_out_from_atomic_masses():
    found = yield_of(Material.NDPR_OXIDE, Material.NDPR_METAL)
    assert found is not None
    assert found.factor == Fraction(288484, 336481)
    assert found.shown == Decimal("0.8574")


def test_metal_on_the_way_gives_no_more_magnets_than_its_oxide():
    metal = allowed({Material.NDPR_OXIDE: Fraction(10)}, Material.NDPR_METAL)
    assert metal is not None
    through = allowed({Material.NDPR_METAL: metal}, Material.NDFEB_MAGNET)
    assert through == allowed({Material.NDPR_OXIDE: Fraction(10)}, Material.NDFEB_MAGNET) == 30


@pytest.mark.parametrize("material", ["treo", "black_mass", "other", "cobalt"])
def test_from_feed_of_unknown_yield_it_cannot_be_told(material: str):
    found = balance(
        [oxide(1, "10"), oxide(2, "10", material=material)], [measurement(1, "40", None, "2026-03-31")]
    )
    (year,) = found.years
    assert year.claimed.at_most == (None if material == "treo" else 30)
    assert bool(found.excesses) is (material != "treo")


def test_after_feed_of_unknown_yield_what_is_left_of_it_is_not_known_either():
    rows = [oxide(1, "10", "2024-04-01", "2025-03-31", material="treo"), oxide(2, "10")]
    found = balance(rows, [measurement(1, "40", None, "2026-03-31")])
    assert [year.claimed.at_most for year in found.years] == [None, None]


# --- output against feed ---


def test_120_t_from_20_t_are_60_t_too_much():
    found = balance([oxide(1, "20")], [measurement(1, "120", None, "2026-03-31")])
    (flag,) = mass_balance_flags([found], TODAY)
    assert flag.text == (
        "FY 2025-26: 120 t of NdFeB magnets are claimed from 20 t of feed, which allow at most 60 t."
    )
    assert (flag.since, flag.days) == (MARCH, 76)


def test_exactly_what_the_feed_allows_is_no_excess():
    assert balance([oxide(1, "20")], [measurement(1, "60", None, "2026-03-31")]).excesses == ()


def test_without_recorded_feed_it_cannot_be_told():
    (year,) = balance([], [measurement(1, "120", None, "2026-03-31")]).years
    assert (year.claimed.fed, year.claimed.at_most, year.claimed.recovery, year.claimed.excess) == (None,) * 4


def test_claimed_feed_does_not_cover_verified_output_nor_the_other_way():
    rows = [measurement(1, "60", None, "2026-03-31", "2026-05-01")]
    (year,) = balance([oxide(1, "20")], rows).years
    assert (year.claimed.recovery, year.verified.produced, year.verified.at_most) == (100, 60, None)
    (year,) = balance([oxide(1, "5", on="2026-05-01"), oxide(2, "15")], rows).years
    assert (year.claimed.excess, year.verified.excess) == (None, Decimal("45.00"))


def test_what_was_not_made_of_last_years_feed_can_be_made_this_year():
    feeds = [oxide(1, "20"), oxide(2, "10", "2026-04-01", "2026-05-31")]
    rows = [
        measurement(1, "50", None, "2026-03-31"),
        measurement(2, "41", "2026-04-01", "2026-05-31"),
    ]
    first, second = balance(feeds, rows).years
    assert (second.claimed.carried, second.claimed.at_most, second.claimed.excess) == (10, 40, 1)
    # Where last year's output is not known, all of its feed may be left.
    _first, second = balance(feeds, rows[1:]).years
    assert (second.claimed.carried, second.claimed.excess) == (60, None)
    assert first.claimed.excess is None


def test_a_correction_replaces_at_once_in_claimed_and_in_verified_once_it_is_verified():
    first, second = oxide(1, "20", on="2026-05-01"), oxide(2, "40", supersedes_id=1)
    (amount,) = balance([first, second], []).amounts
    assert (amount.received.claimed, amount.received.verified) == (40, 20)
    second.status, second.level, second.verified_on = "verified", 1, dt.date(2026, 6, 1)
    assert balance([first, second], []).amounts[0].received.verified == 40
    assert balance([first, second], [], dt.date(2026, 5, 31)).amounts[0].received.verified == 20
    second.status = "returned"
    assert balance([first, second], []).amounts[0].received.claimed == 20


def test_a_delivery_is_known_from_its_last_day_and_a_contract_from_its_claim():
    promised = oxide(2, "12", "2026-04-01", "2027-03-31", kind="contracted")
    promised.claimed_at = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    rows = [oxide(1, "20"), promised]
    assert [row.pk for row in claimed_feeds(rows, dt.date(2026, 3, 30))] == [2]
    assert [row.pk for row in claimed_feeds(rows, MARCH)] == [1, 2]
    assert [row.pk for row in claimed_feeds(rows, dt.date(2026, 1, 31))] == []


def test_two_entries_of_one_supplier_that_overlap_are_named():
    rows = [
        oxide(1, "5", "2025-04-01", "2025-06-30", supplier_id=7),
        oxide(2, "5", "2025-06-30", "2025-09-30", supplier_id=7),
        oxide(3, "5", "2025-06-30", "2025-09-30", supplier_id=8),
        oxide(4, "5", "2025-06-30", "2025-09-30", supplier_id=7, kind="contracted"),
        oxide(5, "5", "2025-06-30", "2025-09-30", supplier_id=7, material="treo"),
        oxide(6, "5", "2025-10-01", "2025-12-31", supplier_id=7),
    ]
    assert [(it.earlier.pk, it.later.pk) for it in overlaps(rows)] == [(1, 2)]
    (flag,) = mass_balance_flags([balance(rows, [])], TODAY)
    assert "30 Jun 2025 to 30 Jun 2025" in flag.text


# --- output by basis ---


def test_a_year_to_date_and_the_whole_year_are_not_added():
    goal = target("PRD-MAG", "t")
    assert (
        output(goal, measurement(1, "40", None, "2025-09-30"), measurement(2, "100", None, "2026-03-31"))
        == 100
    )


def test_periods_inside_the_year_are_added_and_one_that_began_before_is_left_out():
    rows = (
        measurement(1, "8", "2025-04-01", "2025-04-30"),
        measurement(2, "9", "2025-05-01", "2025-05-31"),
        measurement(3, "50", "2025-01-01", "2025-06-30"),
    )
    goal = target("PRD-MAG", "t")
    assert output(goal, *rows[:2]) == 17
    found = made(goal, rows, *Y25, as_of=TODAY, verified=False)
    assert (found.tonnes, [row.pk for row in found.left_out]) == (17, [3])


def test_a_cumulative_value_counts_by_its_growth_in_the_year():
    goal = target("PRD-MAG", "kg", "cumulative")
    inside = (measurement(2, "30000", None, "2025-09-30"), measurement(3, "90000", None, "2026-03-31"))
    assert output(goal, measurement(1, "10000", None, "2025-03-31"), *inside) == 80
    # What was made before the year is not known: only the growth within it is sure.
    assert output(goal, *inside) == 60
    assert output(goal, measurement(1, "10000", None, "2024-03-31"), *inside) == 60
    assert output(goal, inside[0]) is None
    goal.baseline_value, goal.baseline_as_of = Decimal(0), dt.date(2025, 7, 1)
    assert output(goal, inside[0]) == 30
    goal.baseline_as_of = dt.date(2024, 7, 1)
    assert output(goal, inside[0]) is None


def test_a_rate_is_an_amount_only_for_a_span():
    goal = target("PRD-MAG", "t per month", "rate")
    assert output(goal, measurement(1, "2", "2025-04-01", "2025-09-30")) == 12
    assert output(goal, measurement(1, "2", None, "2025-09-30")) is None
    daily = target("PRD-MAG", "kg per day", "rate")
    assert output(daily, measurement(1, "100", "2025-04-01", "2025-04-10")) == 1


@pytest.mark.parametrize(("unit", "basis"), [("t", "stock"), ("pieces", "annual"), ("MTPA", "annual")])
def test_what_is_no_tonnes_is_left_out_and_counted(unit: str, basis: str):
    found = made(
        target("PRD-MAG", unit, basis),
        [measurement(1, "5", None, "2026-03-31")],
        *Y25,
        as_of=TODAY,
        verified=False,
    )
    assert (found.tonnes, len(found.left_out)) == (None, 1)


def test_output_below_the_minimum_level_is_not_verified():
    goal = target("PRD-MAG", "t")
    goal.indicator.minimum_level = 3
    row = measurement(1, "5", None, "2026-03-31", "2026-05-01")
    assert output(goal, row, verified=True) is None
    assert output(goal, row) == 5


def test_two_targets_of_one_product_measure_the_same_tonnes():
    goals = [target("PRD-MAG", "t", key=1), target("PRD-MAG", "t per year", key=2)]
    rows = [
        measurement(1, "50", None, "2026-03-31", key=1),
        measurement(2, "60", None, "2026-03-31", key=2),
    ]
    found = mass_balance(Project(pk=1), [oxide(1, "20")], goals, rows, TODAY)
    assert found.years[0].claimed.produced == 60


def test_samarium_cobalt_magnets_need_no_ndpr_oxide():
    plant = Project(pk=1, product="SmCo magnets")
    goals = [target("PRD-MAG", "t", key=1), target("CAP-MAG", "kg per year", "stock", 2, "3000")]
    found = mass_balance(plant, [oxide(1, "1")], goals, [measurement(1, "50", None, "2026-03-31")], TODAY)
    assert (found.years, found.covers) == ((), ())


# --- properties ---

amounts = st.lists(st.decimals("0.01", "500", places=2), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(fed=amounts, produced=amounts, seed=st.integers(0, 99))
def test_the_order_of_entry_changes_nothing(fed: list[Decimal], produced: list[Decimal], seed: int):
    feeds = [oxide(number, str(tonnes)) for number, tonnes in enumerate(fed, 1)]
    rows = [
        measurement(number, str(tonnes), f"2025-{3 + number:02d}-01", f"2025-{3 + number:02d}-28")
        for number, tonnes in enumerate(produced, 1)
    ]
    (year,) = balance(feeds, rows).years
    shuffled = random.Random(seed)
    shuffled.shuffle(feeds)
    shuffled.shuffle(rows)
    assert balance(feeds, rows).years == (year,)
    assert year.claimed.at_most == 3 * sum(fed)
    assert year.claimed.produced == sum(produced)
    over = sum(produced) - 3 * sum(fed)
    assert year.claimed.excess == (over if over > 0 else None)


@settings(max_examples=60, deadline=None)
@given(
    tonnes=st.decimals("0.01", "9000", places=2),
    start=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    days=st.integers(0, 4000),
)
def test_a_contract_is_spread_over_its_years_without_rest(tonnes: Decimal, start: dt.date, days: int):
    row = oxide(
        1, str(tonnes), start.isoformat(), (start + dt.timedelta(days)).isoformat(), kind="contracted"
    )
    assert sum(in_year(row, year) for year in years_of_feed(row)) == Fraction(tonnes)


@settings(max_examples=60, deadline=None)
@given(capacity=st.integers(1, 20000), stated=st.integers(0, 9000))
def test_cover_and_gap_add_up_to_the_capacity(capacity: int, stated: int):
    given_ = {"as_of": "2026-03-31", "capacity": str(capacity), "stated": str(stated)}
    (it,) = page.worked(given_).covers
    assert it.stated.product is not None
    assert it.stated.gap_product is not None
    assert it.stated.product + it.stated.gap_product == max(Decimal(capacity), it.stated.product)
    assert it.is_assured is (3 * stated >= capacity)


# --- the demonstration, and the door ---

pytestmark = pytest.mark.django_db


def test_a_quarter_of_the_magnet_schemes_capacity_has_its_oxide():
    folders.shipped()
    (found,) = mass_balances(list(Project.objects.filter(reference="PRJ-003")), MARCH, system())
    (it,) = found.covers
    assert (it.target.reference, it.capacity, [row.reference for row in it.stated_by]) == (
        "TGT-019",
        6000,
        ["TGT-023"],
    )
    assert (it.stated.oxide, it.stated.product, it.stated.per_cent) == (500, 1500, 25)
    assert (it.stated.gap_product, it.stated.gap_feed) == (4500, 1500)
    assert it.claimed.oxide is None
    (flag,) = mass_balance_flags([found], MARCH)
    assert flag.text.startswith("Capacity without assured feed: 500 t of NdPr oxide a year are stated")
    assert (flag.since, flag.days) == (dt.date(2025, 12, 15), 106)


def test_balances_cost_the_same_for_any_number_of_projects(cast: Cast, django_assert_num_queries: Any):
    several = [cast.our_project, *(project(f"PRJ-{number}", cast.irel) for number in range(910, 915))]
    by = acting(cast.officer)
    for chosen in (several[:1], several):
        with django_assert_num_queries(3):
            assert len(mass_balances(chosen, TODAY, by)) == len(chosen)


def claim(cast: Cast, by: Any = None, **facts: Any) -> Feed:
    given_: dict[str, Any] = {
        "material": "ndpr_oxide",
        "tonnes": Decimal(5),
        "period_start": dt.date(2026, 4, 1),
        "period_end": dt.date(2026, 5, 31),
        "is_contracted": False,
    }
    return Feed.claim(cast.our_project, by=acting(by or cast.our_lead), **{**given_, **facts})


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"period_end": TODAY + dt.timedelta(days=1)}, "period_end"),
        ({"period_start": dt.date(2026, 3, 31)}, "period_end"),
        ({"period_start": dt.date(2026, 6, 1)}, None),
        ({"tonnes": Decimal(0)}, None),
        ({"is_contracted": True, "period_end": dt.date(9999, 12, 31)}, "period_end"),
    ],
)
def test_feed_that_cannot_be_is_refused(cast: Cast, facts: dict[str, Any], field: str | None):
    with pytest.raises(ValidationError) as refusal:
        claim(cast, **facts)
    if field:
        assert set(refusal.value.error_dict) == {field}
    assert not Feed.objects.exists()


def test_a_contract_may_lie_in_the_future_and_over_several_years(cast: Cast):
    assert claim(cast, is_contracted=True, period_end=dt.date(2030, 3, 31)).pk


def test_a_supplier_whom_one_may_not_see_cannot_be_named(cast: Cast):
    stranger = organisation("INS-910", "Stranger")
    with pytest.raises(ValidationError) as refusal:
        claim(cast, supplier=stranger)
    assert set(refusal.value.error_dict) == {"supplier"}
    assert claim(cast, cast.officer, supplier=stranger).supplier == stranger


def test_who_claimed_feed_cannot_verify_it_nor_can_another_partner_claim_it(cast: Cast):
    row = claim(cast, cast.officer)
    with pytest.raises(PermissionDenied):
        row.verify(by=acting(cast.officer), level=1)
    row.verify(by=acting(cast.manager), level=1)
    with pytest.raises(PermissionDenied):
        claim(cast, cast.their_lead)
