"""The Hindi edition: nothing English is left in it beside what people recorded, and months and numbers read as they should."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Choices
from django.utils import translation

from projects import choices, formats
from projects.choices import Precision
from projects.models import Agreement, Organisation, Project
from projects.states import IndianState
from reports import choices as report_choices
from reports import document, figures
from reports.choices import ReportKind
from reports.periods import Period
from reports.printed import PRINTED
from tests import folders
from tests.cast import assemble
from tests.repo import catalogue
from tests.repo.catalogue import CATALOGUE
from tests.reports import examples
from tests.reports.issued import issued

Snapshot = dict[str, Any]

# As of the other kinds of report: what is worked out from a snapshot is asked of one engine.
pytestmark = pytest.mark.engine("sqlite")

SUBJECTS = {
    ReportKind.PROJECT: lambda: {"project": Project.objects.get(reference="PRJ-003")},
    ReportKind.AGREEMENT: lambda: {"agreement": Agreement.objects.get(reference="AGR-002")},
    ReportKind.PARTNER: lambda: {"organisation": Organisation.objects.get(reference="INS-008")},
}

# What stays as it is in Hindi too: names of instruments, standards and file formats.
ALLOWED = {"MoU", "MoC", "SHA", "PDF", "JSON", "CSV", "GFR", "QR", "INT", "SKL", "TEC", "TT"}
ALLOWED |= {"TRL", "MRL", "NdPr", "HHI"}  # levels, elements and the index, written alike
REFERENCE = re.compile(r"\b[A-Z]{2,5}(?:-[A-Z]{2,4})?-\d+\b|\bNCMM/[\d-]+/[A-Z]/\d+\b")
LATIN = re.compile(r"[A-Za-z]{2,}")

# Fields of a snapshot that hold what people wrote, in whatever words: also single small ones, which elsewhere are codes.
WRITTEN = {
    *("name", "title", "product", "unit", "period", "country", "symbol", "short_name"),
    *("note", "site", "signed_basis", "funding", "status_reported", "narrative"),
}
# Fields that name a place of the snapshot.
PLACES = {"path", "figure"}
# From Latin letters to as many others: texts that differ stay different.
VEILED = {ord(start) + i: 0x0915 + i for start in "aA" for i in range(26)}


@cache
def snapshots() -> dict[ReportKind, Snapshot]:
    """Return the snapshot of each kind of report on the public records, each after one of half a year before."""
    made = {}
    with transaction.atomic():
        cast = assemble()
        folders.shipped()
        for kind in PRINTED:
            fields = {"kind": kind, "project": None, **SUBJECTS.get(kind, dict)()}
            issued(cast, **fields, as_of=dt.date(2025, 9, 30))
            made[kind] = figures.read(issued(cast, **fields, as_of=dt.date(2026, 5, 31)).snapshot)
        transaction.set_rollback(True)
    return made


def test_snapshots_hold_codes_and_records_but_no_words_of_ours(root, db):
    """Words that were chosen when the figures were frozen would be English in the Hindi edition."""
    ours = {text for entry in catalogue.read(root / CATALOGUE) for text in entry.texts if " " in text}
    # The generator, a project, a product and the states have names that are also words of ours.
    names = {"Mission Tracker", "National Critical Mineral Mission", "NdFeB magnets"}
    with translation.override("en"):
        names |= {str(label) for label in IndianState.labels}
    assert {kind: ours & set(leaves(snapshot)) - names for kind, snapshot in snapshots().items()} == {
        kind: set() for kind in PRINTED
    }


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def test_no_english_word_is_left_in_any_kind_of_report(db):
    left = {kind.value: english(snapshot) for kind, snapshot in snapshots().items()}
    assert {kind: words for kind, words in left.items() if words} == {}


@pytest.mark.parametrize("example", [examples.programme, examples.project])
def test_no_english_word_is_left_where_values_are_verified_and_the_report_is_a_late_revision(example):
    assert english(examples.with_verification(examples.late_revision(example()))) == []


def english(snapshot: Snapshot) -> list[str]:
    """Return the pieces of the Hindi edition with a Latin word that nobody recorded."""
    shown, _assets = document.html(veiled(snapshot), "hi")
    # A base of reliance is named in the paths of changes by its product and period, which are records.
    bases = snapshot.get("reliance", {}).get("bases", {}).get("rows", ())
    recorded = sorted({text for row in bases for text in (row["product"], row["period"]) if text})
    return sorted({piece for piece in Pieces(shown).found if words(_without(piece, recorded))})


def _without(piece: str, recorded: list[str]) -> str:
    for text in reversed(recorded):  # the longer of two that begin alike first
        piece = piece.replace(text, "")
    return piece


def words(piece: str) -> set[str]:
    return set(LATIN.findall(REFERENCE.sub("", piece))) - ALLOWED


def veiled(value: Any, key: str = "") -> Any:
    """Return a snapshot in which what people wrote has no Latin letter, and codes, dates and references are as they were."""
    if isinstance(value, dict):
        return {key: veiled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [veiled(inner, key) for inner in value]
    if key in PLACES:
        return value
    if isinstance(value, str) and (
        key in WRITTEN or (key == "basis" and value not in BASES) or not code(value)
    ):
        return (
            REFERENCE.sub(lambda match: match.group().translate(SHIELDED), value)
            .translate(VEILED)
            .translate(BARED)
        )
    return value


# References keep their letters while the rest of a text is veiled: in between they are written in full width.
SHIELDED = {ord("A") + i: 0xFF21 + i for i in range(26)}
BARED = {wide: plain for plain, wide in SHIELDED.items()}


def code(text: str) -> bool:
    """Whether a text is a word of a vocabulary, a date, a moment or a serial rather than what somebody wrote."""
    return text in CODES or bool(
        re.fullmatch(r"[a-z][a-z0-9_]{,39}|[A-Z]{2,4}|\d{4}-\d\d-\d\dT?[\d:.+Z]*", text)
    )


CODES = {
    str(value)
    for module in (choices, report_choices)
    for member in vars(module).values()
    if isinstance(member, type) and issubclass(member, Choices)
    for value in member.values
}
# A cost has a basis too, in the words of its source.
BASES = {*choices.AsOfBasis.values, *choices.MeasureBasis.values, *choices.TargetBasis.values}


class Pieces(HTMLParser):
    """The texts of a document and of those attributes that somebody reads or hears."""

    HEARD = ("alt", "title", "aria-label")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside[tag] += 1
        self.found += [
            value for name, value in attrs if value and (name in self.HEARD or name.startswith("data-"))
        ]

    def handle_endtag(self, tag: str) -> None:
        self.inside[tag] -= 1

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self.inside["style"] or self.inside["script"]):
            self.found.append(" ".join(data.split()))


def test_the_search_for_english_words_finds_them():
    assert words("31 मार्च 2026 to 2027") == {"to"}
    assert words("PRJ-003, NCMM/2026-27/M/0007, V2: SHA-256") == set()
    page = Pieces('<p title="Late">overdue<style>p { color: red }</style></p><img alt="Chart">')
    assert page.found == ["Late", "overdue", "Chart"]


MONTHS = ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"]


def test_months_are_written_in_full_in_hindi_and_digits_are_the_same():
    days = [dt.date(2026, month, 1) for month in range(1, 13)]
    with translation.override("hi"):
        assert [formats.day(day) for day in days] == [f"1 {name} 2026" for name in MONTHS]
        assert [Period(day, end(day)).label for day in days] == [f"{name} 2026" for name in MONTHS]
        assert formats.approximate(dt.date(2026, 3, 31), Precision.MONTH) == "≈\xa0मार्च 2026"
        assert formats.indian("1234567.5") == "12,34,567.5"
        assert formats.crore("16300") == "₹\xa016,300\xa0करोड़"
        assert formats.unknown() == "ज्ञात नहीं"


def end(first: dt.date) -> dt.date:
    return (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def test_english_months_are_as_they_were():
    with translation.override("en"):
        assert formats.day(dt.date(2026, 3, 31)) == "31 Mar 2026"
        assert formats.day(dt.date(2026, 9, 1)) == "1 Sep 2026"
        assert Period(dt.date(2026, 9, 1), dt.date(2026, 9, 30)).label == "September 2026"
