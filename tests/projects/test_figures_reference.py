"""Minerals, import reliance and provenance of the public records, as worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from projects.fiscal import FinancialYear, quarter_of
from projects.models import Mineral
from projects.progress import Programme, Provenance

pytestmark = pytest.mark.django_db


def names(minerals: tuple[Mineral, ...]) -> list[str]:
    return [mineral.name for mineral in minerals]


def test_the_two_lists_of_minerals(march: Programme) -> None:
    found = march.minerals
    assert (found.total, len(found.critical_30), len(found.mmdr_part_d), len(found.in_both)) == (
        31,
        30,
        24,
        23,
    )
    assert names(found.only_critical_30) == [
        "Antimony", "Bismuth", "Copper", "Germanium", "Hafnium", "Silicon", "Strontium",
    ]  # fmt: skip
    assert names(found.only_mmdr_part_d) == ["Glauconite"]
    assert found.in_neither == ()


def test_ten_minerals_are_imported_wholly(march: Programme) -> None:
    assert len(march.reliance.fully_dependent) == 10
    assert {point.mineral.symbol for point in march.reliance.fully_dependent} == {
        "Li", "Co", "Be", "Ta", "Ni", "V", "Nb", "Ge", "Re", "Sr",
    }  # fmt: skip
    assert march.reliance.total == 39


def test_imports_of_permanent_magnets(march: Programme) -> None:
    magnets = march.reliance.of("permanent magnets", "import_quantity")
    assert [(point.period, point.value) for point in magnets.points] == [
        ("2020-21", 12_400),
        ("2023-24", 28_700),
        ("2024-25", 53_700),
        ("2025-26 H1 (April to September)", 16_281),
    ]
    change = magnets.latest_change
    assert (change.earlier.period, change.later.period) == ("2023-24", "2024-25")
    assert change.per_cent == Decimal("87.11")


def test_half_a_year_and_an_unnamed_year_are_compared_with_nothing(march: Programme) -> None:
    compared = {
        point.period
        for series in march.reliance.series
        for change in series.changes
        for point in (change.earlier, change.later)
    }
    assert compared == {"2019-20", "2020-21", "2023-24", "2024-25"}


def test_how_the_as_of_date_is_known(march: Programme) -> None:
    assert march.provenance == Provenance(total=204, printed=108, text=41, inferred=55, not_stated=0)


def test_financial_years_and_quarters() -> None:
    days = {
        dt.date(2026, 2, 23): ("2025-26", 4),
        dt.date(2026, 4, 7): ("2026-27", 1),
        dt.date(2025, 9, 16): ("2025-26", 2),
    }
    assert {day: (str(FinancialYear.of(day)), quarter_of(day)) for day in days} == days
