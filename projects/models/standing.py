"""Which claims count on a day: claimed beside verified, over rows that are loaded. A correction replaces what it corrects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from projects.choices import MeasurementStatus, VerificationLevel

ClaimT = TypeVar("ClaimT", bound=Any)


def kept(rows: Sequence[ClaimT], counts: Callable[[ClaimT], bool]) -> list[ClaimT]:
    """Return the rows that count and that no correction which counts has replaced, however long the chain.

    A correction that does not count (returned, or not yet verified) gives its place back to what it corrects.
    """
    corrections = {row.supersedes_id: row for row in rows if row.supersedes_id}
    return [row for row in rows if counts(row) and not any(map(counts, _later(row, corrections)))]


def is_open(row: Any) -> bool:
    """Whether the claim was not returned."""
    return bool(row.status != MeasurementStatus.RETURNED)


def is_verified(row: Any, as_of: dt.date) -> bool:
    """Whether the claim was verified by the day, at whatever level."""
    return bool(
        row.status == MeasurementStatus.VERIFIED and row.verified_on is not None and row.verified_on <= as_of
    )


def claimed(rows: Sequence[ClaimT], as_of: dt.date) -> list[ClaimT]:
    """Return the claims of facts up to the day, in their order, neither returned nor replaced by a correction that counts."""
    return _until(kept(rows, is_open), as_of)


def verified(rows: Sequence[ClaimT], as_of: dt.date, level: int = VerificationLevel.V1) -> list[ClaimT]:
    """Return those that were verified by the day, at `level` or above, and not replaced by one verified by then."""
    confirmed = kept(rows, lambda row: is_verified(row, as_of))
    return _until([row for row in confirmed if row.level >= level], as_of)


def _until(rows: Sequence[ClaimT], as_of: dt.date) -> list[ClaimT]:
    """The rows of facts up to the day, in the order of the facts."""
    return sorted((row for row in rows if row.day <= as_of), key=lambda row: (row.day, row.pk))


def _later(row: ClaimT, corrections: Mapping[int, ClaimT]) -> Iterator[ClaimT]:
    """Yield the corrections of a row, and theirs: a returned correction may have been corrected itself."""
    while (later := corrections.get(row.pk)) is not None:
        yield later
        row = later
