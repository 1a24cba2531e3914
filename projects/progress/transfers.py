"""Where a transfer of technology stands on a day: the rules on stages in docs/rules/transfer.md, over rows that are loaded.

The stage that is claimed stands beside the one that is verified. What each stage needs is asked of the records again on
any day: a need that was met when the stage was verified and is met no longer is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.choices import TransferStage, VerificationLevel
from projects.models import Fall, Gap, Holdings, KnowHowItem, Need, Training, Transfer, TransferStep
from projects.models.ladders import climbed, falls, gaps
from projects.models.standing import claimed, verified
from projects.models.transfer_steps import NEEDS, independent, witnesses
from projects.progress.arithmetic import per_cent


@dataclass(frozen=True)
class StageNeed:
    """One thing that a stage needs, with the records that show it; without one it is not met."""

    need: Need
    witnesses: tuple[Any, ...]

    @property
    def is_met(self) -> bool:
        return bool(self.witnesses)


@dataclass(frozen=True)
class StageRow:
    """One stage with the latest steps that claim and that verify it, and what it needs as far as it is there."""

    stage: TransferStage
    claimed: TransferStep | None
    verified: TransferStep | None
    needs: tuple[StageNeed, ...]
    is_reached: bool
    """Whether the transfer now stands verified at this stage or beyond."""

    @property
    def is_supported(self) -> bool:
        return all(it.is_met for it in self.needs)


@dataclass(frozen=True)
class KnowHow:
    """The know-how schedule on a day (TT-DOC): per cent of the items that the recipient has accepted."""

    total: int
    delivered: int
    accepted: int
    overdue: tuple[KnowHowItem, ...]
    """Due before the day and not delivered."""
    items: tuple[KnowHowItem, ...] = ()
    """Those that belong to the schedule on the day."""

    @property
    def per_cent(self) -> Decimal | None:
        return per_cent(self.accepted, self.total)


@dataclass(frozen=True)
class Count:
    """`verified` is the part of `claimed` that a second person has confirmed. None: nothing is known."""

    claimed: int | None
    verified: int | None


@dataclass(frozen=True)
class TransferStanding:
    """One transfer on a day."""

    transfer: Transfer
    as_of: dt.date
    claimed: TransferStep | None
    verified: TransferStep | None
    stages: tuple[StageRow, ...]
    """In their order."""
    gaps: tuple[Gap[TransferStep], ...]
    falls: tuple[Fall[TransferStep], ...]
    know_how: KnowHow
    persons: Count
    """People certified (TT-TRN)."""
    person_days: Count
    runs: Count
    """Independent runs (TT-REP); a verified one at V2 or above."""
    lapsed: tuple[Need, ...]
    """What the verified stage needs and the records of the day do not show."""
    counting: frozenset[Any]
    """The steps, trainings and runs that count as claimed or verified."""


def transfer_standing(held: Holdings, as_of: dt.date) -> TransferStanding:
    """Return where one transfer stands, from what is recorded of it."""
    said, seen = claimed(held.steps, as_of), climbed(held.steps, as_of)
    trained, certified = claimed(held.training, as_of), verified(held.training, as_of)
    ran, proven = claimed(held.runs, as_of), verified(held.runs, as_of, VerificationLevel.V2)
    now = seen[-1] if seen else None
    stages = tuple(_stage_row(stage, held, said, seen, as_of) for stage in TransferStage)
    supported = {row.stage: row for row in stages}
    fallen = {fall.row.pk for fall in falls(seen)}
    return TransferStanding(
        transfer=held.transfer,
        as_of=as_of,
        claimed=said[-1] if said else None,
        verified=now,
        stages=stages,
        gaps=tuple(gaps(seen)),
        falls=tuple(falls(seen)),
        know_how=know_how(held.know_how, as_of),
        persons=Count(_persons(trained), _persons(certified)),
        person_days=Count(_days(trained), _days(certified)),
        runs=Count(
            len(independent(ran)) if ran else None,
            len(independent(proven)) if ran else None,
        ),
        lapsed=()
        if now is None or now.pk in fallen
        else tuple(it.need for it in supported[TransferStage(now.stage)].needs if not it.is_met),
        counting=frozenset((*said, *seen, *trained, *certified, *ran, *proven)),
    )


def know_how(items: Iterable[KnowHowItem], as_of: dt.date) -> KnowHow:
    """Return how much of a schedule had been delivered and accepted by the day."""
    listed = tuple(it for it in items if it.is_listed(as_of))
    delivered = [it for it in listed if it.delivered_on and it.delivered_on <= as_of]
    return KnowHow(
        items=listed,
        total=len(listed),
        delivered=len(delivered),
        accepted=sum(1 for it in listed if it.accepted_on and it.accepted_on <= as_of),
        overdue=tuple(it for it in listed if it.due_on and it.due_on < as_of and it not in delivered),
    )


def _stage_row(
    stage: TransferStage,
    held: Holdings,
    said: Sequence[TransferStep],
    seen: Sequence[TransferStep],
    as_of: dt.date,
) -> StageRow:
    claim = next((row for row in reversed(said) if row.stage == stage), None)
    proof = next((row for row in reversed(seen) if row.stage == stage), None)
    documented = any(row.pk in held.documented for row in (*said, *seen) if row.stage == stage)
    return StageRow(
        stage=stage,
        claimed=claim,
        verified=proof,
        needs=tuple(
            StageNeed(need, witnesses(need, held, as_of, as_of, documented=documented))
            for need in NEEDS[stage]
        ),
        is_reached=bool(seen) and seen[-1].rung >= TransferStage.values.index(stage) + 1,
    )


def _persons(rows: Sequence[Training]) -> int | None:
    return sum(row.persons for row in rows) if rows else None


def _days(rows: Sequence[Training]) -> int | None:
    known = [row.person_days for row in rows if row.person_days is not None]
    return sum(known) if known else None
