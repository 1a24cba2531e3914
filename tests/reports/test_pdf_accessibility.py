"""What those who do not see the page need: tags, titles, languages, bookmarks, words for pictures, heads of tables."""

import json

import pytest
from django.utils import translation

from reports import document
from reports.choices import Language
from reports.printed import PRINTED
from tests.breadth import pairs, some
from tests.reports import examples
from tests.reports.conformance import elements, failures
from tests.reports.printing import reader, render

SNAPSHOTS = sorted(path.stem for path in examples.FOLDER.glob("*.json"))
# An edition is drawn once: what is asked of it is asked by one worker.
EDITIONS = [
    pytest.param(name, language, marks=pytest.mark.xdist_group(f"{name}-{language}"))
    for name, language in pairs(SNAPSHOTS, list(Language.values))
]
drawn: dict[tuple[str, str], bytes] = {}


def edition(name: str, language: str) -> bytes:
    if (name, language) not in drawn:
        drawn[name, language] = render(snapshot(name), language)
    return drawn[name, language]


def snapshot(name: str) -> examples.Snapshot:
    return json.loads((examples.FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_an_edition_keeps_all_rules_of_pdf_ua(name, language):
    assert failures(edition(name, language)) == []


UNUSUAL = [examples.late_revision, examples.with_verification, examples.with_hostile_texts, examples.compared]


@pytest.mark.parametrize(("change", "language"), pairs(UNUSUAL, list(Language.values)))
def test_unusual_records_keep_them_too(change, language):
    assert failures(render(change(snapshot("project")), language)) == []


@pytest.mark.parametrize("language", some(["hi", "en"], 1))
def test_all_that_is_unusual_at_once_keeps_them_in_the_longest_report(language):
    told = snapshot("programme")
    for change in UNUSUAL:
        told = change(told)
    assert failures(render(told, language)) == []


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_title_language_and_bookmarks_are_those_of_the_edition(name, language):
    opened = reader(edition(name, language))
    root = opened.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert opened.metadata.title == document.title(snapshot(name), language)
    with translation.override(language):
        sections = [str(title) for title in PRINTED[snapshot(name)["meta"]["kind"]].sections().values()]
    bookmarks = " | ".join(" ".join(entry.title.split()) for entry in flat(opened.outline))
    assert len(sections) >= 3
    assert [section for section in sections if section not in bookmarks] == []


def flat(outline: list) -> list:
    return [entry for part in outline for entry in (flat(part) if isinstance(part, list) else [part])]


@pytest.mark.parametrize(("name", "language"), EDITIONS)
def test_every_picture_has_words_and_every_head_of_a_table_says_what_it_heads(name, language):
    opened = reader(edition(name, language))
    assert [one for one in elements(opened, "/Figure") if not one.get("/Alt", "").strip()] == []
    heads = elements(opened, "/TH")
    assert heads
    assert {one["/A"].get("/Scope") for one in heads} <= {"/Row", "/Column"}
    known = {one["/ID"] for one in heads}
    for cell in elements(opened, "/TD"):
        assert set(cell["/A"].get("/Headers", [])) <= known
