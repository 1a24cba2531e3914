"""A report that was issued before a section existed is drawn without it, and says so; nothing is made up for it.

The snapshots in `snapshots/oldest` are those of the first version of each kind, as they were stored.
"""

import copy
import hashlib
import json
import re

import pytest

from projects.models import audit
from reports import checks, document, figures
from reports.choices import Language, ReportKind
from reports.figures import changes
from reports.printed import older
from tests.reports import examples

pytestmark = pytest.mark.engine("sqlite")

LACKING = {
    "programme": "What sectors need; Stages and commercialisation; Action points of reviews; Change since the last report",
    "agreement": "Life of the agreement; Symbolic or working",
    "partner": "Where the projects stand; Action points of reviews",
    "project": "Roadmap; Feed and mass balance; Technology and manufacturing readiness; Technology transfer; "
    "Clearances; Money; Action points of reviews; Change since the last report",
    "transfer": "Technology transfers",
    "exceptions": "Early warning; Forecasts",
}


def oldest(kind):
    return json.loads((examples.FOLDER / "oldest" / f"{kind}.json").read_text())


def newest(kind):
    return json.loads((examples.FOLDER / f"{kind}.json").read_text())


@pytest.mark.parametrize("kind", [str(kind) for kind in figures.SECTIONS])
def test_the_first_report_of_each_kind_is_drawn_in_both_languages_without_what_came_later(kind):
    snapshot = oldest(kind)
    stored = copy.deepcopy(snapshot)
    for language in Language.values:
        html, _assets = document.html(snapshot, language)
        anchors = set(re.findall(r'<h1 id="(\w+)">', html))
        assert anchors.isdisjoint(older.lacking(snapshot))
        assert set(re.findall(r'<li><a href="#(\w+)">', html)) == anchors - {"contents"}
    assert snapshot == stored
    assert f"before these sections existed, and does not have them: {LACKING[kind]}." in html_of(snapshot)


def html_of(snapshot):
    return document.html(snapshot, "en")[0]


@pytest.mark.parametrize("kind", [str(kind) for kind in figures.SECTIONS])
def test_a_report_of_today_lacks_nothing_and_is_drawn_as_it_was(kind):
    """Or else `reproduce` would find another paper than the one that was issued."""
    snapshot = newest(kind)
    assert (older.lacking(snapshot), older.completed(snapshot)) == ((), snapshot)
    assert "before these sections existed" not in html_of(snapshot)


@pytest.mark.parametrize("kind", [str(kind) for kind in figures.SECTIONS])
def test_every_single_section_that_came_later_may_be_missing(kind):
    for slug, key in older.CAME_LATER[ReportKind(kind)].items():
        snapshot = newest(kind)
        del snapshot[key]
        assert slug in older.lacking(snapshot)
        assert f'id="{slug}"' not in html_of(snapshot)


@pytest.mark.parametrize("kind", [str(kind) for kind in figures.SECTIONS])
def test_the_changes_since_the_first_report_of_a_kind_are_told_and_proved(kind):
    """What was not held before came: it did not move from nothing."""
    earlier, later = oldest(kind), newest(kind)
    digest = hashlib.sha256(audit.canonical(earlier).encode()).hexdigest()
    meta = earlier["meta"]
    later["meta"]["previous"] = {
        "serial": meta["serial"],
        "as_of": meta["as_of"],
        "snapshot_sha256": digest,
    }
    later["changes"] = changes.changes(earlier, later)
    assert checks.failures(later, earlier) == []
    assert meta["serial"] in html_of(later)
