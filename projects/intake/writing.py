"""Writing: from sound rows to records, each through the audited door. The caller holds the transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from projects import states
from projects.choices import MilestoneStatus, RevisionReason
from projects.intake.linking import Present
from projects.intake.reading import Row
from projects.intake.rules import SINGLE_LEVEL, status_of_agreement
from projects.models import (
    Agreement,
    AgreementParty,
    ImportedRow,
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
    TargetVersion,
    audit,
)
from projects.models.audit import Audited
from projects.permissions import Actor
from projects.units import unit

ACTION = "programme.import"
# The days from which the two official lists hold that the minerals' file knows (docs/import.md).
LISTS = {
    "in_list_30_2023": (MineralListing.OfficialList.CRITICAL_30, dt.date(2023, 6, 28)),
    "in_mmdr_part_d_24": (MineralListing.OfficialList.MMDR_PART_D, dt.date(2023, 8, 17)),
}
Record = TypeVar("Record", bound=Audited)


@dataclass
class Writer:
    """Writes rows as `by`, at the moment `now`; `present` knows every record that a row may name."""

    by: Actor
    now: dt.datetime
    present: Present

    def write(self, row: Row) -> None:
        """Write one row with everything that belongs to it, and note it in the ledger."""
        record = WRITE[row.table.name](self, row)
        self.present.objects[row.table.name][row.reference] = record
        ImportedRow.objects.create(table=row.table.name, reference=row.reference, sha256=row.sha256())

    def create(self, record: Record, **related: Iterable[Any]) -> Record:
        return audit.create(record, by=self.by, action=ACTION, related=related)

    def one(self, table: str, reference: str | None) -> Any:
        """Return the record with the reference, None where the cell is empty."""
        return self.present.objects[table][reference] if reference else None

    def many(self, table: str, references: Iterable[str] | None) -> list[Any]:
        return [self.present.objects[table][reference] for reference in references or ()]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return the rows with each parent project before its children, otherwise in the order of the file."""
    by_reference = {row.reference: row for row in rows}
    ordered: dict[str, Row] = {}
    for row in by_reference.values():
        waiting: dict[str, Row] = {}
        ready: Row | None = row
        while ready is not None and ready.reference not in ordered and ready.reference not in waiting:
            waiting[ready.reference] = ready
            ready = by_reference.get(ready["parent_project_id"] or "")
        ordered.update(reversed(waiting.items()))
    return list(ordered.values())


def _source(row: Row) -> dict[str, Any]:
    """What a row says about where it comes from, as the fields of `Sourced`."""
    return {
        "source_url": row["source_url"] or "",
        "further_source_url": row["source_url_2"] or "",
        "as_of": row["as_of"],
        "as_of_basis": row["as_of_basis"] or "",
        "notes": row["notes"] or "",
    }


def _institution(writer: Writer, row: Row) -> Organisation:
    return writer.create(
        Organisation(
            reference=row.reference,
            short_name=row["short_name"],
            name=row["name_en"],
            kind=row["kind"],
            country=row["country"] or "",
            parent_name=row["parent_or_ministry"] or "",
            part=row["role"] or "",
            **_source(row),
        )
    )


def _mineral(writer: Writer, row: Row) -> Mineral:
    mineral = writer.create(
        Mineral(reference=row.reference, name=row["name_en"], symbol=row["symbol"] or "", **_source(row))
    )
    for column, (official_list, listed_from) in LISTS.items():
        if row[column]:
            writer.create(
                MineralListing(mineral=mineral, official_list=official_list, listed_from=listed_from)
            )
    return mineral


def _agreement(writer: Writer, row: Row) -> Agreement:
    agreement = writer.create(
        Agreement(
            reference=row.reference,
            title=row["title"],
            instrument=row["instrument_type"],
            level=row["level"] or "",
            binding=row["binding"] or "",
            status=status_of_agreement(row["status_as_reported"]),
            status_as_reported=row["status_as_reported"],
            partner_country=row["partner_country"] or "",
            signed_on=row["signing_date"],
            signed_precision=row["date_precision"] or "",
            signed_basis=row["date_basis"] or "",
            term_years=row["term_years"],
            scope=row["scope"] or "",
            value_chain_stages=list(row["value_chain_stages"] or ()),
            value_amount=row["value_amount"],
            value_unit=row["value_unit"] or "",
            **_source(row),
        ),
        minerals=writer.many("minerals", row["mineral_ids"]),
    )
    for position, party in enumerate(writer.many("institutions", row["party_ids"]), start=1):
        writer.create(AgreementParty(agreement=agreement, organisation=party, position=position))
    return agreement


def _project(writer: Writer, row: Row) -> Project:
    stated = row["trl_stated"] or ""
    return writer.create(
        Project(
            reference=row.reference,
            name=row["name"],
            kind=row["kind"],
            phase=row["stage"] or "",  # what the sources call a stage; ours is set by gate decisions only
            parent=writer.one("projects", row["parent_project_id"]),
            agreement=writer.one("agreements", row["agreement_id"]),
            lead=writer.one("institutions", row["lead_institution_id"]),
            product=row["product"] or "",
            capacity_value=row["capacity_value"],
            capacity_unit=row["capacity_unit"] or "",
            region=row["state_or_region"] or "",
            country=row["country"] or "",
            states=states.from_record(row["state_or_region"] or "", row["country"] or ""),
            trl_stated=stated,
            trl_claimed=int(stated) if SINGLE_LEVEL.fullmatch(stated) else None,
            cost_crore=row["cost_crore_inr"],
            cost_basis=row["cost_basis"] or "",
            funding_source=row["funding_source"] or "",
            status_as_reported=row["status_as_reported"] or "",
            **_source(row),
        ),
        partners=writer.many("institutions", row["partner_ids"]),
        minerals=writer.many("minerals", row["mineral_ids"]),
    )


def _milestone(writer: Writer, row: Row) -> Milestone:
    milestone = writer.create(
        Milestone(
            reference=row.reference,
            project=writer.one("projects", row["project_id"]),
            agreement=writer.one("agreements", row["agreement_id"]),
            title=row["title"],
            type=row["type"],
            baseline_on=row["baseline_planned_date"],
            baseline_precision=row["planned_precision"] or "",
            baseline_basis=row["planned_basis"] or "",
            revised_on=row["revised_planned_date"],
            **_claim(writer, row),
            **_source(row),
        )
    )
    if row["revised_planned_date"]:
        writer.create(
            MilestoneRevision(
                milestone=milestone,
                number=1,
                old_on=row["baseline_planned_date"],
                new_on=row["revised_planned_date"],
                precision=row["planned_precision"],
                reason_code=RevisionReason.REPORTED,
            )
        )
    return milestone


def _claim(writer: Writer, row: Row) -> dict[str, Any]:
    """A public source is a claim, not a verification: nobody here has verified it."""
    if not row["actual_date"]:
        return {}
    return {
        "status": MilestoneStatus.CLAIMED,
        "actual_on": row["actual_date"],
        "actual_precision": row["actual_precision"],
        "claim_number": 1,
        "claimed_by": writer.by.user,
        "claimed_at": writer.now,
        "claim_note": _claim_note(row),
    }


def _claim_note(row: Row) -> str:
    """Name the source. Stored once and for all readers, so in one language."""
    if not row["source_url"]:
        return "Imported without a source."
    as_of = f", as of {row['as_of'].isoformat()}" if row["as_of"] else ""
    return f"As reported by {row['source_url']}{as_of}."


def _target(writer: Writer, row: Row) -> Target:
    parent = writer.one(f"{row['parent_type']}s", row["parent_id"])
    target = writer.create(
        Target(
            reference=row.reference,
            **{row["parent_type"]: parent},
            indicator=_indicator(writer, row),
            title=row["indicator"],
            unit=unit(row["unit"]).code,
            measure_basis=row["measure_basis"],
            direction=row["direction"],
            baseline_value=row["baseline_value"],
            baseline_as_of=row["baseline_as_of"],
            target_basis=row["target_basis"],
            **_source(row),
        )
    )
    if row["target_value"] is not None:
        writer.create(
            TargetVersion(target=target, number=1, value=row["target_value"], due_on=row["target_due_date"])
        )
    if row["actual_value"] is not None:
        writer.create(
            Measurement(
                target=target,
                value=row["actual_value"],
                period_end=row["actual_as_of"],
                source_url=row["actual_source_url"] or "",
                claimed_by=writer.by.user,
                claimed_at=writer.now,
            )
        )
    return target


def _indicator(writer: Writer, row: Row) -> Indicator:
    """Return the indicator of the row's code. A new one takes name, unit and basis from the row that is written first."""
    there = Indicator.objects.filter(code=row["indicator_code"]).first()
    return there or writer.create(
        Indicator(
            code=row["indicator_code"],
            name=row["indicator"],
            unit=unit(row["unit"]).code,
            measure_basis=row["measure_basis"],
            direction=row["direction"],
        )
    )


def _reliance(writer: Writer, row: Row) -> ReliancePoint:
    return writer.create(
        ReliancePoint(
            reference=row.reference,
            mineral=writer.one("minerals", row["mineral_id"]),
            product=row["product"],
            metric=row["metric"],
            period=row["period"],
            value=row["value"],
            unit=row["unit"],
            top_supplier=row["top_supplier"] or "",
            form=row["form"] or "",
            hs_codes=row["hs_codes"] or "",
            supplier=row["supplier"] or "",
            **_source(row),
        )
    )


WRITE: dict[str, Callable[[Writer, Row], Any]] = {
    "institutions": _institution,
    "minerals": _mineral,
    "agreements": _agreement,
    "projects": _project,
    "milestones": _milestone,
    "targets": _target,
    "import_dependence": _reliance,
}
