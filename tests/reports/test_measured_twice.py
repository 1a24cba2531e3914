"""The second reading of what is measured agrees with the first, whatever was entered (ADR 0011)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings

from projects.models import Measurement
from projects.progress import measured
from reports.checks import measured as second
from tests.projects.measuring import standing
from tests.projects.test_figures_measured import DAYS, histories


@settings(max_examples=400)
@given(histories(), DAYS)
def test_both_readings_find_the_same(history: tuple[str, list[Measurement]], as_of: dt.date) -> None:
    _basis, rows = history
    target = rows[0].target
    target.indicator.minimum_level = 2
    shown = standing(target, rows, as_of.isoformat())
    for first, again in (
        (shown.claimed, second.claimed(target, as_of)),
        (shown.verified, second.verified(target, as_of)),
    ):
        assert _told(first, as_of) == (again and (again.value, again.last.pk, again.level))


def _told(found: measured.Measured | None, as_of: dt.date) -> Any:
    """What a snapshot tells of a value: the level only where all of it was verified by the day."""
    if found is None:
        return None
    by_then = found.verified_on is not None and found.verified_on <= as_of
    return found.value, found.pk, found.level if by_then else 0
