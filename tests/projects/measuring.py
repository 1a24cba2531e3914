"""Measurements that need no database: a target of one basis, and rows of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.choices import Direction, MeasureBasis
from projects.models import Indicator, Measurement, Target
from projects.progress import TargetRow, target_row


def goal(basis: str = MeasureBasis.CUMULATIVE, level: int = 1, **fields: Any) -> Target:
    given = {"unit": "t", "direction": Direction.INCREASE, "reference": "TGT-1", **fields}
    indicator = Indicator(pk=1, code="PRD-X", unit=given["unit"], measure_basis=basis, minimum_level=level)
    return Target(pk=1, indicator=indicator, measure_basis=basis, **given)


def row(
    key: int,
    target: Target,
    value: str | int,
    end: str | dt.date,
    start: str | dt.date | None = None,
    *,
    level: int = 0,
    verified_on: str | dt.date | None = None,
    status: str = "",
    corrects: int | None = None,
) -> Measurement:
    return Measurement(
        pk=key,
        target=target,
        value=Decimal(value),
        period_start=_day(start),
        period_end=_day(end),
        status=status or ("verified" if verified_on else "claimed"),
        level=level or (1 if verified_on else 0),
        verified_on=_day(verified_on),
        supersedes_id=corrects,
    )


def standing(
    target: Target, rows: list[Measurement], as_of: str, value: str | None = "100", due: str | None = None
) -> TargetRow:
    """Return the target's row on a day, as if it had been loaded with its values."""
    loaded: Any = target
    loaded.target_value = None if value is None else Decimal(value)
    loaded.due_on, loaded.version_number = _day(due), 1
    target._prefetched_objects_cache = {"measurements": _Rows(rows)}  # type: ignore[attr-defined]
    day = _day(as_of)
    assert day is not None
    return target_row(loaded, day)


class _Rows(list[Measurement]):
    def all(self) -> list[Measurement]:
        return self


def _day(value: str | dt.date | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
