"""The Hindi of the reference data that comes with the tracker: reference_data/hindi.csv.

Names of indicators and minerals are rows of the database, in English, and administrators add to them. What was
shipped is shown in the reader's language; what people have written stays as they wrote it.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FILE = Path(__file__).parent / "reference_data" / "hindi.csv"


@cache
def hindi() -> dict[str, str]:
    """Return the Hindi of each text that is shipped with the reference data."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["text"]: row["hindi"] for row in csv.DictReader(file)}


def texts_said(word: str) -> list[str]:
    """Return the texts of the reference data whose Hindi contains a word, however its letters are put together."""
    sought = unicodedata.normalize("NFC", word)
    return [text for text, words in hindi().items() if sought in unicodedata.normalize("NFC", words)]


def said(text: str) -> str:
    """Return a text of the reference data in the language of the reader; one that was not shipped as it stands."""
    return hindi().get(text, text) if (get_language() or "").startswith("hi") else text
