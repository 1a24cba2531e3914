"""Symbolic or working: ten questions to an agreement, answered from records only (docs/rules/working.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import FundKind, Ladder, MeasurementStatus, MilestoneType, Precision
from projects.models import (
    Agreement,
    FundLine,
    KnowHowItem,
    Milestone,
    Project,
    Readiness,
    ReplicationRun,
    State,
    Target,
    Training,
    Transfer,
)
from projects.permissions import Actor
from projects.progress.agreement import AgreementProgress, agreement_progress
from projects.progress.ladder import LadderStep, Rung
from projects.progress.milestones import MilestoneRow
from projects.progress.targets import TargetRow

# At least so many of the ten make the class (source: the programme's own proposal, docs/rules/working.md).
DEFINED, WORKING, DELIVERING = 3, 6, 9
HANDED_OVER = (MilestoneType.TRANSFER, MilestoneType.TRAINING)
USED = ("PRD-", "IMP-SUB", "INT-")

Witness = (
    Agreement
    | Project
    | Milestone
    | Target
    | Transfer
    | FundLine
    | Readiness
    | Training
    | ReplicationRun
    | KnowHowItem
)


class Question(TextChoices):
    """The ten questions in their order."""

    BINDING = "binding", _("Does a binding instrument or a definitive agreement follow?")
    PROJECT = "project", _("Is there a named project?")
    DELIVERABLE = "deliverable", _("Are a deliverable and a mineral named?")
    MONEY = "money", _("Is money committed by both sides?")
    TARGET = "target", _("Is there a target in numbers, with unit and date?")
    MILESTONE = "milestone", _("Is there a milestone beyond the signature?")
    ACHIEVED = "achieved", _("Was a milestone achieved after the signature, with a document?")
    MOVED = "moved", _("Did anything move across: a document, equipment, trained people, a sample?")
    READINESS = "readiness", _("Is the verified TRL higher than at signing?")
    OUTPUT = "output", _("Is there output, a sale or a replaced import?")


class Standing(TextChoices):
    SYMBOLIC = "symbolic", _("symbolic")
    DEFINED = "defined", _("defined")
    WORKING = "working", _("working")
    DELIVERING = "delivering", _("delivering")


@dataclass(frozen=True)
class Answer:
    """Yes with the record that shows it and its date, where there is one; no where no record shows it."""

    question: Question
    is_yes: bool
    witness: Witness | None = None
    on: dt.date | None = None
    precision: str = Precision.DAY


@dataclass(frozen=True)
class Working:
    """The ten answers on a day. The class is never shown without them."""

    agreement: Agreement
    as_of: dt.date
    answers: tuple[Answer, ...]

    @property
    def score(self) -> int:
        return sum(answer.is_yes for answer in self.answers)

    @property
    def standing(self) -> Standing:
        return standing(self.score)


@dataclass(frozen=True)
class Handed:
    """The records of transfer, readiness and money of an agreement's projects, known on the day and not returned."""

    know_how: tuple[KnowHowItem, ...] = ()
    training: tuple[Training, ...] = ()
    runs: tuple[ReplicationRun, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    sanctioned: tuple[FundLine, ...] = ()

    def of(self, projects: Container[int]) -> Handed:
        """Return what was recorded of the projects with these keys."""
        return Handed(
            know_how=tuple(it for it in self.know_how if it.transfer.project_id in projects),
            training=tuple(it for it in self.training if it.transfer.project_id in projects),
            runs=tuple(it for it in self.runs if it.transfer.project_id in projects),
            readiness=tuple(it for it in self.readiness if it.project_id in projects),
            sanctioned=tuple(it for it in self.sanctioned if it.project_id in projects),
        )


def standing(score: int) -> Standing:
    """Return the class of a score of 0 to 10."""
    if score >= DELIVERING:
        return Standing.DELIVERING
    if score >= WORKING:
        return Standing.WORKING
    return Standing.DEFINED if score >= DEFINED else Standing.SYMBOLIC


def working(agreement: Agreement, as_of: dt.date, actor: Actor) -> Working:
    """Return the ten answers on an agreement as all its parties may see them; Agreement.DoesNotExist unless `actor` may."""
    progress = agreement_progress(agreement, as_of, actor)
    return answered(progress, handed([row.project for row in progress.projects.rows], as_of))


def handed(projects: Iterable[Project], as_of: dt.date) -> Handed:
    """Return what was recorded of `projects` up to `as_of`; five queries."""
    keys = [project.pk for project in projects]
    verified = Q(verified_on__lte=as_of, status=MeasurementStatus.VERIFIED)
    seen = verified & ~Q(
        superseded_by__status=MeasurementStatus.VERIFIED, superseded_by__verified_on__lte=as_of
    )
    of_transfers = Q(transfer__project__in=keys)
    kept = FundLine.objects.filter(project__in=keys, kind=FundKind.SANCTIONED, dated_on__lte=as_of)
    return Handed(
        know_how=tuple(
            KnowHowItem.objects.select_related("transfer")
            .filter(of_transfers, accepted_on__lte=as_of)
            .order_by("accepted_on", "pk")
        ),
        training=tuple(
            Training.objects.select_related("transfer")
            .filter(of_transfers, seen, persons__gt=0)
            .order_by("certified_on", "pk")
        ),
        runs=tuple(
            ReplicationRun.objects.select_related("transfer")
            .filter(of_transfers, seen, guarantee_met=True)
            .order_by("run_on", "pk")
        ),
        readiness=tuple(
            Readiness.objects.filter(
                seen,
                project__in=keys,
                ladder=Ladder.TRL,
                level__gte=Readiness.COUNTS_AT,
                assessed_on__lte=as_of,
            ).order_by("assessed_on", "pk")
        ),
        sanctioned=tuple(
            kept.exclude(status=MeasurementStatus.RETURNED)
            .exclude(superseded_by__status__in=[MeasurementStatus.CLAIMED, MeasurementStatus.VERIFIED])
            .order_by("dated_on", "pk")
        ),
    )


def answered(progress: AgreementProgress, records: Handed) -> Working:
    """Return the ten answers from the progress of an agreement and its records, which stand on the same day."""
    return answers_to(
        progress.agreement.agreement,
        progress.ladder,
        progress.milestones.rows,
        progress.targets.rows,
        records,
        progress.as_of,
    )


def answers_to(
    agreement: Agreement,
    ladder: Iterable[LadderStep],
    milestones: Sequence[MilestoneRow],
    targets: Sequence[TargetRow],
    records: Handed,
    as_of: dt.date,
) -> Working:
    """Return the ten answers from the rows, all on the same day, that every party may see."""
    rungs = {step.rung: step for step in ladder}
    signed = rungs[Rung.SIGNED].on
    known = (row for row in milestones if row.state not in (State.LATER, State.CANCELLED))
    rows = sorted(known, key=lambda it: (_achieved_on(it) or dt.date.max, it.milestone.reference))
    targets = sorted(targets, key=lambda it: it.target.reference)
    answers = (
        _of_rung(Question.BINDING, rungs[Rung.BINDING]),
        _of_rung(Question.PROJECT, rungs[Rung.PROJECT]),
        _deliverable(agreement, as_of),
        _money(agreement, records.sanctioned),
        _target(targets),
        _beyond(rows),
        _achieved(rungs[Rung.MILESTONE], as_of),
        _moved(records, rows, signed),
        _readiness(records.readiness, signed),
        _output(targets),
    )
    return Working(agreement, as_of, answers)


def _yes(
    question: Question, witness: Witness | None, on: dt.date | None, precision: str = Precision.DAY
) -> Answer:
    return Answer(question, is_yes=True, witness=witness, on=on, precision=precision)


def _no(question: Question) -> Answer:
    return Answer(question, is_yes=False)


def _of_rung(question: Question, step: LadderStep) -> Answer:
    if not step.is_reached:
        return _no(question)
    return _yes(question, step.witness, step.on, step.precision or Precision.DAY)


def _deliverable(agreement: Agreement, as_of: dt.date) -> Answer:
    if agreement.signed_on is not None and agreement.signed_on > as_of:
        return _no(Question.DELIVERABLE)
    if agreement.scope.strip() and any(agreement.minerals.all()):
        return _yes(Question.DELIVERABLE, agreement, agreement.signed_on, agreement.signed_precision)
    return _no(Question.DELIVERABLE)


def _money(agreement: Agreement, sanctioned: Iterable[FundLine]) -> Answer:
    """Two parties at least have each sanctioned an amount."""
    parties = {party.organisation_id for party in agreement.agreement_parties.all()}
    by_party: dict[int, FundLine] = {}
    for line in sanctioned:
        if line.contributor_id in parties:
            by_party.setdefault(line.contributor_id or 0, line)
    if len(by_party) < 2:
        return _no(Question.MONEY)
    second = sorted(by_party.values(), key=lambda it: it.dated_on)[1]
    return _yes(Question.MONEY, second, second.dated_on)


def _target(rows: Iterable[TargetRow]) -> Answer:
    for row in rows:
        if row.target_value is not None and row.due_on is not None and row.target.unit:
            return _yes(Question.TARGET, row.target, row.due_on)
    return _no(Question.TARGET)


def _achieved_on(row: MilestoneRow) -> dt.date | None:
    """Return the actual date where it had come by the day."""
    return row.milestone.actual_on if row.is_achieved else None


def _beyond(rows: Iterable[MilestoneRow]) -> Answer:
    for row in rows:
        milestone, done = row.milestone, _achieved_on(row)
        if milestone.type != MilestoneType.AGREEMENT_SIGNED:
            precision = milestone.actual_precision if done else row.due_precision
            return _yes(Question.MILESTONE, milestone, done or row.due_on, precision or Precision.DAY)
    return _no(Question.MILESTONE)


def _achieved(step: LadderStep, as_of: dt.date) -> Answer:
    """Work after the signature that somebody had verified by then, or for which a published source stands."""
    milestone = step.witness
    shown = isinstance(milestone, Milestone) and (
        bool(milestone.source_url) or (milestone.verified_on is not None and milestone.verified_on <= as_of)
    )
    if not (step.is_reached and shown):
        return _no(Question.ACHIEVED)
    return _of_rung(Question.ACHIEVED, step)


def _moved(records: Handed, rows: Iterable[MilestoneRow], signed: dt.date | None) -> Answer:
    for item in records.know_how:
        return _yes(Question.MOVED, item, item.accepted_on)
    for training in records.training:
        return _yes(Question.MOVED, training, training.certified_on)
    for run in records.runs:
        return _yes(Question.MOVED, run, run.run_on)
    for row in rows:
        milestone = row.milestone
        done = _achieved_on(row)
        if done and signed is not None and done > signed and milestone.type in HANDED_OVER:
            return _yes(Question.MOVED, milestone, milestone.actual_on, milestone.actual_precision)
    return _no(Question.MOVED)


def _readiness(assessed: Iterable[Readiness], signed: dt.date | None) -> Answer:
    """A level verified after the signature above every one verified before it; without one before, nothing is known."""
    if signed is not None:
        by_project: dict[int, int] = {}
        for row in assessed:
            if row.assessed_on <= signed:
                by_project[row.project_id] = max(row.value, by_project.get(row.project_id, 0))
            elif row.value > by_project.get(row.project_id, row.value):
                return _yes(Question.READINESS, row, row.assessed_on)
    return _no(Question.READINESS)


def _output(rows: Iterable[TargetRow]) -> Answer:
    """A verified value above zero of production, of imports replaced or of a sector's need met."""
    for row in rows:
        made = row.verified is not None and row.verified.value > Decimal(0)
        if made and row.target.indicator.code.startswith(USED):
            assert row.verified is not None  # noqa: S101 - as just asked
            return _yes(Question.OUTPUT, row.target, row.verified.period_end)
    return _no(Question.OUTPUT)
