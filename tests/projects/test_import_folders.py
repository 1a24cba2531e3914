"""Any folder with the same columns loads: in parts, in any order, as spreadsheets write it, beside what is there."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from projects import intake
from projects.models import (
    Agreement,
    ImportedRow,
    Indicator,
    Milestone,
    Organisation,
    Project,
    ReliancePoint,
    Target,
    audit,
)
from tests import folders
from tests.cast import Cast, acting, system

pytestmark = pytest.mark.django_db
SMALL = 12  # rows in the small folder


def test_a_folder_loads_beside_data_already_there(cast: Cast, tmp_path: Path) -> None:
    before = folders.contents()[0]
    assert folders.admit(folders.write(tmp_path, folders.small())).added == SMALL
    assert folders.contents()[0]["projects.Project"] == before["projects.Project"] + 2
    assert Project.objects.get(reference="P-2").parent.reference == "P-1"


def test_what_is_not_in_the_folder_is_looked_for_in_the_database(cast: Cast, tmp_path: Path) -> None:
    rows = folders.small()
    part = {"milestones": rows["milestones"], "targets": rows["targets"][:1]}
    part["milestones"][0]["project_id"] = "PRJ-901"
    part["milestones"][1]["agreement_id"] = "AGR-902"
    part["targets"][0]["parent_id"] = "PRJ-902"
    assert folders.admit(folders.write(tmp_path, part)).added == 3
    assert Milestone.objects.get(reference="MS-1").project == cast.our_project
    assert Milestone.objects.get(reference="MS-2").agreement == cast.their_agreement
    assert Target.objects.get(reference="T-1").project == cast.their_project


@pytest.mark.parametrize("table", intake.TABLES)
def test_the_files_may_come_one_after_the_other(table: str, tmp_path: Path) -> None:
    """A first folder with all the files up to one, a second with those from there on."""
    rows = folders.small()
    place = list(intake.TABLES).index(table)
    for name, part in [
        ("first", list(rows.items())[: place + 1]),
        ("second", list(rows.items())[place + 1 :]),
    ]:
        if part:
            folders.admit(folders.write(tmp_path / name, dict(part)))
    assert ImportedRow.objects.count() == SMALL
    folders.admit(folders.write(tmp_path / "both", rows))
    assert ImportedRow.objects.count() == SMALL


def _everything() -> list[object]:
    """All programme records but for what depends on the order of writing: keys and moments."""
    facts = [
        {name: fact for name, fact in record.facts().items() if not name.endswith("_id")}
        for table in intake.TABLES.values()
        for record in table.model._default_manager.order_by("reference")
    ]
    indicators = Indicator.objects.order_by("code").values_list("code", "name", "unit")
    parents = Project.objects.order_by("reference").values_list("reference", "parent__reference")
    return [*facts, *indicators, *parents]


@contextmanager
def _taken_back() -> Iterator[None]:
    """Take back what is written inside, so that the next run meets the same database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    rows = folders.small()
    chain = [
        {**rows["projects"][0], "project_id": f"P-{n}", "parent_project_id": f"P-{n - 1}"}
        for n in range(3, 9)
    ]
    rows["projects"] += chain
    rows["targets"].append({**rows["targets"][0], "target_id": "T-0", "indicator": "First by reference"})
    results = []
    for seed in range(3):
        shuffled = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        for table, members in rows.items():
            columns = list(intake.TABLES[table].columns)
            shuffled.shuffle(columns)
            folders.write_file(folder / f"{table}.csv", columns, shuffled.sample(members, len(members)))
        with _taken_back():
            folders.admit(folder)
            results.append(_everything())
    assert results[0] == results[1] == results[2]
    assert ("PRD-CE", "First by reference", "t per year") in results[0]


def test_what_spreadsheets_add_does_no_harm(tmp_path: Path) -> None:
    rows = folders.small()
    rows["agreements"][0].update(
        party_ids=" X-2 ;; X-1 ; ",
        title="  MoU\non cerium ",
        scope="First line\nsecond line",
        instrument_type="mou",
    )
    folders.write(tmp_path, rows)
    for path in tmp_path.iterdir():
        text = path.read_text("utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b",,,\r\n\r\n")
    folders.admit(tmp_path)
    agreement = Agreement.objects.get(reference="A-1")
    parties = agreement.agreement_parties.values_list("position", "organisation__reference")
    assert list(parties) == [(1, "X-2"), (2, "X-1")]
    assert agreement.title == "MoU on cerium"
    assert agreement.scope == "First line\nsecond line"


def test_a_row_that_says_the_same_in_other_spelling_is_the_same_row(tmp_path: Path) -> None:
    rows = folders.small()
    folders.admit(folders.write(tmp_path / "first", rows))
    rows["projects"][0].update(cost_crore_inr="100.00", kind="Scheme")
    rows["agreements"][0].update(party_ids="X-2; X-1", instrument_type="mou")
    assert folders.admit(folders.write(tmp_path / "second", rows)).added == 0


def test_a_row_stays_imported_whatever_became_of_its_record(tmp_path: Path) -> None:
    folders.admit(folders.write(tmp_path, folders.small()))
    milestone = Milestone.objects.get(reference="MS-2")
    audit.change(milestone, by=system(), action="test.setup", changes={"title": "Second kilogram"})
    assert folders.admit(tmp_path).added == 0
    assert Milestone.objects.get(reference="MS-2").title == "Second kilogram"


def test_a_row_that_differs_is_refused_with_what_is_there(tmp_path: Path) -> None:
    folders.admit(folders.write(tmp_path / "first", folders.small()))
    rows = folders.small()
    rows["agreements"][0]["title"] = "Treaty on cerium"
    rows["institutions"].append({**rows["institutions"][0], "institution_id": "X-3"})
    (problem,) = folders.refused(folders.write(tmp_path / "second", rows))
    assert (problem.file, problem.line, problem.column) == ("agreements.csv", 2, "agreement_id")
    assert "A-1 is already there with other content (MoU on cerium)" in problem.reason
    assert "in the application" in problem.reason


def test_a_reference_that_was_not_imported_is_not_taken_over(cast: Cast, tmp_path: Path) -> None:
    rows = folders.small()
    rows["institutions"][0]["institution_id"] = cast.texmin.reference
    rows["agreements"][0]["party_ids"] = rows["agreements"][1]["party_ids"] = ""
    rows["projects"][1]["partner_ids"] = ""
    (problem,) = folders.refused(folders.write(tmp_path, rows))
    assert "Texmin Limited" in problem.reason
    assert Organisation.objects.get(pk=cast.texmin.pk).name == "Texmin Limited"


def test_a_target_may_have_neither_value_nor_date(tmp_path: Path) -> None:
    rows = folders.small()
    rows["targets"][1].update(target_value="", target_due_date="")
    folders.admit(folders.write(tmp_path, rows))
    assert not Target.objects.get(reference="T-2").versions.exists()


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(tmp_path: Path) -> None:
    folders.write(tmp_path, folders.small())
    before = folders.contents()
    assert folders.admit(tmp_path, dry_run=True).added == SMALL
    assert folders.contents() == before


def test_other_files_are_named_and_left_alone(tmp_path: Path) -> None:
    folders.write(tmp_path, folders.small())
    (tmp_path / "funds.csv").write_bytes(b"\xff")
    (tmp_path / "README.md").write_text("read me")
    assert folders.admit(tmp_path).ignored == ("funds.csv",)


def test_what_is_imported_is_seen_by_those_it_concerns(cast: Cast, tmp_path: Path) -> None:
    rows = folders.small()
    rows["projects"][1]["partner_ids"] = f"X-1;{cast.texmin.reference}"
    folders.admit(folders.write(tmp_path, rows))
    ours, theirs = acting(cast.our_lead), acting(cast.their_lead)
    assert Milestone.objects.visible_to(ours).filter(reference="MS-1").exists()
    assert not Milestone.objects.visible_to(theirs).filter(reference="MS-1").exists()


NEWER = ("form", "hs_codes", "supplier")


def test_a_file_on_reliance_may_come_with_its_newer_columns_or_without(tmp_path: Path) -> None:
    rows = folders.small()
    rows["import_dependence"][0] |= {
        "metric": "stock_change",
        "unit": "t",
        "value": "-5",
        "form": "oxide",
        "hs_codes": "2846",
    }
    folders.admit(folders.write(tmp_path / "with", rows))
    row = ReliancePoint.objects.get(reference="R-1")
    assert (row.value, row.form, row.hs_codes, row.supplier) == (-5, "oxide", "2846", "")
    newer = folders.small()["import_dependence"][0] | {"row_id": "R-2"}
    older = {name: cell for name, cell in newer.items() if name not in NEWER}
    (tmp_path / "without").mkdir()
    folders.write_file(tmp_path / "without" / "import_dependence.csv", list(older), [older])
    folders.admit(tmp_path / "without")
    assert ReliancePoint.objects.get(reference="R-2").form == ""
    folders.write(tmp_path / "again", {"import_dependence": [newer]})
    assert folders.admit(tmp_path / "again").added == 0
