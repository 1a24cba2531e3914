"""The stages of a transfer: what each needs, and the steps by which they are claimed and verified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from projects import formats, permissions
from projects.choices import TransferStage, VerificationLevel
from projects.models import standing
from projects.models.audit import AuditedQuerySet
from projects.models.ladders import LadderClaim, climbed, falls
from projects.models.measurements import Measurement
from projects.models.transfer_claims import ReplicationRun, Training
from projects.models.transfers import VIA_TRANSFER, KnowHowItem, Transfer
from projects.permissions import Actor

OUTPUT = "PRD-"
PEOPLE = ("claimed_by", "claimant_organisation", "verified_by", "superseded_by")


class Need(TextChoices):
    """What shows that a stage is reached; docs/rules/transfer.md explains each."""

    DOCUMENT = "document", _("the document: the offer, or the executed agreement")
    LICENCE = "licence", _("the type of the licence")
    EXCLUSIVITY = "exclusivity", _("whether the licence is exclusive")
    FEE = "fee", _("the fee (0 where there is none)")
    KNOW_HOW = "know_how", _("every item of the know-how schedule accepted by the recipient")
    TRAINING = "training", _("people certified by assessment, verified")
    RUN = "run", _("a run without the licensor on site that met the guarantee values, verified at V2")
    OUTPUT = "output", _("a verified production above 0")


NEEDS: dict[TransferStage, tuple[Need, ...]] = {
    TransferStage.OFFERED: (Need.DOCUMENT,),
    TransferStage.LICENSED: (Need.DOCUMENT, Need.LICENCE, Need.EXCLUSIVITY, Need.FEE),
    TransferStage.ABSORBED: (Need.KNOW_HOW, Need.TRAINING, Need.RUN),
    TransferStage.PRODUCING: (Need.OUTPUT,),
}
TERMS = {Need.LICENCE: "licence_type", Need.EXCLUSIVITY: "exclusivity", Need.FEE: "fee_crore"}


class TransferStep(LadderClaim):
    """A stage that the transfer is said to have reached on a day."""

    ORGANISATION_PATHS = VIA_TRANSFER
    SUBJECT = "transfer"
    DAY = "reached_on"
    START = 0
    FALLS_LOWER = True

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(_("stage"), max_length=10, choices=TransferStage)
    reached_on = models.DateField(_("reached on"))

    objects = AuditedQuerySet.as_manager()

    class Meta(LadderClaim.Meta):
        abstract = False
        ordering = ("transfer", "reached_on", "pk")
        verbose_name = _("stage of a transfer")
        verbose_name_plural = _("stages of transfers")

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.stage} ({self.reached_on})"

    @property
    def rung(self) -> int:
        return rung(self.stage)

    def told(self, rung: int) -> str:
        return str(TransferStage.choices[rung - 1][1]) if rung else str(_("nothing"))

    def siblings(self) -> QuerySet:
        return TransferStep.objects.filter(transfer=self.transfer_id)

    def missing(self, rows: Sequence[Any], on: dt.date) -> list[Any]:
        """Return what the stage needs and does not have; a fall back, of this step or a later one, needs its reason."""
        fallen = [fall.row for fall in falls(climbed(rows, on))]
        unexplained: list[Any] = [
            NO_REASON
            if row.pk == self.pk
            else _("%(stage)s of %(day)s would then be a fall back without a reason: correct that one first.")
            % {"stage": row.get_stage_display(), "day": formats.day(row.reached_on)}
            for row in fallen
            if not row.note.strip()
        ]
        if self.pk in {row.pk for row in fallen}:
            return unexplained
        (held,) = holdings([self.transfer])
        lacking = [
            need
            for need in NEEDS[TransferStage(self.stage)]
            if not witnesses(need, held, self.reached_on, on, documented=self.pk in held.documented)
        ]
        return unexplained + [
            _("Missing by %(day)s: %(need)s.") % {"day": formats.day(self.reached_on), "need": it.label}
            for it in lacking
        ]

    @classmethod
    def claim(cls, subject: Transfer, *, by: Actor, note: str = "", **facts: Any) -> Self:
        """Claim a stage of the transfer; a stage below the one claimed before it comes with its reason."""
        permissions.require(by, "transferstep.claim", subject)
        before = [
            row
            for row in standing.claimed(list(cls.objects.filter(transfer=subject)), facts["reached_on"])
            if row != facts.get("supersedes")
        ]
        if before and rung(facts["stage"]) < before[-1].rung and not note.strip():
            raise ValidationError({"note": NO_REASON})
        return super().claim(subject, by=by, note=note, **facts)


NO_REASON = _("The stage lies below the one before it: say why the transfer fell back.")


@dataclass(frozen=True)
class Holdings:
    """What is recorded of a transfer, of any day: the rules look at the days."""

    transfer: Transfer
    steps: Sequence[TransferStep]
    know_how: Sequence[KnowHowItem]
    training: Sequence[Training]
    runs: Sequence[ReplicationRun]
    outputs: Sequence[Measurement]
    """All measurements of production of the project, with target and indicator."""
    documented: frozenset[int]
    """Keys of the steps that have a file or a published source."""


def rung(stage: str) -> int:
    """Return 1 for the first stage to 4 for the last."""
    return TransferStage.values.index(stage) + 1


def holdings(transfers: Iterable[Transfer]) -> list[Holdings]:
    """Return what is recorded of each of the transfers now; six queries for any number of them."""
    chosen = list(transfers)
    if not chosen:
        return []
    steps, training, runs = (
        _by_transfer(model.objects.select_related(*PEOPLE), chosen)
        for model in (TransferStep, Training, ReplicationRun)
    )
    items = _by_transfer(KnowHowItem.objects.all(), chosen)
    outputs: dict[int | None, list[Measurement]] = {}
    for row in Measurement.objects.filter(
        target__project__in={it.project_id for it in chosen}, target__indicator__code__startswith=OUTPUT
    ).select_related("target__indicator"):
        outputs.setdefault(row.target.project_id, []).append(row)
    evidence: Any = TransferStep._meta.get_field("evidence").related_model
    on_file = evidence.objects.filter(transfer_step__transfer__in=chosen, superseded_by=None)
    files = set(on_file.values_list("transfer_step", flat=True))
    return [
        Holdings(
            transfer=it,
            steps=steps.get(it.pk, []),
            know_how=items.get(it.pk, []),
            training=training.get(it.pk, []),
            runs=runs.get(it.pk, []),
            outputs=outputs.get(it.project_id, []),
            documented=frozenset(
                step.pk for step in steps.get(it.pk, []) if step.pk in files or step.source_url
            ),
        )
        for it in chosen
    ]


def _by_transfer(rows: Any, chosen: Sequence[Transfer]) -> dict[int, list[Any]]:
    """Read anew what belongs to the transfers: what was loaded with them may be older than the rows."""
    found: dict[int, list[Any]] = {}
    for row in rows.filter(transfer__in=chosen):
        found.setdefault(row.transfer_id, []).append(row)
    return found


def witnesses(
    need: Need, held: Holdings, until: dt.date, as_of: dt.date, *, documented: bool
) -> tuple[Any, ...]:
    """Return the records of facts up to `until`, as known on `as_of`, that meet the need; () where it is not met.

    `documented` says whether the step that is asked about has its document.
    """
    if need == Need.DOCUMENT:
        return (held.transfer,) if documented else ()
    if need in TERMS:
        return (held.transfer,) if getattr(held.transfer, TERMS[need]) not in ("", None) else ()
    if need == Need.KNOW_HOW:
        listed = [it for it in held.know_how if it.is_listed(until)]
        accepted = [it for it in listed if it.accepted_on and it.accepted_on <= until]
        return tuple(accepted) if len(accepted) == len(listed) else ()
    found: Iterable[Any]
    if need == Need.TRAINING:
        found = (row for row in standing.verified(held.training, as_of) if row.persons)
    elif need == Need.RUN:
        found = independent(standing.verified(held.runs, as_of, VerificationLevel.V2))
    else:
        found = (
            row
            for row in standing.verified(held.outputs, as_of)
            if row.value > 0 and row.level >= row.target.indicator.minimum_level
        )
    return tuple(row for row in found if row.day <= until)


def independent(runs: Iterable[ReplicationRun]) -> list[ReplicationRun]:
    """Return the runs that met the guarantee values without the licensor on site."""
    return [run for run in runs if run.is_independent]
