"""Prints a snapshot once per test process and reads the paper again."""

import io
import re
from functools import cache
from pathlib import Path

from pypdf import PdfReader

from reports import document, pdf
from tests.reports import examples

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {"programme": examples.programme, "project": examples.project}


def render(snapshot: examples.Snapshot, language: str = "en") -> pdf.Pdf:
    html, assets = document.html(snapshot, language)
    return pdf.render(
        html,
        assets=assets,
        title=document.title(snapshot, language),
        language=language,
        created=examples.frozen_at(snapshot),
    )


@cache
def printed(kind: str, language: str = "en") -> pdf.Pdf:
    """Return the PDF of an example snapshot."""
    return render(EXAMPLES[kind](), language)


def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


@cache
def pages(content: bytes) -> list[str]:
    """Return the text of each page, with every run of white space as one space."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader(content).pages]


def text(content: bytes) -> str:
    return " ".join(pages(content))


def holds(printed_text: str, wanted: str) -> bool:
    """Return whether a word or figure stands on the paper, not as a part of a longer figure."""
    pattern = r"\s?".join(re.escape(character) for character in wanted if not character.isspace())
    return re.search(rf"(?<![\d,.]){pattern}(?![\d,]*\d)", printed_text) is not None
