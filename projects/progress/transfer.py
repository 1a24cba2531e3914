"""Technology transfer as the records show it: rules of docs/rules/transfer.md.

A signature, a visit or a workshop is not transfer: evidence of transfer is a milestone of transfer, training or
validation that was achieved, a reported value of a transfer, technology or skills indicator, or a recorded transfer that
has arrived: absorbed or producing, with people certified, or with a run that the recipient made alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import AgreementStatus, Binding, Instrument, MilestoneType, TransferStage
from projects.models import Agreement, Holdings, Milestone, Project, Target, Transfer, TransferStep
from projects.models.transfer_steps import holdings
from projects.permissions import Actor
from projects.progress.agreements import AgreementRow, agreement_rows
from projects.progress.milestones import MilestoneFigures, MilestoneRow, milestone_figures
from projects.progress.programme import Provenance, provenance
from projects.progress.readiness import claimed_level, verified_level
from projects.progress.targets import TargetFigures, TargetRow, target_figures
from projects.progress.transfers import TransferStanding, transfer_standing

# Definitive agreements have duties that bind. Whatever a source calls binding is one too.
DEFINITIVE = (
    Instrument.LICENCE,
    Instrument.TECHNOLOGY_TRANSFER,
    Instrument.JV,
    Instrument.EDA,
    Instrument.SUPPLY_AGREEMENT,
)
TECHNOLOGY = (Instrument.LICENCE, Instrument.TECHNOLOGY_TRANSFER)
TECHNOLOGY_STAGES = frozenset({"technology_transfer", "technology_development"})
TECHNOLOGY_WORDS = ("technolog", "know-how", "प्रौद्योगिकी")
TRANSFER_TYPES = (MilestoneType.TRANSFER, MilestoneType.TRAINING, MilestoneType.VALIDATION)
EVIDENCE_FAMILIES = ("TT-", "TEC-", "SKL-")
FAMILIES = (*EVIDENCE_FAMILIES, "INT-")  # what is measured of the transfer, and of the sectors it serves
RESULT_FAMILIES = ("CAP-", "PRD-")  # what a transfer leads to
ARRIVED = (TransferStage.ABSORBED, TransferStage.PRODUCING)
ENDED = (AgreementStatus.SUSPENDED, AgreementStatus.EXPIRED, AgreementStatus.TERMINATED)


class Standing(TextChoices):
    """Where a technology agreement stands on a day; the four partition every set of them."""

    IN_FORCE = "in_force", _("in force")
    SIGNED = "signed", _("signed, not stated to be in force")
    NOT_SIGNED = "not_signed", _("not signed")
    ENDED = "ended", _("suspended, expired or terminated")


class Proof(TextChoices):
    """What shows that something moved across; the three partition every set of technology agreements."""

    VERIFIED = "verified", _("verified evidence of transfer")
    CLAIMED = "claimed", _("claimed, not verified")
    NONE = "none", _("no public evidence of transfer")


@dataclass(frozen=True)
class TechnologyRow:
    """One agreement that names a technology, with what its projects show of a transfer."""

    row: AgreementRow
    named_by: tuple[str, ...]
    """Why it counts as naming a technology: instrument, stage, words."""
    is_definitive: bool
    standing: Standing
    proof: Proof
    projects: tuple[Project, ...]
    milestones: tuple[MilestoneRow, ...]
    """Those of transfer, training and validation under the agreement or its projects."""
    targets: tuple[TargetRow, ...]
    """Those of transfer, technology and skills indicators, likewise."""
    transfers: tuple[TransferStanding, ...]
    """Those on record under the agreement or its projects."""


@dataclass(frozen=True)
class TransferFigures:
    as_of: dt.date
    agreements_total: int
    rows: tuple[TechnologyRow, ...]
    """The agreements that name a technology: the definitive ones first."""
    projects_total: int
    readiness: tuple[Project, ...]
    """The projects for which a readiness level is claimed or verified."""
    milestones: MilestoneFigures
    targets: TargetFigures
    """The targets of all families of transfer and of its results."""
    held: tuple[Holdings, ...]
    """What is recorded of each transfer."""
    transfers: tuple[TransferStanding, ...]
    """Where each of these stands."""
    provenance: Provenance

    def of_family(self, prefix: str) -> tuple[TargetRow, ...]:
        return tuple(row for row in self.targets.rows if row.target.indicator.code.startswith(prefix))

    @property
    def results(self) -> tuple[TargetRow, ...]:
        """The targets for capacity and production."""
        return tuple(
            row for row in self.targets.rows if row.target.indicator.code.startswith(RESULT_FAMILIES)
        )

    @property
    def results_under_agreements(self) -> tuple[TargetRow, ...]:
        """Those of them that belong to a technology agreement or to a project under one."""
        agreements = {row.row.agreement.pk for row in self.rows}
        projects = {project.pk for row in self.rows for project in row.projects}
        return tuple(
            row
            for row in self.results
            if row.target.project_id in projects or row.target.agreement_id in agreements
        )


def transfer_figures(as_of: dt.date, actor: Actor) -> TransferFigures:
    """Return the scorecard of technology transfer over what `actor` may see; a fixed number of queries."""
    agreements = Agreement.objects.visible_to(actor)
    projects = list(Project.objects.visible_to(actor).select_related("lead"))
    milestones = milestone_figures(Milestone.objects.visible_to(actor).filter(type__in=TRANSFER_TYPES), as_of)
    wanted = Q()
    for prefix in (*FAMILIES, *RESULT_FAMILIES):
        wanted |= Q(indicator__code__startswith=prefix)
    targets = target_figures(Target.objects.visible_to(actor).filter(wanted), as_of)
    recorded = Transfer.objects.visible_to(actor).select_related("project", "agreement", "donor", "recipient")
    held = tuple(holdings(recorded))
    transfers = tuple(transfer_standing(it, as_of) for it in held)
    all_agreements = agreement_rows(agreements, as_of)
    rows = [
        _technology_row(row, projects, milestones.rows, targets.rows, transfers, as_of)
        for row in all_agreements
        if named_by(row.agreement)
    ]
    rows.sort(key=lambda row: (not row.is_definitive, row.row.agreement.reference))
    readiness = tuple(
        project for project in projects if claimed_level(project) or verified_level(project, as_of)
    )
    return TransferFigures(
        as_of=as_of,
        agreements_total=len(all_agreements),
        rows=tuple(rows),
        projects_total=len(projects),
        readiness=readiness,
        milestones=milestones,
        targets=targets,
        held=held,
        transfers=transfers,
        provenance=provenance(
            [
                *(row.row.agreement for row in rows),
                *readiness,
                *(row.milestone for row in milestones.rows),
                *(row.target for row in targets.rows),
                *(it.transfer for it in held),
            ]
        ),
    )


def named_by(agreement: Agreement) -> tuple[str, ...]:
    """Return why the agreement counts as naming a technology; empty when it names none."""
    text = f"{agreement.title} {agreement.scope}".casefold()
    reasons = {
        "instrument": agreement.instrument in TECHNOLOGY,
        "stage": not TECHNOLOGY_STAGES.isdisjoint(agreement.value_chain_stages),
        "words": any(word in text for word in TECHNOLOGY_WORDS),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def is_definitive(agreement: Agreement) -> bool:
    return agreement.instrument in DEFINITIVE or agreement.binding == Binding.BINDING


def standing(agreement: Agreement, status: AgreementStatus, as_of: dt.date) -> Standing:
    """Return where the agreement, which has `status` on `as_of`, stands on that day."""
    signed_later = agreement.signed_on is not None and agreement.signed_on > as_of
    if signed_later or status in (AgreementStatus.DRAFT, AgreementStatus.ANNOUNCED):
        return Standing.NOT_SIGNED
    if status in ENDED:
        return Standing.ENDED
    begun = agreement.effective_on is None or agreement.effective_on <= as_of
    return Standing.IN_FORCE if status == AgreementStatus.IN_FORCE and begun else Standing.SIGNED


def _technology_row(
    row: AgreementRow,
    projects: Iterable[Project],
    milestones: Iterable[MilestoneRow],
    targets: Iterable[TargetRow],
    transfers: Iterable[TransferStanding],
    as_of: dt.date,
) -> TechnologyRow:
    agreement = row.agreement
    own = tuple(project for project in projects if project.agreement_id == agreement.pk)
    keys = {project.pk for project in own}

    def belongs(record: Milestone | Target | Transfer) -> bool:
        return record.agreement_id == agreement.pk or record.project_id in keys

    moved = tuple(it for it in milestones if belongs(it.milestone))
    measured = tuple(
        it for it in targets if belongs(it.target) and it.target.indicator.code.startswith(EVIDENCE_FAMILIES)
    )
    recorded = tuple(it for it in transfers if belongs(it.transfer))
    return TechnologyRow(
        row=row,
        named_by=named_by(agreement),
        is_definitive=is_definitive(agreement),
        standing=standing(agreement, row.status, as_of),
        proof=_proof(moved, measured, recorded),
        projects=own,
        milestones=moved,
        targets=measured,
        transfers=recorded,
    )


def _proof(
    milestones: Sequence[MilestoneRow],
    targets: Sequence[TargetRow],
    transfers: Sequence[TransferStanding],
) -> Proof:
    if (
        any(it.is_verified for it in milestones)
        or any(it.verified for it in targets)
        or any(_arrived(it.verified, it.persons.verified, it.runs.verified) for it in transfers)
    ):
        return Proof.VERIFIED
    if (
        any(it.is_achieved for it in milestones)
        or any(it.claimed for it in targets)
        or any(_arrived(it.claimed, it.persons.claimed, it.runs.claimed) for it in transfers)
    ):
        return Proof.CLAIMED
    return Proof.NONE


def _arrived(step: TransferStep | None, persons: int | None, runs: int | None) -> bool:
    """Whether something moved across; an offer and a licence are paper."""
    return (step is not None and step.stage in ARRIVED) or bool(persons) or bool(runs)
