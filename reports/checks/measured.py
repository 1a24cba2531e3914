"""What is measured of a target, read a second time and apart from projects/progress/measured.py (ADR 0011)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from projects.choices import MeasureBasis, MeasurementStatus
from projects.models import Measurement, Target


class Value(NamedTuple):
    """A value with the last of the measurements it is made of, and the level of the weakest."""

    value: Decimal
    last: Measurement
    level: int


def verified_by(row: Measurement, as_of: dt.date) -> bool:
    return (
        row.status == MeasurementStatus.VERIFIED and row.verified_on is not None and row.verified_on <= as_of
    )


def claimed(target: Target, as_of: dt.date) -> Value | None:
    rows = {row.pk: row for row in target.measurements.all() if row.period_end <= as_of}
    open_ = {key for key, row in rows.items() if row.status != MeasurementStatus.RETURNED}
    return _value(target, [rows[key] for key in open_ - _replaced(rows, open_)], as_of)


def verified(target: Target, as_of: dt.date) -> Value | None:
    rows = {row.pk: row for row in target.measurements.all() if row.period_end <= as_of}
    seen = {key for key, row in rows.items() if verified_by(row, as_of)}
    enough = [rows[key] for key in seen - _replaced(rows, seen)]
    return _value(target, [row for row in enough if row.level >= target.indicator.minimum_level], as_of)


def _replaced(rows: dict[int, Measurement], counting: set[int]) -> set[int]:
    """Return everything that a counting row corrects, directly or over others."""
    found: set[int] = set()
    for key in counting:
        earlier = rows[key].supersedes_id
        while earlier in rows:
            found.add(earlier)
            earlier = rows[earlier].supersedes_id
    return found


def _value(target: Target, rows: list[Measurement], as_of: dt.date) -> Value | None:
    if not rows:
        return None
    last = max(rows, key=lambda row: (row.period_end, _from(target, row), row.pk))
    if target.measure_basis != MeasureBasis.ANNUAL:
        return Value(last.value, last, _level(last, as_of))
    april = dt.date(last.period_end.year - (last.period_end.month < 4), 4, 1)
    rest = [row for row in rows if row.period_end >= april]
    parts: list[Measurement] = []
    while rest:
        # The part that ends last, of those the one that begins first; what touches its days is not added to it.
        end = max(row.period_end for row in rest)
        part = min(
            (row for row in rest if row.period_end == end), key=lambda row: (_from(target, row), -row.pk)
        )
        parts.append(part)
        rest = [row for row in rest if row.period_end < _from(target, part)]
    return Value(
        sum((row.value for row in parts), Decimal(0)), parts[0], min(_level(row, as_of) for row in parts)
    )


def _from(target: Target, row: Measurement) -> dt.date:
    """Return the first day of the row's period: of a year's value without one, the first day of its financial year."""
    if row.period_start:
        return row.period_start
    if target.measure_basis != MeasureBasis.ANNUAL:
        return row.period_end
    return dt.date(row.period_end.year - (row.period_end.month < 4), 4, 1)


def _level(row: Measurement, as_of: dt.date) -> int:
    return row.level if row.verified_on and row.verified_on <= as_of else 0
