"""What checks work with, written apart from the code they check, but for the one rounding rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from statistics import median as middle
from typing import Any

from projects.progress import half_up

Snapshot = dict[str, Any]
LONGEST = 100
MALFORMED = (AttributeError, KeyError, TypeError, ValueError, InvalidOperation, IndexError)


@dataclass(frozen=True)
class Failure:
    """A figure that is not what it must be."""

    figure: str
    found: Any
    expected: Any

    def __str__(self) -> str:
        if self.expected is True:
            return f"{self.figure} does not hold"
        return f"{self.figure} is {_short(self.found)}, but must be {_short(self.expected)}"


def must(figure: str, holds: bool) -> Failure:  # noqa: FBT001 - the condition is the sentence
    """Return the check that a condition holds."""
    return Failure(figure, found=holds, expected=True)


def malformed(error: Exception) -> Failure:
    """Return the failure of a snapshot that lacks what docs/snapshot.md promises."""
    return Failure("snapshot", f"malformed ({type(error).__name__}: {error})", "as docs/snapshot.md says")


def _short(value: Any) -> str:
    shown = str(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."


def day(value: Snapshot | None) -> dt.date | None:
    return dt.date.fromisoformat(value["on"]) if value else None


def past(due: dt.date | None, reached: dt.date) -> int | None:
    return (reached - due).days if due and due < reached else None


def year_end(as_of: dt.date) -> str:
    tomorrow = as_of + dt.timedelta(days=1)
    return f"{tomorrow.year + (tomorrow.month > 3)}-03-31"


def capped(share: Decimal | None) -> Decimal | None:
    return None if share is None else min(Decimal(100), share)


def mean(values: list[Any]) -> Decimal | None:
    return half_up(Fraction(sum(values)) / len(values)) if values else None


def median(values: list[Any]) -> Decimal | None:
    return half_up(middle(map(Fraction, values))) if values else None


def text(value: Decimal | int | None) -> str | None:
    return None if value is None else f"{half_up(value):f}"
