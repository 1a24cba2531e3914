"""The examples of docs/rules/measurements.md and targets.md, worked out over rows that need no database.

A row is [value, last day, first day or null, level and day of verification or null, status, corrected row or null].
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.models import Measurement, Target
from projects.progress import TargetRow, measured, target_total
from tests.projects.measuring import goal, row, standing


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of one target, or of the sum of several."""
    if "targets" in given:
        return _total(given)
    shown, rows = _shown(given, 1)
    found: dict[str, Any] = {
        "claimed": _value(shown.claimed),
        "verified": _value(shown.verified),
        "achievement": [_text(shown.achievement_claimed), _text(shown.achievement_claimed_capped)],
    }
    if shown.pace_claimed:
        pace = shown.pace_claimed
        found["pace"] = [str(pace.expected), _text(pace.per_cent), pace.is_on_track]
    if shown.is_hold:
        found["holds"] = shown.holds_claimed
    if "mean_rate" in given:
        first, last = map(_day, given["mean_rate"])
        mean = measured.mean_rate(measured.claimed_rows(rows, _day(given["as_of"])), first, last)
        found["mean_rate"] = mean and [str(mean.value), mean.days_covered, mean.days_asked]
    return found


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _shown(given: dict[str, Any], key: int) -> tuple[TargetRow, list[Measurement]]:
    baseline, since = given.get("baseline", ["0", None])
    target = goal(
        given["basis"],
        given.get("level", 1),
        unit=given.get("unit", "t"),
        direction=given.get("direction", "increase"),
        baseline_value=None if baseline is None else Decimal(baseline),
        baseline_as_of=since and _day(since),
    )
    target.pk = target.project_id = key
    rows = [_row(number, target, *it) for number, it in enumerate(given["rows"], 1)]
    value, due = given.get("target", ["100", None])
    return standing(target, rows, given["as_of"], value, due), rows


def _row(
    number: int,
    target: Target,
    value: str,
    end: str,
    start: str | None = None,
    proof: list[Any] | None = None,
    status: str = "",
    corrects: int | None = None,
) -> Measurement:
    level, verified_on = proof or (0, None)
    return row(
        number,
        target,
        value,
        end,
        start,
        level=level,
        verified_on=verified_on,
        status=status,
        corrects=corrects,
    )


def _value(found: measured.Measured | None) -> list[Any] | None:
    """Return the value, the rows it is made of, and of a year's value how many days are measured."""
    if found is None:
        return None
    told: list[Any] = [_text(found.value), [it.pk for it in found.rows]]
    return [*told, str(found.year), found.days_covered] if found.year else told


def _total(given: dict[str, Any]) -> dict[str, Any]:
    rows = [_shown({"as_of": given["as_of"], **it}, key)[0] for key, it in enumerate(given["targets"], 1)]
    found = target_total(rows)
    return {"refusal": found.refusal, "unit": found.unit, "claimed": _text(found.claimed)}


def _text(value: Decimal | None) -> str | None:
    return (
        None
        if value is None
        else format(value.normalize() + 0, "f")
        if value == value.to_integral()
        else str(value)
    )
