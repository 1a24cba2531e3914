"""Which claims count on a day: claimed beside verified, over rows that are loaded. A correction replaces what it corrects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from projects.choices import MeasurementStatus, VerificationLevel

ClaimT = TypeVar("ClaimT", bound=Any)


def claimed(rows: Sequence[ClaimT], as_of: dt.date) -> list[ClaimT]:
    """Return the claims of facts up to the day that were neither returned nor replaced by a correction that counts."""
    corrections = _corrections(rows)
    return [
        row
        for row in _until(rows, as_of)
        if _is_open(row) and not any(_is_open(later) for later in _later(row, corrections))
    ]


def verified(rows: Sequence[ClaimT], as_of: dt.date, level: int = VerificationLevel.V1) -> list[ClaimT]:
    """Return those that were verified by the day, at `level` or above, and not replaced by one verified by then."""
    corrections = _corrections(rows)
    return [
        row
        for row in _until(rows, as_of)
        if _is_verified(row, as_of)
        and row.level >= level
        and not any(_is_verified(later, as_of) for later in _later(row, corrections))
    ]


def _until(rows: Sequence[ClaimT], as_of: dt.date) -> list[ClaimT]:
    """The rows of facts up to the day, in the order of the facts."""
    return sorted((row for row in rows if row.day <= as_of), key=lambda row: (row.day, row.pk))


def _is_open(row: Any) -> bool:
    return bool(row.status != MeasurementStatus.RETURNED)


def _is_verified(row: Any, as_of: dt.date) -> bool:
    return bool(
        row.status == MeasurementStatus.VERIFIED and row.verified_on is not None and row.verified_on <= as_of
    )


def _corrections(rows: Sequence[ClaimT]) -> dict[int, ClaimT]:
    return {row.supersedes_id: row for row in rows if row.supersedes_id}


def _later(row: ClaimT, corrections: Mapping[int, ClaimT]) -> Iterator[ClaimT]:
    """Yield the corrections of a row, and theirs: a returned correction may have been corrected itself."""
    while (later := corrections.get(row.pk)) is not None:
        yield later
        row = later
