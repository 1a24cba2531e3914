"""Units: one spelling each, exact factors, a question where a spelling has two meanings."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.units import (
    UNITS,
    AmbiguousUnit,
    UnknownUnit,
    UnlikeUnits,
    convert,
    convertible,
    rounded,
    unit,
)
from tests.projects.rule_pages import units as units_page

SHIPPED = Path(__file__).parents[2] / "projects" / "programme_data"

SPELLINGS = [
    ("t", "t"),
    ("tonne", "t"),
    ("tonnes", "t"),
    ("kt", "kt"),
    ("tpa", "t per year"),
    ("TPA", "t per year"),
    ("t/yr", "t per year"),
    ("t per annum", "t per year"),
    ("tonnes per  year", "t per year"),
    ("kg p.a.", "kg per year"),
    ("kgs/day", "kg per day"),
    ("million tonnes", "Mt"),
    ("%", "per cent"),
    ("Rs crore", "crore INR"),
    ("Persons", "persons"),
    ("block", "blocks"),
    ("koe", "kOe"),
    ("m³/t", "m3 per t"),
    ("man-days", "person-days"),
]
QUESTIONS = [
    ("MTPA", ("Mt per year", "t per year")),
    ("mtpa", ("Mt per year", "t per year")),
    ("MT", ("Mt", "t")),
    ("mt", ("Mt", "t")),
    ("MT/yr", ("Mt per year", "t per year")),
    ("mt per year", ("Mt per year", "t per year")),
    ("T", ("t", "kg")),
    ("T per year", ("t per year", "kg per year")),
    ("tons", ("t", "kg")),
    ("level", ("TRL", "MRL")),
    ("crore", ("crore INR", "number")),
]
CONVERSIONS = [
    ("1", "kt", "t", "1000"),
    ("1", "Mt per year", "t per year", "1000000"),
    ("270", "kt per year", "t per year", "270000"),
    ("3000", "kg per year", "t per year", "3"),
    ("100", "kg per day", "t per year", "36.5"),
    ("12", "t per month", "t per year", "144"),
    ("6000", "t per year", "t per month", "500"),
    ("1", "t per year", "t per month", "0.0833333333"),
    ("16300", "crore INR", "INR", "163000000000"),
    ("16300", "crore INR", "lakh INR", "1630000"),
    ("20", "kOe", "kA/m", "1591.54943091895335768"),
    ("50", "MGOe", "kJ/m3", "397.88735772973833942"),
    ("3", "GW", "MW", "3000"),
]


@pytest.mark.parametrize(("written", "code"), SPELLINGS)
def test_a_spelling_names_its_unit(written: str, code: str) -> None:
    assert unit(written).code == code


@pytest.mark.parametrize(("written", "meant"), QUESTIONS)
def test_a_spelling_with_two_meanings_is_refused_with_the_question(
    written: str, meant: tuple[str, str]
) -> None:
    with pytest.raises(AmbiguousUnit) as asked:
        unit(written)
    question = asked.value.messages[0]
    assert "Which do you mean?" in question
    assert all(f"“{code}”" in question for code in meant)
    assert all(code in UNITS for code in meant), "what the question offers must be answerable"


@pytest.mark.parametrize("written", ["", "lbs", "furlongs", "t per fortnight", "per year", "x" * 500])
def test_an_unknown_unit_is_refused_and_the_message_says_what_to_write(written: str) -> None:
    with pytest.raises(UnknownUnit) as refused:
        unit(written)
    assert "t per year" in refused.value.messages[0]
    assert len(refused.value.messages[0]) < 250


def test_each_unit_of_the_shipped_targets_is_known_under_the_spelling_it_has_there() -> None:
    with (SHIPPED / "targets.csv").open(encoding="utf-8", newline="") as file:
        used = {row["unit"] for row in csv.DictReader(file)}
    assert {code: unit(code).code for code in used} == {code: code for code in used}


def test_the_unit_of_the_shipped_import_figures_are_known() -> None:
    with (SHIPPED / "import_dependence.csv").open(encoding="utf-8", newline="") as file:
        assert {unit(row["unit"]).code for row in csv.DictReader(file)} == {"t", "per cent", "crore INR"}


@pytest.mark.parametrize(("value", "given", "wanted", "result"), CONVERSIONS)
def test_values_convert_exactly_within_a_dimension(value: str, given: str, wanted: str, result: str) -> None:
    assert convert(Decimal(value), given, wanted) == Decimal(result)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("blocks", "patents"),
        ("persons", "person-days"),
        ("t", "t per year"),
        ("GW", "GWh"),
        ("TRL", "MRL"),
        ("per cent", "ratio"),
        ("kOe", "MGOe"),
        ("number", "blocks"),
    ],
)
def test_unlike_units_never_convert(given: str, wanted: str) -> None:
    assert not convertible(given, wanted)
    with pytest.raises(UnlikeUnits, match="measure different things"):
        convert(Decimal(1), given, wanted)


@given(
    st.decimals(min_value=-(10**6), max_value=10**6, places=4),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(sorted(UNITS)),
)
def test_there_and_back_gives_the_same_value(value: Decimal, here: str, there: str) -> None:
    if UNITS[here].dimension != UNITS[there].dimension:
        with pytest.raises(UnlikeUnits):
            convert(value, here, there)
        return
    # Ten places on the way are enough for four at the end, unless the unit on the way is very large.
    factor = UNITS[there].factor / UNITS[here].factor
    back = convert(convert(value, here, there), there, here)
    assert abs(back - value) <= Decimal(factor.numerator) / Decimal(factor.denominator) * Decimal("1E-10")


def test_no_two_units_share_a_spelling_but_for_those_that_ask() -> None:
    assert len({code.casefold() for code in UNITS}) == len(UNITS)


def test_a_coercivity_of_20_koe_is_what_the_tables_of_magnet_makers_print() -> None:
    found = convert(Decimal(20), "kOe", "kA/m")
    assert rounded(found, 1) == Decimal("1591.5")
    assert rounded(found, 0) == 1592
    assert rounded(convert(Decimal(1), "kOe", "kA/m")) == Decimal("79.5775")
    assert rounded(convert(Decimal(1), "MGOe", "kJ/m3"), 5) == Decimal("7.95775")


def test_the_page_works_its_examples_out_through_the_program_and_has_every_unit(root: Path) -> None:
    text = (root / "docs/rules/units.md").read_text()
    blocks = [json.loads(it) for it in re.findall(r"```rule\n(.*?)\n```", text, re.DOTALL)]
    assert len(blocks) == 2
    for block in blocks:
        assert units_page.check(block["given"]) == block["expected"]
    assert [code for code in UNITS if f"`{code}`" not in text] == []
