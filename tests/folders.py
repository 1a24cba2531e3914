"""Folders to import: a small sound one, under references that no other record uses, to be changed by each test."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.apps import apps

from projects import intake
from projects.management.commands import load_demonstration
from projects.models import audit
from tests.memory import remembered

NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
SOURCE = {"source_url": "https://example.org/notice", "as_of": "2026-05-20", "as_of_basis": "printed"}
Rows = dict[str, list[dict[str, str]]]


def small() -> Rows:
    """Return a sound folder: two rows in each file but the lists of minerals and of reliance, all files linked."""
    return {
        "institutions": [
            _row(
                "institutions",
                institution_id="X-1",
                short_name="Mines",
                name_en="Ministry X",
                kind="ministry",
            ),
            _row("institutions", institution_id="X-2", short_name="Plant", name_en="Plant X", kind="company"),
        ],
        "minerals": [
            _row("minerals", mineral_id="M-1", name_en="Cerium", in_list_30_2023="Y", in_mmdr_part_d_24="N")
        ],
        "agreements": [
            _row(
                "agreements",
                agreement_id="A-1",
                title="MoU on cerium",
                instrument_type="MoU",
                party_ids="X-2;X-1",
                signing_date="2026-01-10",
                date_precision="day",
                status_as_reported="signed",
                mineral_ids="M-1",
            ),
            _row(
                "agreements",
                agreement_id="A-2",
                title="Licence on cerium",
                instrument_type="licence",
                party_ids="X-1",
                status_as_reported="active",
            ),
        ],
        "projects": [
            _row("projects", project_id="P-1", name="Cerium scheme", kind="scheme", cost_crore_inr="100"),
            _row(
                "projects",
                project_id="P-2",
                parent_project_id="P-1",
                agreement_id="A-1",
                name="Cerium pilot",
                kind="plant",
                stage="pilot",
                lead_institution_id="X-2",
                partner_ids="X-1",
                cost_crore_inr="40",
            ),
        ],
        "milestones": [
            _row(
                "milestones",
                milestone_id="MS-1",
                project_id="P-2",
                title="Site handed over",
                type="construction",
                baseline_planned_date="2026-03-31",
                planned_precision="month",
                actual_date="2026-04-20",
                actual_precision="day",
                status="achieved",
            ),
            _row(
                "milestones",
                milestone_id="MS-2",
                agreement_id="A-1",
                title="First kilogram",
                type="production",
                baseline_planned_date="2026-04-30",
                planned_precision="day",
                revised_planned_date="2026-05-31",
                status="open",
            ),
        ],
        "targets": [
            _target(
                target_id="T-1",
                parent_type="project",
                parent_id="P-2",
                actual_value="3",
                actual_as_of="2026-05-01",
            ),
            _target(
                target_id="T-2", parent_type="agreement", parent_id="A-1", indicator="Output of the partner"
            ),
        ],
        "import_dependence": [
            _row(
                "import_dependence",
                row_id="R-1",
                mineral_id="M-1",
                product="cerium oxide",
                metric="supplier_share",
                period="2024-25",
                value="72.5",
                unit="per cent",
            )
        ],
    }


def _target(**cells: str) -> dict[str, str]:
    return _row(
        "targets",
        **{
            "indicator_code": "PRD-CE",
            "indicator": "Cerium produced",
            "unit": "t per year",
            "measure_basis": "annual",
            "direction": "increase",
            "baseline_value": "0",
            "baseline_as_of": "2025-04-01",
            "target_value": "12",
            "target_due_date": "2027-03-31",
            "target_basis": "company_plan",
            **cells,
        },
    )


def _row(table: str, **cells: str) -> dict[str, str]:
    """Return a row with every column of its file, empty where nothing is given."""
    columns = intake.TABLES[table].columns
    sourced = {name: cell for name, cell in SOURCE.items() if name in columns}
    return {**dict.fromkeys(columns, ""), **sourced, **cells}


def write(folder: Path, rows: Rows) -> Path:
    """Write the rows as CSV files and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, members in rows.items():
        write_file(folder / f"{table}.csv", list(intake.TABLES[table].columns), members)
    return folder


def write_file(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def admit(folder: Path, *, dry_run: bool = False) -> intake.Outcome:
    return intake.admit(folder, now=NOW, dry_run=dry_run)


def shipped() -> None:
    """Take in the public records that come with the tracker."""
    remembered(_shipped)


def _shipped() -> None:
    admit(load_demonstration.records())


def refused(folder: Path) -> list[intake.Problem]:
    """Return the problems for which the folder is refused, after a look that nothing was written."""
    before = contents()
    try:
        admit(folder)
    except intake.Refused as refusal:
        assert contents() == before, "a refused import has written something"
        return refusal.problems
    raise AssertionError("the folder was imported")


def contents() -> tuple[dict[str, int], tuple[int, str]]:
    """Return how many rows each table has, and the head of the audit trail."""
    counts = {it._meta.label: it._base_manager.count() for it in apps.get_app_config("projects").get_models()}
    return counts, audit.head()
