"""Net import reliance, suppliers and needs of sectors: bases, doubts, ranges and what is internal."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.models import Measurement, Mineral, ReliancePoint, SectorNeed, StaleError, Target, audit
from projects.progress.concentration import Band, band_of, concentrate, hhi_of_top_share
from projects.progress.reliance import NetReliance, net_reliances, reliance
from projects.progress.sectors import sector_figures
from tests.api.scene import indicator, target
from tests.cast import TODAY, Cast, acting, system
from tests.projects.rule_pages import reliance as page
from tests.projects.rule_pages.reliance import point

FLOWS = (
    ("import_quantity", "900", "t"),
    ("export_quantity", "100", "t"),
    ("output_quantity", "200", "t"),
    ("stock_change", "0", "t"),
)


def points(*changes: dict[str, Any]) -> list[ReliancePoint]:
    """Return the four inputs, each with its changes."""
    return [
        point(number, *row, **change)
        for number, (row, change) in enumerate(zip(FLOWS, changes or ({},) * 4, strict=True), 1)
    ]


def one(rows: list[ReliancePoint]) -> NetReliance:
    (it,) = net_reliances(rows)
    return it


def test_the_worked_examples_of_the_rule_hold(root: Path):
    blocks = re.findall(r"```rule\n(.*?)\n```", (root / "docs/rules/reliance.md").read_text(), re.DOTALL)
    assert len(blocks) == 4
    for block in map(json.loads, blocks):
        assert page.check(block["given"]) == block["expected"]


def test_reliance_is_a_share_of_consumption():
    assert (one(points()).per_cent, one(points()).consumption) == (80, 1000)


def test_zero_is_known_and_an_absent_input_is_not_zero():
    assert one(points()[:3]).per_cent is None
    assert [flow.value for flow in one(points()[:3]).missing] == ["stocks"]


@pytest.mark.parametrize(
    "change",
    [
        {"form": "oxide"},
        {"period": "2023-24"},
        {"product": "alloy"},
        {"unit": "crore INR"},
        {"unit": "pieces"},
    ],
)
def test_figures_of_another_base_are_put_into_no_formula(change: dict[str, Any]):
    rows = points()
    for name, value in change.items():
        setattr(rows[2], name, value)
    found = net_reliances(rows)
    assert [it.per_cent for it in found] == [None] * (1 if change == {"unit": "pieces"} else 2)


def test_units_of_mass_are_one_base():
    rows = points()
    rows[0].value, rows[0].unit = Decimal("0.9"), "kt"
    assert one(rows).per_cent == 80


def test_two_sources_that_differ_are_a_contradiction_and_two_that_agree_are_none():
    again = point(9, "import_quantity", "950", "t")
    found = one([*points(), again])
    assert ([it.value for it in found.doubts], found.per_cent) == (["contradiction"], None)
    again.value, again.unit = Decimal("0.9"), "kt"
    assert one([*points(), again]).per_cent == 80


def test_trade_under_different_codes_is_not_of_one_base():
    found = one(points({"hs_codes": "850511, 2805"}, {"hs_codes": "2805"}, {"hs_codes": "28"}, {}))
    assert ([it.value for it in found.doubts], found.per_cent) == (["codes"], None)
    assert one(points({"hs_codes": "2805,850511"}, {"hs_codes": "850511 2805"}, {}, {})).per_cent == 80


def test_an_exporter_is_below_zero_and_without_consumption_there_is_no_share():
    rows = points()
    rows[1].value, rows[2].value = Decimal(1000), Decimal(300)
    assert one(rows).per_cent == -50
    rows[2].value = Decimal(100)
    found = one(rows)
    assert ([it.value for it in found.doubts], found.per_cent) == (["no_consumption"], None)


def test_a_published_figure_stands_beside_and_is_never_an_input():
    metal = Mineral(pk=1, reference="MIN-1", name="Neodymium")
    rows = [*points()[:3], point(5, "import_dependence", "100", "per cent")]
    for row in rows:
        row.mineral = metal
    (subject,) = reliance(rows, TODAY).subjects
    assert (subject.key, subject.latest, [it.value for it in subject.published]) == ("MIN-1", None, [100])


def test_a_figure_of_tomorrow_is_not_known_today():
    rows = points()
    rows[3].as_of = TODAY + dt.timedelta(days=1)
    assert reliance(rows, TODAY).subjects[0].latest is None
    assert reliance(rows, TODAY + dt.timedelta(days=1)).subjects[0].latest is not None


def test_the_latest_year_is_the_last_whole_year_whatever_else_is_worded():
    rows = [
        row
        for period in ("2023-24", "2024-25", "about 2022-23", "2024-25 H1")
        for row in points(*({"period": period},) * 4)
    ]
    (subject,) = reliance(rows, TODAY).subjects
    assert subject.latest is not None
    assert subject.latest.base.period == "2024-25"
    assert [it.base.period for it in subject.bases][:2] == ["2024-25", "2023-24"]


# --- suppliers ---


def shares(imports: str, *quantities: str) -> Any:
    rows = [
        (point(number, "supplier_quantity", tonnes, "t", f"Country {number}"), Decimal(tonnes))
        for number, tonnes in enumerate(quantities)
    ]
    return concentrate(rows, Decimal(imports))


def test_suppliers_that_add_up_give_one_figure():
    found = shares("100", "50", "30", "20")
    assert (found.lowest, found.highest, found.is_exact) == (3800, 3800, True)
    assert (found.top.country, found.top.share, found.bands) == ("Country 0", 50, (Band.HIGH,))


def test_a_rest_that_reaches_over_the_bands_names_all_between():
    found = shares("100", "10")
    assert (found.lowest, found.highest) == (100, 8200)
    assert found.bands == (Band.LOW, Band.MODERATE, Band.HIGH)


def test_suppliers_beyond_the_imports_tell_nothing():
    rows = [*points(), point(9, "supplier_quantity", "901", "t", "China")]
    found = one(rows)
    assert (found.concentration, [it.value for it in found.doubts]) == (None, ["too_much"])
    assert found.per_cent == 80


def test_two_rows_on_one_country_are_two_sources():
    rows = [*points(), point(8, "supplier_quantity", "450", "t", "China")]
    rows.append(point(9, "supplier_quantity", "0.4", "kt", "china"))
    found = one(rows)
    assert found.concentration is not None
    assert found.concentration.lowest == 2500


def test_without_imports_no_share_is_told():
    assert one([point(8, "supplier_quantity", "450", "t", "China")]).concentration is None


@pytest.mark.parametrize(
    ("hhi", "band"),
    [("1499.99", "low"), ("1500", "moderate"), ("2500", "moderate"), ("2500.01", "high")],
)
def test_the_bands_have_their_bounds(hhi: str, band: str):
    assert band_of(Decimal(hhi)).value == band


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("93", (8649, 8698)),
        ("39", (1521, 3526)),
        ("100", (10000, 10000)),
        ("50", (2500, 5000)),
        ("0", (0, 0)),
    ],
)
def test_a_published_share_leaves_a_range_of_hhi(share: str, expected: tuple[int, int]):
    assert hhi_of_top_share(Decimal(share)) == expected


@settings(max_examples=80, deadline=None)
@given(
    quantities=st.lists(st.integers(1, 500), min_size=1, max_size=9),
    rest=st.integers(0, 500),
    split=st.integers(1, 9),
)
def test_hhi_lies_in_its_range_however_the_rest_is_split(quantities: list[int], rest: int, split: int):
    whole = sum(quantities) + rest
    found = shares(str(whole), *map(str, quantities))
    exact = sum((Fraction(100 * it, whole) ** 2 for it in quantities), Fraction(0))
    exact += split * Fraction(100 * rest, whole * split) ** 2
    assert found.lowest - Decimal("0.01") <= Decimal(float(exact)).quantize(Decimal("0.0001"))
    assert Decimal(float(exact)).quantize(Decimal("0.0001")) <= found.highest + Decimal("0.01")
    assert found.highest <= 10000


@settings(max_examples=80, deadline=None)
@given(values=st.lists(st.integers(0, 10**6), min_size=4, max_size=4), fall=st.integers(-1000, 1000))
def test_reliance_never_exceeds_100_where_stocks_did_not_fall_and_nothing_is_exported(
    values: list[int], fall: int
):
    rows = points()
    for row, value in zip(rows, values, strict=True):
        row.value = Decimal(value)
    rows[1].value, rows[3].value = Decimal(0), Decimal(fall)
    found = one(rows)
    total = values[0] + values[2] + fall
    assert (found.per_cent is None) is (total <= 0)
    if found.per_cent is not None:
        assert found.per_cent <= 100


# --- at the door ---

pytestmark = pytest.mark.django_db


def recorded(by: Any, **facts: Any) -> ReliancePoint:
    given_: dict[str, Any] = {
        "reference": "REL-910",
        "product": "magnets",
        "metric": "import_quantity",
        "period": "2025-26",
        "value": Decimal(5),
        "unit": "t",
    }
    return ReliancePoint.record(by=acting(by), **{**given_, **facts})


def test_administrators_alone_keep_the_figures(cast: Cast):
    row = recorded(cast.administrator)
    for person in (cast.officer, cast.manager, cast.our_lead, cast.auditor):
        with pytest.raises(PermissionDenied):
            recorded(person, reference="REL-911")
        with pytest.raises(PermissionDenied):
            row.change(by=acting(person), value=Decimal(6))
    row.change(by=acting(cast.administrator), value=Decimal(6), version=1, reason="The source was revised.")
    with pytest.raises(StaleError):
        row.change(by=acting(cast.administrator), value=Decimal(7), version=1)
    with pytest.raises(ValidationError):
        row.change(by=acting(cast.administrator), reference="REL-999")
    event = audit.history(row).last()
    assert event is not None
    assert (event.action, event.before, event.after) == ("reference.change", {"value": "5"}, {"value": "6"})


def test_only_a_change_of_stocks_can_be_below_zero(cast: Cast):
    with pytest.raises(ValidationError):
        recorded(cast.administrator, value=Decimal(-5))
    assert recorded(cast.administrator, metric="stock_change", value=Decimal(-5)).value == -5


def test_the_database_refuses_it_too(cast: Cast):
    recorded(cast.administrator)
    with pytest.raises(IntegrityError), transaction.atomic(), audit.open_door():
        ReliancePoint._base_manager.update(value=-1)


def test_a_suppliers_quantity_names_the_supplier(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        recorded(cast.administrator, metric="supplier_quantity")
    assert set(refusal.value.error_dict) == {"supplier"}
    assert recorded(cast.administrator, metric="supplier_quantity", supplier="China").pk


def test_a_unit_with_two_meanings_is_asked_back_and_an_unlisted_one_is_kept(cast: Cast):
    with pytest.raises(ValidationError) as refusal:
        recorded(cast.administrator, unit="MT")
    assert set(refusal.value.error_dict) == {"unit"}
    row = recorded(cast.administrator, unit="million USD")
    with pytest.raises(ValidationError):
        row.change(by=acting(cast.administrator), unit="MTPA")


@pytest.mark.parametrize("period", ["2029", "2029-31", "2029-2030", "9999-00", "1800-01"])
def test_a_need_names_a_financial_year(cast: Cast, period: str):
    with pytest.raises(ValidationError) as refusal:
        need(cast, period=period)
    assert set(refusal.value.error_dict) == {"period"}


def need(cast: Cast, **facts: Any) -> SectorNeed:
    given_: dict[str, Any] = {
        "reference": "NEED-910",
        "sector": "defence",
        "material": "ndfeb_magnet",
        "period": "2025-26",
        "tonnes": Decimal(77),
    }
    return SectorNeed.record(by=acting(cast.administrator), **{**given_, **facts})


SEEING = {"officer", "manager", "administrator", "auditor"}


def test_the_needs_of_defence_exist_for_those_alone_from_whom_nothing_is_hidden(cast: Cast):
    need(cast)
    need(cast, reference="NEED-911", sector="ev")
    for name, person in cast.people.items():
        found = set(SectorNeed.objects.visible_to(acting(person)).values_list("reference", flat=True))
        if name in SEEING or name == "second_officer":
            assert found == {"NEED-910", "NEED-911"}, name
        else:
            assert found == ({"NEED-911"} if name != "nobody" else set()), name


def test_so_do_targets_on_defence_and_what_hangs_on_them(cast: Cast):
    code = indicator("INT-DEF")
    goal = target("TGT-910", code, project=cast.our_project)
    Measurement.claim(goal, by=acting(cast.officer), value=Decimal(7), period_end=dt.date(2026, 5, 31))
    for name, person in cast.people.items():
        by, sees = acting(person), name in SEEING or name == "second_officer"
        assert Target.objects.visible_to(by).exists() is sees, name
        assert Measurement.objects.visible_to(by).exists() is sees, name
        assert bool(sector_figures(TODAY, by).targets) is sees, name


def test_output_of_the_projects_that_serve_a_sector_is_held_against_its_need(cast: Cast):
    need(cast)
    made = indicator("PRD-MAG")
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"sector": "defence"})
    audit.change(cast.their_project, by=system(), action="test.setup", changes={"sector": "ev"})
    for number, (project, value) in enumerate(((cast.our_project, 11), (cast.their_project, 50))):
        goal = target(f"TGT-91{number}", made, project=project, baseline_as_of=dt.date(2025, 4, 1))
        row = Measurement.claim(
            goal,
            by=acting(cast.our_lead if number == 0 else cast.officer),
            value=Decimal(value),
            period_end=dt.date(2026, 3, 31),
        )
        row.verify(by=acting(cast.manager), level=2)
    (it,) = sector_figures(TODAY, acting(cast.officer)).balances
    assert (it.output.claimed, it.claimed_per_cent, it.verified_per_cent) == (
        11,
        Decimal("14.29"),
        Decimal("14.29"),
    )
    assert it.serving == 1


def test_figures_of_sectors_cost_the_same_whatever_their_number(cast: Cast, django_assert_num_queries: Any):
    for number in range(911, 916):
        need(cast, reference=f"NEED-{number}")
    by = acting(cast.officer)
    with django_assert_num_queries(4):
        sector_figures(TODAY, by)
