"""The targets of a snapshot: what is reported and what is verified, side by side, never summed together."""

from __future__ import annotations

import datetime as dt

from projects.choices import Precision
from projects.progress import Achievement, TargetFigures, TargetRow
from projects.progress.measured import Measured
from reports.figures.shapes import Shape, date, day, person, places, quantity, text

# What was made comes before what could be made, and that before what was counted.
FAMILIES = ("PRD-", "CAP-", "OUT-")


def targets(figures: TargetFigures) -> Shape:
    return {
        "total": figures.total,
        "with_target": figures.with_target,
        "with_claimed": figures.with_claimed,
        "with_verified": figures.with_verified,
        "with_due": figures.with_due,
        "claimed": _achievement(figures.claimed),
        "verified": _achievement(figures.verified),
        "by_basis": [
            {"basis": row.basis, "count": row.count, "claimed": _achievement(row.claimed)}
            for row in figures.by_basis
        ],
        "past_due": [row.target.reference for row in figures.past_due],
        "rows": [target_row(row, figures.as_of) for row in figures.rows],
    }


def outputs(figures: TargetFigures) -> Shape:
    """Return which targets are outputs, in the order in which they are printed: first those with a reported value."""
    rows = sorted(figures.outputs, key=_place)
    return {
        "total": len(rows),
        "claimed": sum(row.claimed is not None for row in rows),
        "verified": sum(row.verified is not None for row in rows),
        "rows": [row.target.reference for row in rows],
    }


def _place(row: TargetRow) -> tuple[bool, int, str]:
    code = row.target.indicator.code
    family = next((place for place, prefix in enumerate(FAMILIES) if code.startswith(prefix)), len(FAMILIES))
    return row.claimed is None and row.verified is None, family, row.target.reference


def target_row(row: TargetRow, as_of: dt.date) -> Shape:
    target = row.target
    return {
        "reference": target.reference,
        "project": target.project.reference if target.project else None,
        "project_name": target.project.name if target.project else None,
        "indicator": target.indicator.code,
        "name": target.title,
        "unit": target.unit,
        "kind": "output" if row.is_output else "other",
        "basis": target.target_basis,
        "measure": target.measure_basis,
        "direction": target.direction,
        "minimum_level": target.indicator.minimum_level,
        "baseline": (
            {"value": quantity(target.baseline_value), "on": day(target.baseline_as_of)}
            if target.baseline_value is not None
            else None
        ),
        "target": (
            {
                "value": quantity(row.target_value),
                "due": date(row.due_on, Precision.DAY),
                "version": row.version_number,
            }
            if row.target_value is not None
            else None
        ),
        "claimed": _value(row.claimed, as_of),
        "verified": _value(row.verified, as_of),
        "achievement": {
            "claimed": places(row.achievement_claimed),
            "claimed_capped": places(row.achievement_claimed_capped),
            "verified": places(row.achievement_verified),
            "verified_capped": places(row.achievement_verified_capped),
        },
        "past_due": row.is_past_due_without_value,
        "source_url": text(target.source_url),
        "as_of": day(target.as_of),
    }


def _value(measurement: Measured | None, as_of: dt.date) -> Shape | None:
    if measurement is None:
        return None
    verified_by_then = measurement.verified_on is not None and measurement.verified_on <= as_of
    return {
        "value": quantity(measurement.value),
        "on": day(measurement.period_end),
        "level": measurement.level if verified_by_then else 0,
        "by": person(measurement.claimed_by),
        "source_url": text(measurement.source_url),
    }


def _achievement(figures: Achievement) -> Shape:
    return {
        "count": figures.count,
        "mean": places(figures.mean),
        "mean_capped": places(figures.mean_capped),
        "median": places(figures.median),
        "median_capped": places(figures.median_capped),
    }
