"""Clearances as they stand on a day: the rule of docs/rules/clearances.md, over rows that are loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import ClearanceType
from projects.models import Clearance

ALARM_DAYS = 90


class ClearanceState(TextChoices):
    """Where a clearance stands; the states partition every set of clearances."""

    NOT_DECIDED = "not_decided", _("not decided whether it applies")
    NOT_APPLICABLE = "not_applicable", _("does not apply")
    NOT_APPLIED = "not_applied", _("applies, not applied for")
    PENDING = "pending", _("pending")
    OVERDUE = "overdue", _("beyond the statutory days")
    REFUSED = "refused", _("refused")
    GRANTED = "granted", _("granted")
    EXPIRING = "expiring", _("granted, ends within 90 days")
    EXPIRED = "expired", _("expired")


OPEN = (ClearanceState.PENDING, ClearanceState.OVERDUE)
ALARMS = (ClearanceState.OVERDUE, ClearanceState.EXPIRING, ClearanceState.EXPIRED)


@dataclass(frozen=True)
class ClearanceRow:
    clearance: Clearance
    as_of: dt.date
    state: ClearanceState
    days_taken: int | None
    """From the application to the grant or refusal; None while it is not decided."""
    pending_days: int | None
    """From the application to the as-of date, while it is not decided."""
    over_days: int | None
    """Days taken or pending less the statutory days: below 0 there were days left; None where these are not known."""
    expires_in_days: int | None
    """To the last day of validity; below 0 once that is past. None where there is no end or none is known."""


@dataclass(frozen=True)
class ChecklistLine:
    """One type of the checklist with what is recorded; no row means that nobody has decided yet."""

    type: ClearanceType
    rows: tuple[ClearanceRow, ...]


@dataclass(frozen=True)
class ClearanceFigures:
    as_of: dt.date
    checklist: tuple[ChecklistLine, ...]
    states: dict[ClearanceState, int]
    """How many there are of each state; a type without a row counts as not decided."""

    @property
    def open(self) -> int:
        """How many are pending (CLR-OPEN)."""
        return sum(self.states[state] for state in OPEN)

    @property
    def alarms(self) -> int:
        """How many are overdue, end within 90 days or have ended."""
        return sum(self.states[state] for state in ALARMS)


def clearance_row(clearance: Clearance, as_of: dt.date) -> ClearanceRow:
    """Return where a clearance stands on a day; what happened later is as if it had not."""
    applied = _by(clearance.applied_on, as_of)
    granted, refused = _by(clearance.granted_on, as_of), _by(clearance.refused_on, as_of)
    decided = granted or refused
    taken = (decided - applied).days if applied and decided else None
    pending = (as_of - applied).days if applied and not decided else None
    elapsed = pending if taken is None else taken
    statutory = clearance.statutory_days
    over = None if elapsed is None or statutory is None else elapsed - statutory
    left = (clearance.valid_to - as_of).days if granted and clearance.valid_to else None
    return ClearanceRow(
        clearance=clearance,
        as_of=as_of,
        state=_state(clearance, applied, granted, refused, over, left),
        days_taken=taken,
        pending_days=pending,
        over_days=over,
        expires_in_days=left,
    )


def clearance_figures(clearances: Iterable[Clearance], as_of: dt.date) -> ClearanceFigures:
    """Return the checklist of one project: every type, with what is recorded of it."""
    found = [clearance_row(clearance, as_of) for clearance in clearances]
    checklist = tuple(
        ChecklistLine(type=kind, rows=tuple(row for row in found if row.clearance.type == kind))
        for kind in ClearanceType
    )
    states = dict.fromkeys(ClearanceState, 0)
    for line in checklist:
        for row in line.rows:
            states[row.state] += 1
        states[ClearanceState.NOT_DECIDED] += not line.rows
    return ClearanceFigures(as_of=as_of, checklist=checklist, states=states)


def _by(day: dt.date | None, as_of: dt.date) -> dt.date | None:
    return day if day and day <= as_of else None


def _state(
    clearance: Clearance,
    applied: dt.date | None,
    granted: dt.date | None,
    refused: dt.date | None,
    over: int | None,
    left: int | None,
) -> ClearanceState:
    if clearance.is_applicable is False:
        return ClearanceState.NOT_APPLICABLE
    if refused:
        return ClearanceState.REFUSED
    if granted and left is not None and left <= ALARM_DAYS:
        return ClearanceState.EXPIRED if left < 0 else ClearanceState.EXPIRING
    if granted:
        return ClearanceState.GRANTED
    if applied:
        return ClearanceState.OVERDUE if over is not None and over > 0 else ClearanceState.PENDING
    return ClearanceState.NOT_DECIDED if clearance.is_applicable is None else ClearanceState.NOT_APPLIED
