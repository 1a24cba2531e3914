"""Forecasts of open milestones and gates from the programme's own record of slips: rules of docs/rules/forecast.md.

Reference-class forecasting: what happened to comparable dates before says more than the plan does. Where too few
dates are comparable there is no number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from projects.models import State
from projects.models.milestone_states import MilestoneQuerySet
from projects.progress.milestones import MilestoneRow
from projects.progress.stages import GateRow

OF_THE_TYPE_NEEDED = 5
OF_ANY_TYPE_NEEDED = 8
LOW, MIDDLE, HIGH = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)


class Method(TextChoices):
    """Which cases a forecast rests on."""

    OF_THE_TYPE = "of_the_type", _("dates of the same type")
    OF_ANY_TYPE = "of_any_type", _("dates of any type")


@dataclass(frozen=True)
class Case:
    """By how many days a date came out after its first approved date; below 0 before it."""

    type: str
    days: int


@dataclass(frozen=True)
class Forecast:
    """When an open date is likely to be met: median and 80 per cent range; without days where the cases are too few."""

    method: Method
    cases: int
    """How many cases it rests on, or how many there are where they are too few."""
    needed: int
    median_on: dt.date | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None

    @property
    def is_known(self) -> bool:
        return self.median_on is not None


def cases(rows: Iterable[MilestoneRow]) -> tuple[Case, ...]:
    """Return one case for each milestone whose outcome or slip is known on the day of the rows.

    An achieved milestone tells its delay (R5); an open one that was moved tells its slip so far (R6), which may still grow.
    """
    found = []
    for row in rows:
        days = row.delay_days if row.is_achieved else row.slip_days if row.is_open else None
        if days is not None:
            found.append(Case(str(row.milestone.type), days))
    return tuple(found)


def cases_of(milestones: MilestoneQuerySet, as_of: dt.date) -> tuple[Case, ...]:
    """Return the same for milestones that are not loaded; one query."""
    told = (
        milestones.with_due(as_of)
        .with_state(as_of)
        .filter(
            Q(state=State.ACHIEVED) | Q(state=State.OPEN, latest_on__isnull=False), baseline_on__isnull=False
        )
        .order_by()
        .values_list("type", "state", "baseline_on", "actual_on", "latest_on")
    )
    return tuple(
        Case(type, ((actual if state == State.ACHIEVED else latest) - first).days)
        for type, state, first, actual, latest in told
    )


def forecast(
    baseline_on: dt.date, known: Sequence[Case], as_of: dt.date, *, type: str = "", slip_days: int = 0
) -> Forecast:
    """Return the forecast of a date that is still open on `as_of`, whose first approved date was `baseline_on`.

    `type` names the comparable cases; `slip_days` is by how much the date itself was already moved. Only cases count that
    came out at least as late as this one already is: what is late cannot be met in the past.
    """
    already = max((as_of - baseline_on).days, slip_days)
    of_type = [case.days for case in known if type and case.type == type and case.days >= already]
    of_any = [case.days for case in known if case.days >= already]
    if len(of_type) >= OF_THE_TYPE_NEEDED:
        return _forecast(Method.OF_THE_TYPE, baseline_on, of_type, OF_THE_TYPE_NEEDED)
    if len(of_any) >= OF_ANY_TYPE_NEEDED:
        return _forecast(Method.OF_ANY_TYPE, baseline_on, of_any, OF_ANY_TYPE_NEEDED)
    return Forecast(Method.OF_ANY_TYPE, len(of_any), OF_ANY_TYPE_NEEDED)


def of_milestone(row: MilestoneRow, known: Sequence[Case], as_of: dt.date) -> Forecast | None:
    """Return the forecast of an open milestone; None where it is not open."""
    first = row.milestone.baseline_on
    if not row.is_open or first is None:
        return None
    others = _without(row, known)
    return forecast(first, others, as_of, type=str(row.milestone.type), slip_days=row.slip_days or 0)


def of_gate(row: GateRow, known: Sequence[Case], as_of: dt.date) -> Forecast | None:
    """Return the forecast of a gate that is planned and not passed, from the milestones' record; None otherwise."""
    if row.baseline is None or row.passed is not None:
        return None
    return forecast(row.baseline.planned_on, known, as_of, slip_days=row.slip_days or 0)


def quantile(values: Sequence[int], part: Fraction) -> int:
    """Return the quantile of `values` in whole days, half up: linear between order statistics (Hyndman and Fan, type 7)."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    exact = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    return int((2 * exact + 1) // 2)


def _without(row: MilestoneRow, known: Sequence[Case]) -> Sequence[Case]:
    """Leave out the milestone's own slip: a date is no evidence of itself."""
    if row.slip_days is None:
        return known
    own = Case(str(row.milestone.type), row.slip_days)
    rest = list(known)
    if own in rest:
        rest.remove(own)
    return rest


def _forecast(method: Method, baseline_on: dt.date, days: Sequence[int], needed: int) -> Forecast:
    def at(part: Fraction) -> dt.date:
        return baseline_on + dt.timedelta(days=quantile(days, part))

    return Forecast(method, len(days), needed, median_on=at(MIDDLE), from_on=at(LOW), to_on=at(HIGH))
