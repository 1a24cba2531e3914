"""Sums over targets: where there can be one, and why there is none elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from projects.choices import MeasureBasis
from projects.progress import TargetRow, target_total
from tests.projects.measuring import goal, row, standing


def a_row(
    key: int,
    unit: str,
    value: int | None,
    *,
    basis: str = MeasureBasis.STOCK,
    verified: bool = False,
    project: int | None = None,
    to_reach: str | None = "100",
) -> TargetRow:
    target = goal(basis, unit=unit)
    target.pk, target.project_id = key, project or key
    day = "2026-03-01" if verified else None
    rows = [] if value is None else [row(key, target, value, "2026-02-28", verified_on=day)]
    return standing(target, rows, "2026-03-31", to_reach)


def test_values_of_one_kind_are_added_in_the_largest_of_their_units() -> None:
    found = target_total(
        [
            a_row(1, "t per year", 2000, verified=True),
            a_row(2, "kg per year", 3000),
            a_row(3, "t per year", None),
        ]
    )
    assert (found.refusal, found.unit, found.basis, found.count) == ("", "t per year", "stock", 3)
    assert (found.to_reach, found.to_reach_count) == (Decimal("200.1"), 3)
    assert (found.claimed, found.claimed_count) == (2003, 2)
    assert (found.verified, found.verified_count) == (2000, 1)
    assert found.why_not is None


def test_nothing_known_is_not_zero() -> None:
    found = target_total([a_row(1, "t", None, to_reach=None)])
    assert (found.claimed, found.verified, found.to_reach) == (None, None, None)


REFUSED: dict[str, list[dict[str, Any]]] = {
    "bases": [{"unit": "t"}, {"unit": "t", "basis": MeasureBasis.CUMULATIVE}],
    "units": [{"unit": "blocks"}, {"unit": "mines"}],
    "unknown_unit": [{"unit": "t"}, {"unit": "t/a REO"}],
    "never_added": [{"unit": "per cent"}, {"unit": "per cent"}],
    "rates": [
        {"unit": "kg per day", "basis": MeasureBasis.RATE},
        {"unit": "kg per day", "basis": MeasureBasis.RATE},
    ],
    "steps": [{"unit": "t", "project": 7}, {"unit": "t", "project": 7}],
    "nothing": [],
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_added_is_refused_with_the_reason(why: str) -> None:
    rows = [
        a_row(key, it["unit"], 5, **{k: v for k, v in it.items() if k != "unit"})
        for key, it in enumerate(REFUSED[why], 1)
    ]
    found = target_total(rows)
    assert (found.refusal, found.claimed, found.to_reach) == (why, None, None)
    assert str(found.why_not).endswith((".", "instead."))


def test_the_order_of_the_targets_decides_nothing() -> None:
    rows = [a_row(1, "kg per year", 3000), a_row(2, "t per year", 2)]
    assert target_total(rows) == target_total(rows[::-1])
