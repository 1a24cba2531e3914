"""The public records that come with the tracker: every cell of theirs finds its place, and a second run changes nothing."""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from projects import intake
from projects.choices import AgreementStatus, Instrument, MeasurementStatus, MilestoneStatus, RevisionReason
from projects.management.commands import load_demonstration
from projects.models import (
    Agreement,
    AuditEvent,
    Indicator,
    Measurement,
    Milestone,
    MilestoneRevision,
    Mineral,
    MineralListing,
    Organisation,
    Project,
    ReliancePoint,
    Target,
    audit,
)
from tests import folders

pytestmark = pytest.mark.django_db
RECORDS = load_demonstration.records()
ROWS = {
    "institutions": 66,
    "minerals": 31,
    "agreements": 38,
    "projects": 28,
    "milestones": 93,
    "targets": 45,
    "import_dependence": 39,
}


def cells_of(table: str) -> list[dict[str, str]]:
    with (RECORDS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", ROWS)
def test_the_files_have_the_columns_and_rows_that_the_import_knows(table: str) -> None:
    rows = cells_of(table)
    assert len(rows) == ROWS[table]
    columns = intake.TABLES[table].columns
    assert list(rows[0]) == [name for name, column in columns.items() if not column.may_be_absent]


def test_every_row_is_taken_in_once_and_a_second_run_changes_nothing() -> None:
    first = folders.admit(RECORDS)
    assert {count.file: (count.added, count.unchanged) for count in first.counts} == {
        f"{table}.csv": (rows, 0) for table, rows in ROWS.items()
    }
    after_first = folders.contents()
    second = folders.admit(RECORDS)
    assert (second.added, sum(count.unchanged for count in second.counts)) == (0, sum(ROWS.values()))
    assert folders.contents() == after_first


def test_every_record_has_its_event_and_the_chain_holds() -> None:
    folders.shipped()
    assert audit.first_break() is None
    assert set(AuditEvent.objects.values_list("action", "role", "actor__username")) == {
        ("programme.import", "system", "system:import")
    }
    counts, (events, _hash) = folders.contents()
    silent = {"projects.AuditEvent", "projects.ImportedRow", "projects.User"}
    assert events == sum(count for model, count in counts.items() if model not in silent)


def _joined(rows: object, key: str = "reference") -> str:
    return ";".join(sorted(getattr(row, key) for row in rows))  # type: ignore[attr-defined]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "" if value is None else str(value)


def _day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""


SOURCE = {"source_url": "source_url", "source_url_2": "further_source_url", "as_of": "as_of"} | {
    name: name for name in ("as_of_basis", "notes")
}
# column -> attribute of the record, where the cell is kept as it stands; all others are compared below
AS_IT_STANDS = {
    "institutions": {"short_name": "short_name", "name_en": "name", "kind": "kind", "country": "country",
                     "parent_or_ministry": "parent_name", "role": "part"},
    "minerals": {"name_en": "name", "symbol": "symbol"},
    "agreements": {"title": "title", "level": "level", "binding": "binding", "partner_country": "partner_country",
                   "signing_date": "signed_on", "date_precision": "signed_precision", "date_basis": "signed_basis",
                   "status_as_reported": "status_as_reported", "term_years": "term_years", "scope": "scope",
                   "value_amount": "value_amount", "value_unit": "value_unit"},
    "projects": {"name": "name", "kind": "kind", "stage": "phase", "product": "product",
                 "capacity_value": "capacity_value", "capacity_unit": "capacity_unit", "state_or_region": "region",
                 "country": "country", "trl_stated": "trl_stated", "cost_crore_inr": "cost_crore",
                 "cost_basis": "cost_basis", "funding_source": "funding_source",
                 "status_as_reported": "status_as_reported"},
    "milestones": {"title": "title", "type": "type", "baseline_planned_date": "baseline_on",
                   "planned_precision": "baseline_precision", "planned_basis": "baseline_basis",
                   "revised_planned_date": "revised_on", "actual_date": "actual_on",
                   "actual_precision": "actual_precision"},
    "targets": {"indicator": "title", "unit": "unit", "measure_basis": "measure_basis", "direction": "direction",
                "baseline_value": "baseline_value", "baseline_as_of": "baseline_as_of",
                "target_basis": "target_basis"},
    "import_dependence": {"product": "product", "metric": "metric", "period": "period", "value": "value",
                          "unit": "unit", "top_supplier": "top_supplier"},
}  # fmt: skip


def _listed(mineral: Mineral, name: str) -> str:
    return "Y" if mineral.listings.filter(official_list=name).exists() else "N"


def _parent(target: Target) -> tuple[str, str]:
    return (
        ("project", target.project.reference) if target.project else ("agreement", target.agreement.reference)
    )


def _status(milestone: Milestone) -> str:
    if milestone.status == MilestoneStatus.CLAIMED:
        return "achieved"
    return "open" if milestone.baseline_on else "undated"


# column -> how the cell comes back from the record
TRANSLATED = {
    "institutions": {},
    "minerals": {
        "in_list_30_2023": lambda it: _listed(it, MineralListing.OfficialList.CRITICAL_30),
        "in_mmdr_part_d_24": lambda it: _listed(it, MineralListing.OfficialList.MMDR_PART_D),
    },
    "agreements": {
        "instrument_type": lambda it: it.instrument,
        "party_ids": lambda it: ";".join(
            party.organisation.reference for party in it.agreement_parties.all()
        ),
        "value_chain_stages": lambda it: ";".join(it.value_chain_stages),
        "mineral_ids": lambda it: _joined(it.minerals.all()),
    },
    "projects": {
        "parent_project_id": lambda it: it.parent.reference if it.parent else "",
        "agreement_id": lambda it: it.agreement.reference if it.agreement else "",
        "lead_institution_id": lambda it: it.lead.reference if it.lead else "",
        "partner_ids": lambda it: _joined(it.partners.all()),
        "mineral_ids": lambda it: _joined(it.minerals.all()),
    },
    "milestones": {
        "project_id": lambda it: it.project.reference if it.project else "",
        "agreement_id": lambda it: it.agreement.reference if it.agreement else "",
        "status": _status,
    },
    "targets": {
        "parent_type": lambda it: _parent(it)[0],
        "parent_id": lambda it: _parent(it)[1],
        "indicator_code": lambda it: it.indicator.code,
        "target_value": lambda it: _text(it.versions.get(number=1).value),
        "target_due_date": lambda it: _day(it.versions.get(number=1).due_on),
        "actual_value": lambda it: ";".join(_text(row.value) for row in it.measurements.all()),
        "actual_as_of": lambda it: ";".join(_day(row.period_end) for row in it.measurements.all()),
        "actual_source_url": lambda it: ";".join(row.source_url for row in it.measurements.all()),
    },
    "import_dependence": {"mineral_id": lambda it: it.mineral.reference if it.mineral else ""},
}
UNORDERED = {"mineral_ids", "partner_ids"}


def test_no_cell_is_lost() -> None:
    folders.shipped()
    for name, table in intake.TABLES.items():
        records = {record.reference: record for record in table.model._default_manager.all()}
        for cells in cells_of(name):
            record = records.pop(cells.pop(table.key))
            assert cells == _as_cells(name, record, cells), record
        assert records == {}


def _as_cells(table: str, record: object, like: dict[str, str]) -> dict[str, str]:
    """Return the record in the shape of its row; lists without an order in the order of the row's own."""
    plain = SOURCE | AS_IT_STANDS[table]
    cells = {}
    for column, cell in like.items():
        value = (
            _text(getattr(record, plain[column])) if column in plain else TRANSLATED[table][column](record)
        )
        if column in UNORDERED and value == ";".join(sorted(cell.split(";"))):
            value = cell
        if column == "instrument_type" and value == cell.casefold().replace(" ", "_"):
            value = cell
        cells[column] = value
    return cells


def test_what_a_source_reports_is_a_claim_of_the_import_and_never_verified() -> None:
    folders.shipped()
    statuses = Counter(Milestone.objects.values_list("status", flat=True))
    assert statuses == {MilestoneStatus.CLAIMED: 63, MilestoneStatus.PLANNED: 30}
    request_for_proposal = Milestone.objects.get(reference="MST-034")
    assert request_for_proposal.claimed_by.username == "system:import"
    assert request_for_proposal.source_url in request_for_proposal.claim_note
    assert request_for_proposal.claimant_organisation is None
    assert set(Measurement.objects.values_list("status", "level", "claimed_by__username")) == {
        (MeasurementStatus.CLAIMED, 0, "system:import")
    }
    assert Measurement.objects.count() == 10


def test_a_reported_revision_has_no_day_of_decision_and_no_approver() -> None:
    folders.shipped()
    found = MilestoneRevision.objects.order_by("milestone__reference").values_list(
        "milestone__reference", "old_on", "new_on", "precision", "reason_code", "approved_by", "decided_on"
    )
    reported = RevisionReason.REPORTED
    assert list(found) == [
        ("MST-038", dt.date(2026, 5, 28), dt.date(2026, 6, 29), "day", reported, None, None),
        ("MST-039", dt.date(2026, 5, 29), dt.date(2026, 6, 30), "day", reported, None, None),
        ("MST-072", dt.date(2025, 8, 17), dt.date(2025, 12, 31), "derived", reported, None, None),
    ]


# the word of the sources -> an agreement it is said of, and what that agreement is here
WORDS = {
    "signed": ("AGR-001", Instrument.MOU, AgreementStatus.SIGNED),
    "active": ("AGR-019", Instrument.G2G_ALLOCATION, AgreementStatus.IN_FORCE),
    "approved": (
        "AGR-008",
        Instrument.MOU,
        AgreementStatus.DRAFT,
    ),  # approved by the Cabinet is not yet signed
    "announced": ("AGR-022", Instrument.JOINT_STATEMENT, AgreementStatus.ANNOUNCED),
    "suspension_requested": (
        "AGR-025",
        Instrument.SUPPLY_AGREEMENT,
        AgreementStatus.IN_FORCE,
    ),  # asked is not done
}


def test_the_words_of_the_sources_become_ours_and_are_kept() -> None:
    folders.shipped()
    for word, (reference, instrument, status) in WORDS.items():
        agreement = Agreement.objects.get(reference=reference)
        assert (agreement.status_as_reported, agreement.instrument, agreement.status) == (
            word,
            instrument,
            status,
        )


def test_a_level_is_claimed_only_where_one_is_stated_and_a_stage_only_by_gates() -> None:
    folders.shipped()
    levels = Project.objects.exclude(trl_stated="").order_by("reference")
    assert list(levels.values_list("reference", "trl_stated", "trl_claimed")) == [
        ("PRJ-004", "7/8", None),
        ("PRJ-005", "7/8", None),
        ("PRJ-018", "9", 9),
    ]
    assert not Project.objects.exclude(stage="").exists()


def test_an_indicator_takes_its_name_from_its_first_target_and_each_target_keeps_its_own_unit() -> None:
    folders.shipped()
    magnets = Indicator.objects.get(code="CAP-MAG")
    assert (magnets.name, magnets.unit) == ("Integrated sintered NdFeB magnet capacity", "t per year")
    assert Target.objects.get(reference="TGT-026").unit == "kg per year"
    assert Indicator.objects.count() == 36


def test_the_lists_hold_from_their_days() -> None:
    folders.shipped()
    listings = MineralListing.objects.values_list("official_list", "listed_from")
    assert Counter(listings) == {
        (MineralListing.OfficialList.CRITICAL_30, dt.date(2023, 6, 28)): 30,
        (MineralListing.OfficialList.MMDR_PART_D, dt.date(2023, 8, 17)): 24,
    }
    assert Organisation.objects.count() == 66
    assert ReliancePoint.objects.count() == 39


def test_the_copy_has_its_source_and_licence_beside_it() -> None:
    readme = (Path(RECORDS) / "README.md").read_text("utf-8")
    assert all(f"| `{table}.csv` | {rows} |" in readme for table, rows in ROWS.items())
    assert "Government Open Data Licence - India" in readme


def test_the_documents_say_where_every_column_goes(root: Path) -> None:
    sections = (root / "docs" / "import.md").read_text("utf-8").split("### ")
    for table in intake.TABLES.values():
        (section,) = [text for text in sections if text.startswith(f"{table.file}:")]
        assert [name for name in table.columns if f"`{name}`" not in section] == []
