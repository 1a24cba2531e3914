"""The reference data that is shipped reads in Hindi: none missing, none left over, one word for one thing."""

import csv
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from projects import library, reference_words
from projects.choices import Gate, Ladder, Stage, TransferStage
from projects.management.commands import load_demonstration
from projects.reference_words import said, said_unit
from projects.stages import RULES
from projects.templatetags.formats import register
from projects.units import UNITS
from tests.repo.test_translations import FORBIDDEN

# Written alike in Hindi: an abbreviation that Indian offices use as it is.
ALIKE = {"PFMS"}


def shipped() -> set[str]:
    read = {
        facts[name]
        for facts in library.definitions()
        for name in ("name", "measured_by", "evidence_needed")
        if facts[name]
    }
    with (load_demonstration.records() / "minerals.csv").open(encoding="utf-8", newline="") as file:
        return read | {row["name_en"] for row in csv.DictReader(file)}


def test_every_shipped_text_has_its_hindi_and_no_hindi_lacks_its_text():
    words = reference_words.hindi()
    assert words.keys() == shipped()
    assert [text for text, hindi in words.items() if not re.search("[\u0900-\u097f]", hindi)] == sorted(ALIKE)


def test_a_text_stands_once():
    with reference_words.FILE.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert len(texts) == len(set(texts))


def test_the_words_are_those_of_the_glossary():
    wrong = [
        (hindi, word)
        for hindi in reference_words.hindi().values()
        for pattern, word in FORBIDDEN.items()
        if re.search(pattern, hindi)
    ]
    assert wrong == []


# Symbols that Hindi writes alike.
SYMBOLS = {"kA/m", "Oe", "kOe", "kJ/m3", "MGOe", "TRL", "MRL"}


def test_every_unit_is_said_in_hindi_but_for_its_symbols():
    parts = {part for code in UNITS for part in code.split(" per ")}
    assert reference_words.hindi_of_units().keys() == parts - SYMBOLS
    with translation.override("hi"):
        assert said_unit("t per month") == said_unit("tonnes per month") == "टन प्रति माह"
        assert [said_unit(text) for text in ("per cent", "m3 per t", "kOe")] == [
            "प्रतिशत",
            "घन मीटर प्रति टन",
            "kOe",
        ]
        assert [said_unit(text) for text in ("MTPA", "million AUD", "")] == ["MTPA", "million AUD", ""]
    assert said_unit("tonnes per month") == "tonnes per month"


@pytest.mark.parametrize("words", [Stage, Gate, TransferStage, Ladder])
def test_ladders_stages_and_gates_are_in_hindi(words: type[Stage]):
    with translation.override("hi"):
        assert [it for it in words if not re.search("[\u0900-\u097f]", str(it.label))] == []


def test_what_a_gate_asks_is_in_hindi():
    with translation.override("hi"):
        asked = [str(it.text) for rule in RULES.values() for it in rule.criteria]
    assert [text for text in asked if not re.search("[\u0900-\u097f]", text)] == []


def test_what_people_wrote_stays_as_they_wrote_it():
    with translation.override("hi"):
        assert (said("Lithium"), said("Our own count")) == ("लिथियम", "Our own count")
    with translation.override("en"):
        assert said("Lithium") == "Lithium"
    assert register.filters["said"] is said


def test_every_page_and_print_shows_names_of_reference_data_through_the_words():
    """A template that prints such a name without the filter would be English to a Hindi reader."""
    root = Path(apps.get_app_config("projects").path).parent / "templates"
    raw = re.compile(
        r"\b(?:mineral|indicator|it|subject)\.(?:name|measured_by|evidence_needed)(?![|\w]*said)\s*(?:\}|\|default)"
    )
    only = {"indicator_list.html", "reliance_list.html", "reliance_detail.html"}
    wrong = [
        f"{path.name}: {match.group()}"
        for path in root.rglob("*.html")
        for match in raw.finditer(path.read_text())
        if match.group().startswith(("mineral", "indicator")) or path.name in only
    ]
    assert wrong == []


@pytest.mark.parametrize("jobs", ["रो\u091c\u093cगार", "रो\u095bगार"], ids=["with a dot", "in one piece"])
def test_a_word_is_found_however_its_letters_are_composed(jobs: str):
    found = reference_words.with_hindi(jobs)
    assert found
    assert all("रो" in reference_words.hindi()[text] for text in found)
    assert reference_words.with_hindi("लखनऊनहीं") == []
