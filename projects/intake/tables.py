"""The seven files: which columns each has, and how a cell of each is read. docs/import.md says where they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models

from projects.choices import (
    AgreementLevel,
    AgreementStatus,
    AsOfBasis,
    Binding,
    Direction,
    Instrument,
    MeasureBasis,
    MilestoneType,
    OrganisationKind,
    Phase,
    Precision,
    ProjectKind,
    RelianceForm,
    RelianceMetric,
    TargetBasis,
)
from projects.intake import cells
from projects.intake.cells import Reader
from projects.models import (
    Agreement,
    Indicator,
    Measurement,
    Milestone,
    Mineral,
    Organisation,
    Project,
    ReliancePoint,
    Target,
    TargetVersion,
)
from projects.models.sourced import NOTE_LENGTH

# What the sources say of an agreement, and the status it is here. Approved is not yet signed; a request
# to suspend is not a suspension.
AGREEMENT_STATUS = {
    "announced": AgreementStatus.ANNOUNCED,
    "approved": AgreementStatus.DRAFT,
    "signed": AgreementStatus.SIGNED,
    "active": AgreementStatus.IN_FORCE,
    "suspension_requested": AgreementStatus.IN_FORCE,
    "suspended": AgreementStatus.SUSPENDED,
    "expired": AgreementStatus.EXPIRED,
    "terminated": AgreementStatus.TERMINATED,
}
MILESTONE_STATUSES = ("achieved", "open", "undated")
PARENT_TYPES = ("project", "agreement")


@dataclass(frozen=True)
class Column:
    """A column of a file. `to` names the files of which the cell's references name rows."""

    read: Reader
    required: bool = False
    to: tuple[str, ...] = ()
    may_be_absent: bool = False
    """Whether a file may come without the column: it was added after files had been written."""


@dataclass(frozen=True)
class Table:
    """A file of the import: its name, its model, the column with the row's reference, and all its columns."""

    name: str
    model: type[models.Model]
    key: str
    columns: Mapping[str, Column] = field(repr=False)

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def text(model: type[models.Model], name: str, *, required: bool = False) -> Column:
    return Column(cells.text(_field(model, name)), required=required)


def choice(choices: type[models.TextChoices], *, required: bool = False) -> Column:
    return Column(cells.choice(choices.values), required=required)


def number(model: type[models.Model], name: str, *, negative: bool = False, required: bool = False) -> Column:
    return Column(cells.number(_field(model, name), negative=negative), required=required)


def one(to: str) -> Column:
    return Column(cells.reference, to=(to,))


def note(model: type[models.Model], name: str) -> Column:
    """A text of several lines, as long as a person may type one."""
    return Column(cells.text(_field(model, name), longest=NOTE_LENGTH))


def _many(to: str) -> Column:
    return Column(cells.references, to=(to,))


def _later(column: Column) -> Column:
    return replace(column, may_be_absent=True)


def optional(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return columns of which a file may come without those that need not be filled."""
    return {name: column if column.required else _later(column) for name, column in columns.items()}


KEY = Column(cells.reference, required=True)
DAY = Column(cells.day)
PRECISION = choice(Precision)
# What a person can claim or plan; "reported" and "derived" describe dates that were found in sources.
OWN_PRECISION = Column(
    cells.choice([it for it in Precision.values if it not in (Precision.REPORTED, Precision.DERIVED)])
)


def _source(model: type[models.Model], *, further: bool = False, notes: bool = True) -> dict[str, Column]:
    """The columns that say where a row comes from."""
    columns = {"source_url": Column(cells.url(_field(model, "source_url")))}
    if further:
        columns["source_url_2"] = Column(cells.url(_field(model, "further_source_url")))
    columns |= {"as_of": DAY, "as_of_basis": choice(AsOfBasis)}
    if notes:
        columns["notes"] = text(model, "notes")
    return columns


INSTITUTIONS = Table(
    name="institutions",
    model=Organisation,
    key="institution_id",
    columns={
        "institution_id": KEY,
        "short_name": text(Organisation, "short_name", required=True),
        "name_en": text(Organisation, "name", required=True),
        "kind": choice(OrganisationKind, required=True),
        "country": text(Organisation, "country"),
        "parent_or_ministry": text(Organisation, "parent_name"),
        "role": text(Organisation, "part"),
        **_source(Organisation, notes=False),
    },
)
MINERALS = Table(
    name="minerals",
    model=Mineral,
    key="mineral_id",
    columns={
        "mineral_id": KEY,
        "name_en": text(Mineral, "name", required=True),
        "symbol": text(Mineral, "symbol"),
        "in_list_30_2023": Column(cells.yes_no, required=True),
        "in_mmdr_part_d_24": Column(cells.yes_no, required=True),
        **_source(Mineral, further=True),
    },
)
AGREEMENTS = Table(
    name="agreements",
    model=Agreement,
    key="agreement_id",
    columns={
        "agreement_id": KEY,
        "title": text(Agreement, "title", required=True),
        "instrument_type": choice(Instrument, required=True),
        "level": choice(AgreementLevel),
        "binding": choice(Binding),
        "party_ids": _many("institutions"),
        "partner_country": text(Agreement, "partner_country"),
        "signing_date": DAY,
        "date_precision": PRECISION,
        "date_basis": text(Agreement, "signed_basis"),
        "status_as_reported": text(Agreement, "status_as_reported", required=True),
        "term_years": number(Agreement, "term_years"),
        "scope": text(Agreement, "scope"),
        "value_chain_stages": Column(cells.words),
        "mineral_ids": _many("minerals"),
        "value_amount": number(Agreement, "value_amount"),
        "value_unit": text(Agreement, "value_unit"),
        **_source(Agreement, further=True),
    },
)
PROJECTS = Table(
    name="projects",
    model=Project,
    key="project_id",
    columns={
        "project_id": KEY,
        "parent_project_id": one("projects"),
        "agreement_id": one("agreements"),
        "name": text(Project, "name", required=True),
        "kind": choice(ProjectKind, required=True),
        "stage": choice(Phase),
        "lead_institution_id": one("institutions"),
        "partner_ids": _many("institutions"),
        "product": text(Project, "product"),
        "capacity_value": number(Project, "capacity_value"),
        "capacity_unit": text(Project, "capacity_unit"),
        "mineral_ids": _many("minerals"),
        "state_or_region": text(Project, "region"),
        "country": text(Project, "country"),
        "trl_stated": text(Project, "trl_stated"),
        "cost_crore_inr": number(Project, "cost_crore"),
        "cost_basis": text(Project, "cost_basis"),
        "funding_source": text(Project, "funding_source"),
        "status_as_reported": text(Project, "status_as_reported"),
        **_source(Project),
    },
)
MILESTONES = Table(
    name="milestones",
    model=Milestone,
    key="milestone_id",
    columns={
        "milestone_id": KEY,
        "project_id": one("projects"),
        "agreement_id": one("agreements"),
        "title": text(Milestone, "title", required=True),
        "type": choice(MilestoneType, required=True),
        "baseline_planned_date": DAY,
        "planned_precision": PRECISION,
        "planned_basis": text(Milestone, "baseline_basis"),
        "revised_planned_date": DAY,
        "actual_date": DAY,
        "actual_precision": PRECISION,
        "status": Column(cells.choice(MILESTONE_STATUSES), required=True),
        **_source(Milestone),
    },
)
TARGETS = Table(
    name="targets",
    model=Target,
    key="target_id",
    columns={
        "target_id": KEY,
        "parent_type": Column(cells.choice(PARENT_TYPES), required=True),
        "parent_id": Column(cells.reference, required=True, to=("projects", "agreements")),
        "indicator_code": Column(cells.reference, required=True),
        "indicator": text(Indicator, "name", required=True),
        "unit": Column(cells.unit, required=True),
        "measure_basis": choice(MeasureBasis, required=True),
        "direction": choice(Direction, required=True),
        "baseline_value": number(Target, "baseline_value", negative=True),
        "baseline_as_of": DAY,
        "target_value": number(TargetVersion, "value", negative=True),
        "target_due_date": DAY,
        "target_basis": choice(TargetBasis, required=True),
        "actual_value": number(Measurement, "value", negative=True),
        "actual_as_of": DAY,
        "actual_source_url": Column(cells.url(_field(Measurement, "source_url"))),
        **_source(Target),
    },
)
IMPORT_DEPENDENCE = Table(
    name="import_dependence",
    model=ReliancePoint,
    key="row_id",
    columns={
        "row_id": KEY,
        "mineral_id": one("minerals"),
        "product": text(ReliancePoint, "product", required=True),
        "metric": choice(RelianceMetric, required=True),
        "period": text(ReliancePoint, "period", required=True),
        "value": number(ReliancePoint, "value", negative=True, required=True),
        "unit": text(ReliancePoint, "unit", required=True),
        "top_supplier": text(ReliancePoint, "top_supplier"),
        "form": _later(choice(RelianceForm)),
        "hs_codes": _later(text(ReliancePoint, "hs_codes")),
        "supplier": _later(text(ReliancePoint, "supplier")),
        **_source(ReliancePoint),
    },
)

# In the order in which they are written: what is named comes before what names it.
TABLES = {
    table.name: table
    for table in (INSTITUTIONS, MINERALS, AGREEMENTS, PROJECTS, MILESTONES, TARGETS, IMPORT_DEPENDENCE)
}
