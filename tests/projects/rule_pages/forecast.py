"""The examples of docs/rules/forecast.md: [type, days] of each case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.progress.forecast import Case, forecast


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return the forecast of the program, or that there are too few cases."""
    found = forecast(
        dt.date.fromisoformat(given["baseline_on"]),
        [Case(*it) for it in given["cases"]],
        dt.date.fromisoformat(given["as_of"]),
        type=given["type"],
    )
    return {
        "method": found.method.value,
        "cases": found.cases,
        "median_on": _text(found.median_on),
        "from_on": _text(found.from_on),
        "to_on": _text(found.to_on),
    }


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
