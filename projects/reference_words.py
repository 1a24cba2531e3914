"""The Hindi of the reference data that comes with the tracker: reference_data/hindi.csv, and units_hindi.csv for units.

Names of indicators and minerals are rows of the database, in English, and administrators add to them. What was
shipped is shown in the reader's language; what people have written stays as they wrote it.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from projects import units

FOLDER = Path(__file__).parent / "reference_data"
FILE, UNITS_FILE = FOLDER / "hindi.csv", FOLDER / "units_hindi.csv"


@cache
def hindi() -> dict[str, str]:
    """Return the Hindi of each text that is shipped with the reference data."""
    return _read(FILE)


@cache
def hindi_of_units() -> dict[str, str]:
    """Return the Hindi of the words of which units are made; a symbol that is not here is written alike."""
    return _read(UNITS_FILE)


def _read(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {row["text"]: row["hindi"] for row in csv.DictReader(rows)}


def with_hindi(word: str) -> list[str]:
    """Return the shipped texts whose Hindi contains the word, however its letters are composed."""
    looked_for = _composed(word)
    return [text for text, spoken in hindi().items() if looked_for in _composed(spoken)]


@cache
def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def said(text: str) -> str:
    """Return a text of the reference data in the language of the reader; one that was not shipped as it stands."""
    return hindi().get(text, text) if _reads_hindi() else text


def said_unit(text: str) -> str:
    """Return a unit in the language of the reader: t per month is टन प्रति माह. What is no unit of ours stays as it is written."""
    if not _reads_hindi():
        return text
    try:
        code = units.unit(text).code
    except ValidationError:
        return text
    amount, _per, part = code.partition(" per ")
    words = hindi_of_units()
    return " प्रति ".join(words.get(word, word) for word in (amount, part) if word)


def _reads_hindi() -> bool:
    return (get_language() or "").startswith("hi")
