"""The execution ladder of an agreement (docs/rules/ladder.md): what followed from the signature, each step with its witness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import (
    PILOT_OR_LATER,
    AgreementStatus,
    Binding,
    Instrument,
    MilestoneType,
    Precision,
)
from projects.models import Agreement, Milestone, Project, Target
from projects.progress.agreements import AgreementRow
from projects.progress.milestones import MilestoneRow
from projects.progress.targets import TargetRow

# Instruments that bind by their nature, unless the record says that this one does not.
DEFINITIVE = (
    Instrument.EDA,
    Instrument.JV,
    Instrument.LICENCE,
    Instrument.TECHNOLOGY_TRANSFER,
    Instrument.SUPPLY_AGREEMENT,
)
SIGNED_SINCE = (
    AgreementStatus.SIGNED,
    AgreementStatus.IN_FORCE,
    AgreementStatus.SUSPENDED,
    AgreementStatus.EXPIRED,
    AgreementStatus.TERMINATED,
)
FUNDING = (MilestoneType.FUNDING, MilestoneType.INVESTMENT)
# Events that tell nothing of work done: another signature, an announcement, a review, a closure.
NO_WORK = (
    MilestoneType.AGREEMENT_SIGNED,
    MilestoneType.ANNOUNCEMENT,
    MilestoneType.REVIEW,
    MilestoneType.CLOSURE,
)
Witness = Agreement | Project | Milestone | Target


class Rung(TextChoices):
    """The steps from a signature to a product, in their order."""

    SIGNED = "signed", _("Signed")
    EFFECTIVE = "effective", _("In effect")
    BINDING = "binding", _("Binding instrument")
    PROJECT = "project", _("Named project")
    FUNDED = "funded", _("Funds committed")
    PILOT = "pilot", _("Pilot or plant")
    TARGET = "target", _("Target in numbers")
    MILESTONE = "milestone", _("Milestone achieved after signing")
    OUTPUT = "output", _("Verified output")


class Standing(TextChoices):
    REACHED = "reached", _("reached")
    NO_EVIDENCE = "no_evidence", _("no public evidence")
    UNKNOWN = "unknown", _("cannot be told: the date of signing is not known")


@dataclass(frozen=True)
class LadderStep:
    """One rung as it stands on the as-of date. A date or witness that is not known, or not open to all, is None."""

    rung: Rung
    standing: Standing
    on: dt.date | None = None
    precision: str = ""
    witness: Witness | None = None

    @property
    def is_reached(self) -> bool:
        return self.standing == Standing.REACHED


def ladder(
    row: AgreementRow,
    children: Sequence[AgreementRow],
    projects: Sequence[Project],
    milestones: Sequence[MilestoneRow],
    targets: Sequence[TargetRow],
    as_of: dt.date,
    *,
    has_target: bool,
) -> tuple[LadderStep, ...]:
    """Return the nine steps of an agreement from the rows, all on the same day, that its readers may see.

    `has_target` says whether any of its projects had a target then, also one that not every reader may see.
    """
    achieved = sorted(
        (it for it in milestones if it.is_achieved),
        key=lambda it: (it.milestone.actual_on or dt.date.max, it.milestone.reference),
    )
    # Sorted here: how a database orders texts depends on its settings.
    projects = sorted(projects, key=lambda it: it.reference)
    targets = sorted(targets, key=lambda it: it.target.reference)
    signed = _signed(row.agreement, achieved, as_of)
    return (
        signed,
        _effective(row, as_of),
        _binding([row, *children], as_of),
        _project(row, projects),
        _first(Rung.FUNDED, (it for it in achieved if it.milestone.type in FUNDING)),
        _pilot(row, projects, achieved),
        _target(targets, has_target=has_target),
        _after_signing(signed, achieved),
        _output(targets),
    )


def _signed(agreement: Agreement, achieved: Iterable[MilestoneRow], as_of: dt.date) -> LadderStep:
    if agreement.signed_on is not None:
        if agreement.signed_on > as_of:
            return _none(Rung.SIGNED)
        return LadderStep(
            Rung.SIGNED, Standing.REACHED, agreement.signed_on, agreement.signed_precision, agreement
        )
    own = [
        it
        for it in achieved
        if it.milestone.agreement_id == agreement.pk and it.milestone.type == MilestoneType.AGREEMENT_SIGNED
    ]
    if own:
        return _first(Rung.SIGNED, own)
    if agreement.status in SIGNED_SINCE:
        return LadderStep(Rung.SIGNED, Standing.REACHED, witness=agreement)
    return _none(Rung.SIGNED)


def _effective(row: AgreementRow, as_of: dt.date) -> LadderStep:
    agreement = row.agreement
    if agreement.effective_on is not None:
        if agreement.effective_on > as_of:
            return _none(Rung.EFFECTIVE)
        return LadderStep(Rung.EFFECTIVE, Standing.REACHED, agreement.effective_on, Precision.DAY, agreement)
    if _recorded_as(row, as_of) == AgreementStatus.IN_FORCE:
        return LadderStep(Rung.EFFECTIVE, Standing.REACHED, witness=agreement)
    return _none(Rung.EFFECTIVE)


def _recorded_as(row: AgreementRow, as_of: dt.date) -> str:
    """Return the status that the first step up to the day left; without one the status on the day, before it ran out."""
    taken = [it for it in row.agreement.steps.all() if it.taken_on <= as_of]
    if taken:
        return min(taken, key=lambda it: (it.taken_on, it.pk)).from_status
    return row.agreement.status if row.status == AgreementStatus.EXPIRED else row.status


def _binding(rows: Sequence[AgreementRow], as_of: dt.date) -> LadderStep:
    """The agreement itself when it binds; else the first binding one under it."""
    own, *children = (row.agreement for row in rows)
    children.sort(key=lambda it: (it.signed_on or dt.date.max, it.reference))
    for it in (own, *children):
        if _is_binding(it) and _is_signed(it, as_of):
            return LadderStep(Rung.BINDING, Standing.REACHED, it.signed_on, it.signed_precision, it)
    return _none(Rung.BINDING)


def _is_binding(agreement: Agreement) -> bool:
    if agreement.binding:
        return agreement.binding == Binding.BINDING
    return agreement.instrument in DEFINITIVE


def _is_signed(agreement: Agreement, as_of: dt.date) -> bool:
    if agreement.signed_on is not None:
        return agreement.signed_on <= as_of
    return agreement.status in SIGNED_SINCE


def _project(row: AgreementRow, projects: Sequence[Project]) -> LadderStep:
    if projects:
        return LadderStep(Rung.PROJECT, Standing.REACHED, witness=projects[0])
    return LadderStep(Rung.PROJECT, Standing.REACHED) if row.has_project else _none(Rung.PROJECT)


def _pilot(row: AgreementRow, projects: Iterable[Project], achieved: Iterable[MilestoneRow]) -> LadderStep:
    """The pilot whose commissioning is known first; else the first by its number, without a date."""
    pilots = {it.pk: it for it in projects if it.phase in PILOT_OR_LATER}
    if not pilots:
        return LadderStep(Rung.PILOT, Standing.REACHED) if row.has_pilot else _none(Rung.PILOT)
    for it in achieved:
        project = pilots.get(it.milestone.project_id or 0)
        if project and it.milestone.type == MilestoneType.COMMISSIONING:
            milestone = it.milestone
            return LadderStep(
                Rung.PILOT, Standing.REACHED, milestone.actual_on, milestone.actual_precision, project
            )
    return LadderStep(Rung.PILOT, Standing.REACHED, witness=next(iter(pilots.values())))


def _target(targets: Iterable[TargetRow], *, has_target: bool) -> LadderStep:
    for it in targets:
        if it.target_value is not None:
            return LadderStep(Rung.TARGET, Standing.REACHED, witness=it.target)
    return LadderStep(Rung.TARGET, Standing.REACHED) if has_target else _none(Rung.TARGET)


def _after_signing(signed: LadderStep, achieved: Iterable[MilestoneRow]) -> LadderStep:
    """The first work known to have been achieved after the signature."""
    beyond = [it for it in achieved if it.milestone.type not in NO_WORK]
    if beyond and signed.on is None:
        return LadderStep(Rung.MILESTONE, Standing.UNKNOWN)
    after = [
        it for it in beyond if signed.on and it.milestone.actual_on and it.milestone.actual_on > signed.on
    ]
    return _first(Rung.MILESTONE, after)


def _output(targets: Iterable[TargetRow]) -> LadderStep:
    for it in targets:
        if it.is_output and it.verified is not None and it.verified.value > Decimal(0):
            return LadderStep(Rung.OUTPUT, Standing.REACHED, it.verified.period_end, Precision.DAY, it.target)
    return _none(Rung.OUTPUT)


def _first(rung: Rung, rows: Iterable[MilestoneRow]) -> LadderStep:
    """Reached by the first of `rows`, which stand in the order of their dates."""
    for it in rows:
        milestone = it.milestone
        return LadderStep(rung, Standing.REACHED, milestone.actual_on, milestone.actual_precision, milestone)
    return _none(rung)


def _none(rung: Rung) -> LadderStep:
    return LadderStep(rung, Standing.NO_EVIDENCE)
