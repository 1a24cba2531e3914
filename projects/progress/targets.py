"""The target figures of docs/rules/targets.md (rule R9): reported and verified are kept apart throughout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from projects.choices import MeasureBasis, TargetBasis
from projects.fiscal import months_between
from projects.models import Measurement, Target, achievement
from projects.models.targets import TargetQuerySet
from projects.progress.arithmetic import half_up, per_cent, spread

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
    """One target as it stands on the as-of date. `claimed` is what is reported, verified or not."""

    target: Target
    target_value: Decimal | None
    due_on: dt.date | None
    version_number: int | None
    claimed: Measurement | None
    verified: Measurement | None
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
    loaded = list(
        targets.with_values(as_of).select_related("project", "project__lead", "agreement", "indicator")
    )
    keys = {key for target in loaded for key in (target.claimed_key, target.verified_key) if key}
    measurements = Measurement.objects.select_related(
        "claimed_by", "claimant_organisation", "verified_by"
    ).in_bulk(keys)
    return tuple(_row(target, measurements, as_of) for target in loaded)


def _row(target: WithValues, measurements: dict[int, Measurement], as_of: dt.date) -> TargetRow:
    claimed = measurements.get(target.claimed_key)
    verified = measurements.get(target.verified_key)
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


def _achieved(target: WithValues, measurement: Measurement | None) -> Decimal | None:
    if measurement is None or target.target_value is None:
        return None
    return achievement(target.baseline_value, target.target_value, measurement.value)


def _capped(value: Decimal | None) -> Decimal | None:
    return None if value is None else min(HUNDRED, value)


def _pace(target: WithValues, measurement: Measurement | None, as_of: dt.date) -> Pace | None:
    if measurement is None or target.measure_basis not in ON_A_LINE:
        return None
    return pace(
        baseline=target.baseline_value,
        starts_on=target.baseline_as_of,
        target=target.target_value,
        due_on=target.due_on,
        reached=measurement.value,
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
    the due date the line stays at the target. An unknown baseline is taken as 0, as in R9.
    """
    if target is None or starts_on is None or due_on is None or not starts_on <= min(due_on, as_of):
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
