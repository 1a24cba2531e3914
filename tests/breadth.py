"""How much is asked: what every change is held to within minutes, or everything (`make test-thorough`).

Where a test goes through a product (every page, person and half; every report, language and rule), the minutes of a change hold a
part that reaches every value of each factor; the rest of the product is asked by the thorough run. Nothing is drawn by lot.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import cycle
from typing import TypeVar

THOROUGH = bool(os.environ.get("THOROUGH"))
T = TypeVar("T")
U = TypeVar("U")


def up_to(briefly: int, thoroughly: int) -> int:
    """Return how many to take of what has no end."""
    return thoroughly if THOROUGH else briefly


def pairs(first: Sequence[T], second: Sequence[U]) -> list[tuple[T, U]]:
    """Return all pairs of the two; briefly every one of the first once, the second in turn."""
    if THOROUGH:
        return [(one, other) for one in first for other in second]
    return list(zip(first, cycle(second), strict=False))


def some(values: Sequence[T], briefly: int) -> list[T]:
    """Return all; briefly the first `briefly`, which the caller puts in front as those that matter most."""
    return list(values if THOROUGH else values[:briefly])
