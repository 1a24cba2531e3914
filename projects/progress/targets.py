"""The target figures of docs/rules/targets.md (rule R9): reported and verified are kept apart throughout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch

from projects.choices import Direction, MeasureBasis, TargetBasis
from projects.fiscal import months_between
from projects.models import Measurement, Target, achievement
from projects.models.targets import TargetQuerySet
from projects.progress import measured
from projects.progress.arithmetic import half_up, per_cent, spread
from projects.progress.measured import Measured

HUNDRED = Decimal(100)
OUTPUT_CODES = (
    "OUT-",
    "CAP-",
    "PRD-",
)  # programme counts, capacity, production: what the front page leads with
# A straight line is a fair plan for what accumulates; an annual or a momentary value does not.
ON_A_LINE = (MeasureBasis.CUMULATIVE, MeasureBasis.STOCK)

WithValues = Any  # a Target loaded `with_values()`: the type checker does not know annotations


@dataclass(frozen=True)
class Pace:
    """Where a straight line from baseline to target stands on the as-of date, and what was reached of it."""

    months_gone: Fraction
    months_total: Fraction
    expected: Decimal
    per_cent: Decimal | None
    is_on_track: bool


@dataclass(frozen=True)
class TargetRow:
    """One target as it stands on the as-of date. `claimed` is what is reported, verified or not.

    `claimed` and `verified` name the measurements they are made of.
    """

    target: Target
    target_value: Decimal | None
    due_on: dt.date | None
    version_number: int | None
    claimed: Measured | None
    verified: Measured | None
    achievement_claimed: Decimal | None
    achievement_claimed_capped: Decimal | None
    achievement_verified: Decimal | None
    achievement_verified_capped: Decimal | None
    pace_claimed: Pace | None
    pace_verified: Pace | None
    is_output: bool
    is_past_due_without_value: bool
    is_due_today_without_value: bool
    """Falls due on the as-of date itself, so not yet past due, and nothing is reported."""

    @property
    def is_hold(self) -> bool:
        """Whether the target is its baseline: something to hold, which has no per cent."""
        return self.target_value is not None and self.target_value == (self.target.baseline_value or 0)

    @property
    def is_without_start(self) -> bool:
        """Whether a falling target has no known baseline, so that nobody can say how far it has fallen."""
        return self.target.direction == Direction.DECREASE and self.target.baseline_value is None

    @property
    def holds_claimed(self) -> bool | None:
        """Whether the claimed value is at the target or beyond, in its direction; None where either is not known."""
        return self._holds(self.claimed)

    @property
    def holds_verified(self) -> bool | None:
        return self._holds(self.verified)

    def _holds(self, found: Measured | None) -> bool | None:
        if found is None or self.target_value is None:
            return None
        if self.target.direction == Direction.DECREASE:
            return found.value <= self.target_value
        return found.value >= self.target_value


@dataclass(frozen=True)
class Achievement:
    """Achievement per cents over the targets that have one; capped: none counts more than 100."""

    count: int
    mean: Decimal | None
    mean_capped: Decimal | None
    median: Decimal | None
    median_capped: Decimal | None


@dataclass(frozen=True)
class BasisFigures:
    """The targets that one kind of authority has set."""

    basis: str
    count: int
    claimed: Achievement
    verified: Achievement


@dataclass(frozen=True)
class TargetFigures:
    as_of: dt.date
    total: int
    with_target: int
    with_claimed: int
    with_verified: int
    with_due: int
    without_due: tuple[TargetRow, ...]
    claimed: Achievement
    verified: Achievement
    by_basis: tuple[BasisFigures, ...]
    past_due: tuple[TargetRow, ...]
    """Due before the as-of date and nothing reported."""
    due_today: tuple[TargetRow, ...]
    """Due on the as-of date itself and nothing reported."""
    rows: tuple[TargetRow, ...]

    @property
    def outputs(self) -> tuple[TargetRow, ...]:
        return tuple(row for row in self.rows if row.is_output)


def target_rows(targets: TargetQuerySet, as_of: dt.date) -> tuple[TargetRow, ...]:
    """Return the rows of `targets` on `as_of`; two queries, whatever their number."""
    loaded = targets.with_values(as_of).select_related("project", "project__lead", "agreement", "indicator")
    return tuple(target_row(target, as_of) for target in loaded.prefetch_related(with_measurements()))


def with_measurements() -> Prefetch:
    """Return the prefetch by which `target_row` finds everything that was measured."""
    rows = Measurement.objects.select_related("claimed_by", "claimant_organisation", "verified_by")
    return Prefetch("measurements", queryset=rows)


def target_row(target: WithValues, as_of: dt.date) -> TargetRow:
    """Return the row of a target loaded `with_values(as_of)`, its measurements and its indicator."""
    rows = list(target.measurements.all())
    claimed = measured.claimed(rows, target.measure_basis, as_of)
    verified = measured.verified(rows, target.measure_basis, as_of, target.indicator.minimum_level)
    reached_claimed, reached_verified = _achieved(target, claimed), _achieved(target, verified)
    return TargetRow(
        target=target,
        target_value=target.target_value,
        due_on=target.due_on,
        version_number=target.version_number,
        claimed=claimed,
        verified=verified,
        achievement_claimed=reached_claimed,
        achievement_claimed_capped=_capped(reached_claimed),
        achievement_verified=reached_verified,
        achievement_verified_capped=_capped(reached_verified),
        pace_claimed=_pace(target, claimed, as_of),
        pace_verified=_pace(target, verified, as_of),
        is_output=target.indicator.code.startswith(OUTPUT_CODES),
        is_past_due_without_value=target.due_on is not None and target.due_on < as_of and claimed is None,
        is_due_today_without_value=target.due_on == as_of and claimed is None,
    )


def _achieved(target: WithValues, found: Measured | None) -> Decimal | None:
    if found is None or target.target_value is None:
        return None
    return achievement(target.baseline_value, target.target_value, found.value, target.direction)


def _capped(value: Decimal | None) -> Decimal | None:
    return None if value is None else min(HUNDRED, value)


def _pace(target: WithValues, found: Measured | None, as_of: dt.date) -> Pace | None:
    if found is None or target.measure_basis not in ON_A_LINE:
        return None
    if target.baseline_value is None and target.direction == Direction.DECREASE:
        return None
    return pace(
        baseline=target.baseline_value,
        starts_on=target.baseline_as_of,
        target=target.target_value,
        due_on=target.due_on,
        reached=found.value,
        as_of=as_of,
    )


def pace(
    *,
    baseline: Decimal | None,
    starts_on: dt.date | None,
    target: Decimal | None,
    due_on: dt.date | None,
    reached: Decimal,
    as_of: dt.date,
) -> Pace | None:
    """Return how `reached` keeps pace with a straight line in months from `starts_on` to `due_on`.

    None unless both days and the target are known and the as-of date lies on or after the start. After
    the due date the line stays at the target. An unknown baseline is taken as 0, as in R9. From a baseline
    to the same target there is no line.
    """
    if target is None or starts_on is None or due_on is None or not starts_on <= min(due_on, as_of):
        return None
    if target == (baseline or 0):
        return None
    total = months_between(starts_on, due_on)
    gone = min(months_between(starts_on, as_of), total)
    start = Fraction(baseline or 0)
    expected = start + (Fraction(target) - start) * gone / total
    share_reached = per_cent(Fraction(reached) - start, expected - start)
    return Pace(
        months_gone=gone,
        months_total=total,
        expected=half_up(expected),
        per_cent=share_reached,
        is_on_track=share_reached is not None and share_reached >= HUNDRED,
    )


def target_figures(targets: TargetQuerySet, as_of: dt.date) -> TargetFigures:
    """Return all target figures of the QuerySet on `as_of`."""
    rows = target_rows(targets, as_of)
    return TargetFigures(
        as_of=as_of,
        total=len(rows),
        with_target=sum(row.target_value is not None for row in rows),
        with_claimed=sum(row.claimed is not None for row in rows),
        with_verified=sum(row.verified is not None for row in rows),
        with_due=sum(row.due_on is not None for row in rows),
        without_due=tuple(row for row in rows if row.due_on is None),
        claimed=_achievement([row.achievement_claimed for row in rows]),
        verified=_achievement([row.achievement_verified for row in rows]),
        by_basis=_by_basis(rows),
        past_due=tuple(row for row in rows if row.is_past_due_without_value),
        due_today=tuple(row for row in rows if row.is_due_today_without_value),
        rows=rows,
    )


def _achievement(values: Sequence[Decimal | None]) -> Achievement:
    known = [value for value in values if value is not None]
    plain, capped = spread(known), spread([min(HUNDRED, value) for value in known])
    return Achievement(
        count=plain.count,
        mean=plain.mean,
        mean_capped=capped.mean,
        median=plain.median,
        median_capped=capped.median,
    )


def _by_basis(rows: Sequence[TargetRow]) -> tuple[BasisFigures, ...]:
    found: dict[str, list[TargetRow]] = {}
    for row in rows:
        found.setdefault(row.target.target_basis, []).append(row)
    order = TargetBasis.values
    return tuple(
        BasisFigures(
            basis=basis,
            count=len(members),
            claimed=_achievement([row.achievement_claimed for row in members]),
            verified=_achievement([row.achievement_verified for row in members]),
        )
        for basis, members in sorted(found.items(), key=lambda it: (-len(it[1]), order.index(it[0])))
    )
