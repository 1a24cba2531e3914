"""The figures as CSV: every value of the snapshot, nothing unknown as zero, nothing a spreadsheet would compute."""

import csv
import io
import json

import pytest
from django.core.exceptions import ValidationError

from projects.spreadsheets import safe
from reports import tables
from tests.reports import examples

SHA = "a" * 64


def rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def leaves(value):
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


@pytest.mark.parametrize("kind", ["programme", "project"])
def test_every_value_of_the_snapshot_stands_in_one_row(kind):
    snapshot = getattr(examples, kind)()
    found = rows(tables.all_figures(snapshot, SHA))
    assert sorted(row["value"].removeprefix("'") for row in found) == sorted(
        tables._text(leaf).removeprefix("'") for leaf in leaves(snapshot)
    )
    places = [(row["table"], row["row"], row["column"]) for row in found]
    assert len(places) == len(set(places))


def test_every_row_says_where_it_is_from_and_how_it_may_be_used(settings):
    settings.DATA_LICENCE = "GODL-India"
    snapshot = examples.programme()
    for row in rows(tables.all_figures(snapshot, SHA)):
        assert row["report_serial"] == snapshot["meta"]["serial"]
        assert row["report_as_of"] == snapshot["meta"]["as_of"]
        assert (row["licence"], row["snapshot_sha256"]) == ("GODL-India", SHA)
    sourced = [row for row in rows(tables.all_figures(snapshot, SHA)) if row["table"] == "targets.rows"]
    targets = snapshot["targets"]["rows"]
    assert {row["source_url"] for row in sourced} >= {
        target["source_url"] for target in targets if target["source_url"]
    }


def test_a_report_on_one_subject_is_not_licensed_to_all():
    assert {row["licence"] for row in rows(tables.all_figures(examples.project(), SHA))} == {"restricted"}


def test_one_table_stands_as_in_the_snapshot_a_column_a_fact():
    snapshot = examples.programme()
    found = rows(tables.one_table(snapshot, SHA, "projects.rows"))
    assert [row["reference"] for row in found] == [row["reference"] for row in snapshot["projects"]["rows"]]
    assert [row["milestones.total"] for row in found] == [
        str(row["milestones"]["total"]) for row in snapshot["projects"]["rows"]
    ]
    assert found[0]["report_serial"] == snapshot["meta"]["serial"]


def test_a_table_that_is_not_there_is_refused_with_the_names_of_those_that_are():
    with pytest.raises(ValidationError, match=r"projects\.rows"):
        tables.one_table(examples.programme(), SHA, "nothing")


def test_what_is_not_known_is_empty_and_what_is_zero_is_zero():
    snapshot = {
        "meta": examples.programme()["meta"],
        "x": {"unknown": None, "zero": 0, "no": False, "text": ""},
    }
    found = {
        row["column"]: row["value"] for row in rows(tables.all_figures(snapshot, SHA)) if row["table"] == "x"
    }
    assert found == {"unknown": "", "zero": "0", "no": "false", "text": ""}


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", " =1", "\r=1", "\n=1", "|x"]
)
def test_no_cell_begins_a_formula(text):
    assert safe(text) == f"'{text}"
    snapshot = {"meta": examples.programme()["meta"], "x": [{"name": text, text: "y"}]}
    for content in (tables.all_figures(snapshot, SHA), tables.one_table(snapshot, SHA, "x")):
        cells = [
            cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row
        ]
        assert text not in cells
        assert f"'{text}" in cells


@pytest.mark.parametrize("text", ["-12.50", "+3", "12", "2026-03-31", "खनिज", "a=b", ""])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert safe(text) == text


def test_the_same_snapshot_gives_the_same_bytes():
    snapshot = examples.programme()
    again = json.loads(json.dumps(snapshot))
    assert tables.all_figures(snapshot, SHA) == tables.all_figures(again, SHA)
