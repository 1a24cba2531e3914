"""Every kind of broken row is named by file, line, column and reason, and then nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from projects import intake
from tests import folders
from tests.folders import Rows

pytestmark = pytest.mark.django_db

# kind of breakage: (table, row by its place, cells to change) -> (column that is named, words of the reason)
BROKEN_CELLS = {
    "a day that the calendar does not have": ("milestones", 1, {"baseline_planned_date": "2026-02-31"}, "no such day"),
    "a date in another order": ("milestones", 1, {"baseline_planned_date": "31-03-2026"}, "year-month-day"),
    "a date without dashes": ("milestones", 1, {"baseline_planned_date": "20260331"}, "year-month-day"),
    "a year that is a slip of the pen": ("agreements", 0, {"as_of": "0202-06-01"}, "outside the years"),
    "a word for a number": ("projects", 0, {"cost_crore_inr": "about 100"}, "not a number"),
    "a grouped number": ("projects", 0, {"cost_crore_inr": "1,00,000"}, "without grouping"),
    "NaN": ("projects", 0, {"cost_crore_inr": "NaN"}, "not a number"),
    "Infinity": ("targets", 0, {"target_value": "Infinity"}, "not a number"),
    "an exponent": ("targets", 0, {"target_value": "1e400"}, "not a number"),
    "a number in other digits": ("targets", 0, {"target_value": "१२"}, "not a number"),
    "too many decimals": ("projects", 0, {"cost_crore_inr": "1.005"}, "2 after the point"),
    "too many digits": ("targets", 0, {"target_value": "123456789012345"}, "at most 14 digits before"),
    "more digits than are kept": ("targets", 0, {"target_value": "123456789012.1234"}, "15 in all"),
    "a negative cost": ("projects", 0, {"cost_crore_inr": "-1"}, "negative"),
    "a negative import": ("import_dependence", 0, {"value": "-1"}, "negative"),
    "a supplier's quantity without the supplier": (
        "import_dependence", 0, {"metric": "supplier_quantity", "unit": "t"}, "Name the country", "supplier"),
    "a form that is none": ("import_dependence", 0, {"form": "dust"}, "dust"),
    "a share over 100 per cent": ("import_dependence", 0, {"value": "100.01"}, "at most 100"),
    "an unknown unit": ("targets", 0, {"unit": "lbs per fortnight"}, "not a unit of the list"),
    "a unit that may mean two things": ("targets", 0, {"unit": "MTPA"}, "Which do you mean?"),
    "a target over 100 per cent": ("targets", 1, {"target_value": "120", "unit": "per cent"}, "at most 100"),
    "a title that is too long": ("agreements", 0, {"title": "x" * 301}, "301 characters, at most 300"),
    "an unknown choice": ("agreements", 0, {"instrument_type": "handshake"}, "Write one of: mou, moc"),
    "an unknown status": ("agreements", 0, {"status_as_reported": "dormant"}, "announced, approved, signed"),
    "an unknown type of milestone": ("milestones", 0, {"type": "party"}, "Write one of: announcement"),
    "neither yes nor no": ("minerals", 0, {"in_list_30_2023": "yes"}, "neither Y nor N"),
    "an empty cell that must be filled": ("institutions", 1, {"name_en": " "}, "must be filled"),
    "an empty reference": ("import_dependence", 0, {"row_id": ""}, "must be filled"),
    "a reference that cannot stand in an address": ("import_dependence", 0, {"row_id": "R/1"}, "not a reference"),
    "a reference that is too long": ("import_dependence", 0, {"row_id": "R" * 21}, "at most 20 characters"),
    "an address of a local file": ("projects", 0, {"source_url": "file:///etc/passwd"}, "not a web address"),
    "an address that runs a script": ("projects", 0, {"source_url": "javascript:alert(1)"}, "not a web address"),
    "an address by ftp": ("projects", 0, {"source_url": "ftp://example.org/x"}, "not a web address"),
    "an address with a blank": ("projects", 0, {"source_url": "https://example.org/a b"}, "not a web address"),
    "a NUL byte": ("projects", 0, {"name": "Cer\x00ium"}, "U+0000"),
    "a control character": ("projects", 0, {"name": "Cer\x1b[31mium"}, "U+001B"),
    "an unknown party": ("agreements", 0, {"party_ids": "X-1; X-9"}, "X-9 is neither in institutions.csv"),
    "a party named twice": ("agreements", 0, {"party_ids": "X-1;X-1"}, "X-1 is named twice"),
    "an unknown project": ("milestones", 0, {"project_id": "P-9"}, "P-9 is neither in projects.csv"),
    "an unknown parent of a target": ("targets", 0, {"parent_id": "A-1"}, "A-1 is neither in projects.csv"),
    "a precision without a date": ("agreements", 1, {"date_precision": "day"}, "precision but no date", "signing_date"),
    "a date without precision": ("agreements", 0, {"date_precision": ""}, "has no precision", "date_precision"),
    "an unknown precision": ("agreements", 0, {"date_precision": "about"}, "Write one of: day, month"),
    "a month by its first day": (
        "milestones", 0, {"baseline_planned_date": "2026-03-01"}, "write 2026-03-31"),
    "a financial year by another day": (
        "milestones", 1, {"baseline_planned_date": "2026-04-01", "planned_precision": "fy"},
        "write 2027-03-31", "baseline_planned_date"),
    "a signature after its source": ("agreements", 0, {"signing_date": "2026-05-21"}, "after the day of the source"),
    "an event after its source": ("milestones", 0, {"actual_date": "2026-05-21"}, "after the day of the source"),
    "a basis without its date": ("projects", 0, {"as_of": ""}, "no date", "as_of"),
    "achieved without a date": (
        "milestones", 0, {"actual_date": "", "actual_precision": ""}, "needs its actual date", "actual_date"),
    "open with an actual date": ("milestones", 0, {"status": "open"}, "must be “achieved”"),
    "undated with a plan": ("milestones", 1, {"status": "undated"}, "must be “open”"),
    "open without a plan": (
        "milestones", 1,
        {"baseline_planned_date": "", "planned_precision": "", "revised_planned_date": ""},
        "it is “undated”", "baseline_planned_date"),
    "a revision that moves nothing": (
        "milestones", 1, {"revised_planned_date": "2026-04-30"}, "when the date was not moved"),
    "a milestone of nothing": ("milestones", 0, {"project_id": ""}, "a project or an agreement"),
    "an amount without unit": ("agreements", 0, {"value_amount": "5"}, "needs its unit", "value_unit"),
    "a capacity without unit": ("projects", 0, {"capacity_value": "5"}, "needs its unit", "capacity_unit"),
    "a level beyond nine": ("projects", 0, {"trl_stated": "12"}, "from 1 to 9"),
    "a due date without a value": ("targets", 0, {"target_value": ""}, "the value that is due"),
    "a target due before its baseline": ("targets", 0, {"target_due_date": "2025-04-01"}, "before the day of its baseline"),
    "a value without its day": ("targets", 0, {"actual_as_of": ""}, "needs its day"),
    "a day without its value": ("targets", 1, {"actual_as_of": "2026-05-01"}, "the value is not", "actual_value"),
    "a value older than the baseline": ("targets", 0, {"actual_as_of": "2025-03-01"}, "older than the baseline"),
    "its own parent": ("projects", 0, {"parent_project_id": "P-1"}, "not its own parent"),
    "parents in a circle": ("projects", 0, {"parent_project_id": "P-2"}, "P-1 → P-2 → P-1"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_CELLS)
def test_a_broken_cell_is_named_and_nothing_is_written(kind: str, tmp_path: Path) -> None:
    table, place, cells, reason, *named = BROKEN_CELLS[kind]
    rows = folders.small()
    rows[table][place].update(cells)
    (problem,) = folders.refused(folders.write(tmp_path, rows))
    assert (problem.file, problem.line) == (f"{table}.csv", place + 2)
    assert problem.column == (named or list(cells))[0]
    assert reason in problem.reason


def test_a_reference_that_stands_twice_is_named_with_the_line_of_the_first(tmp_path: Path) -> None:
    rows = folders.small()
    rows["institutions"].append({**rows["institutions"][0], "name_en": "Another"})
    (problem,) = folders.refused(folders.write(tmp_path, rows))
    assert (problem.line, problem.column) == (4, "institution_id")
    assert "X-1 stands in line 2 already" in problem.reason


def _without(column: str) -> Callable[[str], str]:
    def drop(text: str) -> str:
        place = text.split("\n")[0].split(",").index(column)
        lines = [line.split(",") for line in text.strip().split("\n")]
        return "\n".join(",".join(cells[:place] + cells[place + 1 :]) for cells in lines) + "\n"

    return drop


# kind of breakage: what happens to the text of minerals.csv -> (line, column, words of the reason)
BROKEN_FILES = {
    "another encoding": (lambda text: text.replace("Cerium", "Cérium").encode("latin-1"), 2, "", "not UTF-8 (byte 0xE9)"),
    "UTF-16": (lambda text: text.encode("utf-16"), 1, "", "is UTF-16"),
    "semicolons between cells": (lambda text: text.replace(",", ";"), 1, "", "separated by semicolons"),
    "tabs between cells": (lambda text: text.replace(",", "\t"), 1, "", "separated by tabs"),
    "a missing column": (_without("symbol"), 1, "symbol", "is missing"),
    "a missing column of references": (_without("mineral_id"), 1, "mineral_id", "is missing"),
    "a column twice": (lambda text: text.replace("symbol", "name_en", 1), 1, "name_en", "twice"),
    "a column more": (
        lambda text: text.replace("\n", ",\n").replace(",\n", ",colour\n", 1), 1, "colour", "not known"),
    "too many cells": (lambda text: text.rstrip("\n") + ",more\n", 2, "", "11 cells where the header has 10"),
    "too few cells": (lambda text: text + "M-2,Dysprosium\n", 3, "", "2 cells where the header has 10"),
    "an unclosed quotation": (lambda text: text + 'M-2,"Dysprosium\n', 3, "", "not CSV"),
    "text after a quotation": (lambda text: text + 'M-2,"Dys"prosium\n', 3, "", "not CSV"),
    "a cell without end": (lambda text: text + f"M-2,{'x' * 200_000}\n", 3, "", "more than 131072"),
    "nothing at all": (lambda text: "", 0, "", "is empty"),
    "only blank lines": (lambda text: "\n\n,,\n", 0, "", "is empty"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_a_broken_file_is_named_and_nothing_is_written(kind: str, tmp_path: Path) -> None:
    spoil, line, column, reason = BROKEN_FILES[kind]
    path = folders.write(tmp_path, folders.small()) / "minerals.csv"
    spoilt = spoil(path.read_text("utf-8"))
    path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
    found = [it for it in folders.refused(tmp_path) if (it.line, it.column) == (line, column)]
    assert [reason in it.reason for it in found] == [True]
    assert found[0].file == "minerals.csv"


def test_a_broken_file_is_not_blamed_on_those_who_name_its_rows(tmp_path: Path) -> None:
    folders.write(tmp_path, folders.small())
    (tmp_path / "minerals.csv").write_bytes(b"\xff\xff")
    assert [it.file for it in folders.refused(tmp_path)] == ["minerals.csv"]


def test_the_line_is_the_one_in_the_file_although_cells_have_line_breaks(tmp_path: Path) -> None:
    rows = folders.small()
    rows["projects"][0]["notes"] = "first\nsecond\nthird"
    rows["projects"][1]["kind"] = "castle"
    (problem,) = folders.refused(folders.write(tmp_path, rows))
    assert (problem.line, problem.column) == (5, "kind")


def test_all_problems_of_all_files_are_listed_in_one_run(tmp_path: Path) -> None:
    rows = folders.small()
    rows["institutions"][0]["kind"] = "palace"
    rows["milestones"][0].update(type="party", actual_date="2026-13-01", project_id="P-9")
    rows["milestones"][1]["status"] = "done"
    rows["targets"][1]["target_value"] = "twelve"
    problems = folders.refused(folders.write(tmp_path, rows))
    assert [(it.file, it.line, it.column) for it in problems] == [
        ("institutions.csv", 2, "kind"),
        ("milestones.csv", 2, "actual_date"),
        ("milestones.csv", 2, "project_id"),
        ("milestones.csv", 2, "type"),
        ("milestones.csv", 3, "status"),
        ("targets.csv", 3, "target_value"),
    ]


def test_a_message_obeys_no_terminal(tmp_path: Path) -> None:
    rows = folders.small()
    rows["projects"][0]["kind"] = "plant\u202e\u2028" + "x" * 500
    (problem,) = folders.refused(folders.write(tmp_path, rows))
    assert "\u202e" not in str(problem)
    assert "\\u202e" in str(problem)
    assert len(str(problem)) < 400


def test_a_folder_that_is_none_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n")
    for folder, reason in [(tmp_path / "nowhere", "no folder"), (tmp_path, "none of the files")]:
        with pytest.raises(intake.Refused, match=reason):
            folders.admit(folder)


def test_the_table_of_breakages_is_about_rows_that_are_sound_otherwise(tmp_path: Path) -> None:
    rows: Rows = folders.small()
    assert folders.admit(folders.write(tmp_path, rows)).added == sum(map(len, rows.values()))
