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


def _text(model: type[models.Model], name: str, *, required: bool = False) -> Column:
    return Column(cells.text(_field(model, name)), required=required)


def _choice(choices: type[models.TextChoices], *, required: bool = False) -> Column:
    return Column(cells.choice(choices.values), required=required)


def _number(
    model: type[models.Model], name: str, *, negative: bool = False, required: bool = False
) -> Column:
    return Column(cells.number(_field(model, name), negative=negative), required=required)


def _one(to: str) -> Column:
    return Column(cells.reference, to=(to,))


def _many(to: str) -> Column:
    return Column(cells.references, to=(to,))


def _later(column: Column) -> Column:
    return replace(column, may_be_absent=True)


KEY = Column(cells.reference, required=True)
DAY = Column(cells.day)
PRECISION = _choice(Precision)


def _source(model: type[models.Model], *, further: bool = False, notes: bool = True) -> dict[str, Column]:
    """The columns that say where a row comes from."""
    columns = {"source_url": Column(cells.url(_field(model, "source_url")))}
    if further:
        columns["source_url_2"] = Column(cells.url(_field(model, "further_source_url")))
    columns |= {"as_of": DAY, "as_of_basis": _choice(AsOfBasis)}
    if notes:
        columns["notes"] = _text(model, "notes")
    return columns


INSTITUTIONS = Table(
    name="institutions",
    model=Organisation,
    key="institution_id",
    columns={
        "institution_id": KEY,
        "short_name": _text(Organisation, "short_name", required=True),
        "name_en": _text(Organisation, "name", required=True),
        "kind": _choice(OrganisationKind, required=True),
        "country": _text(Organisation, "country"),
        "parent_or_ministry": _text(Organisation, "parent_name"),
        "role": _text(Organisation, "part"),
        **_source(Organisation, notes=False),
    },
)
MINERALS = Table(
    name="minerals",
    model=Mineral,
    key="mineral_id",
    columns={
        "mineral_id": KEY,
        "name_en": _text(Mineral, "name", required=True),
        "symbol": _text(Mineral, "symbol"),
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
        "title": _text(Agreement, "title", required=True),
        "instrument_type": _choice(Instrument, required=True),
        "level": _choice(AgreementLevel),
        "binding": _choice(Binding),
        "party_ids": _many("institutions"),
        "partner_country": _text(Agreement, "partner_country"),
        "signing_date": DAY,
        "date_precision": PRECISION,
        "date_basis": _text(Agreement, "signed_basis"),
        "status_as_reported": _text(Agreement, "status_as_reported", required=True),
        "term_years": _number(Agreement, "term_years"),
        "scope": _text(Agreement, "scope"),
        "value_chain_stages": Column(cells.words),
        "mineral_ids": _many("minerals"),
        "value_amount": _number(Agreement, "value_amount"),
        "value_unit": _text(Agreement, "value_unit"),
        **_source(Agreement, further=True),
    },
)
PROJECTS = Table(
    name="projects",
    model=Project,
    key="project_id",
    columns={
        "project_id": KEY,
        "parent_project_id": _one("projects"),
        "agreement_id": _one("agreements"),
        "name": _text(Project, "name", required=True),
        "kind": _choice(ProjectKind, required=True),
        "stage": _choice(Phase),
        "lead_institution_id": _one("institutions"),
        "partner_ids": _many("institutions"),
        "product": _text(Project, "product"),
        "capacity_value": _number(Project, "capacity_value"),
        "capacity_unit": _text(Project, "capacity_unit"),
        "mineral_ids": _many("minerals"),
        "state_or_region": _text(Project, "region"),
        "country": _text(Project, "country"),
        "trl_stated": _text(Project, "trl_stated"),
        "cost_crore_inr": _number(Project, "cost_crore"),
        "cost_basis": _text(Project, "cost_basis"),
        "funding_source": _text(Project, "funding_source"),
        "status_as_reported": _text(Project, "status_as_reported"),
        **_source(Project),
    },
)
MILESTONES = Table(
    name="milestones",
    model=Milestone,
    key="milestone_id",
    columns={
        "milestone_id": KEY,
        "project_id": _one("projects"),
        "agreement_id": _one("agreements"),
        "title": _text(Milestone, "title", required=True),
        "type": _choice(MilestoneType, required=True),
        "baseline_planned_date": DAY,
        "planned_precision": PRECISION,
        "planned_basis": _text(Milestone, "baseline_basis"),
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
        "indicator": _text(Indicator, "name", required=True),
        "unit": Column(cells.unit, required=True),
        "measure_basis": _choice(MeasureBasis, required=True),
        "direction": _choice(Direction, required=True),
        "baseline_value": _number(Target, "baseline_value", negative=True),
        "baseline_as_of": DAY,
        "target_value": _number(TargetVersion, "value", negative=True),
        "target_due_date": DAY,
        "target_basis": _choice(TargetBasis, required=True),
        "actual_value": _number(Measurement, "value", negative=True),
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
        "mineral_id": _one("minerals"),
        "product": _text(ReliancePoint, "product", required=True),
        "metric": _choice(RelianceMetric, required=True),
        "period": _text(ReliancePoint, "period", required=True),
        "value": _number(ReliancePoint, "value", negative=True, required=True),
        "unit": _text(ReliancePoint, "unit", required=True),
        "top_supplier": _text(ReliancePoint, "top_supplier"),
        "form": _later(_choice(RelianceForm)),
        "hs_codes": _later(_text(ReliancePoint, "hs_codes")),
        "supplier": _later(_text(ReliancePoint, "supplier")),
        **_source(ReliancePoint),
    },
)

# In the order in which they are written: what is named comes before what names it.
TABLES = {
    table.name: table
    for table in (INSTITUTIONS, MINERALS, AGREEMENTS, PROJECTS, MILESTONES, TARGETS, IMPORT_DEPENDENCE)
}
