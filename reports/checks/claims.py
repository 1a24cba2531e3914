"""Which claims count on a day, told apart from `projects.models.standing`: none returned, none that a correction replaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

RowT = TypeVar("RowT", bound=Any)


def standing(
    rows: Iterable[RowT],
    which: str,
    as_of: dt.date,
    *,
    day: Callable[[RowT], dt.date],
    level: int = 1,
    later_replace: bool = True,
) -> list[RowT]:
    """Return the rows of facts up to the day that count as "claimed" or as "verified", in the order of their facts.

    `later_replace` says whether a correction takes the place of a row also where its own fact is of a later day, or it
    was verified below `level`.
    """
    found = list(rows)
    corrected = {row.supersedes_id: row for row in found if row.supersedes_id}

    def counts(row: RowT) -> bool:
        return day(row) <= as_of and (which == "claimed" or row.level >= level)

    def replaces(row: RowT) -> bool:
        return _stands(row, which, as_of) and (later_replace or counts(row))

    counting = [
        row
        for row in found
        if counts(row) and _stands(row, which, as_of) and not any(map(replaces, _later(row, corrected)))
    ]
    return sorted(counting, key=lambda row: (day(row), row.pk))


def _stands(row: Any, which: str, as_of: dt.date) -> bool:
    if which == "claimed":
        return bool(row.status != "returned")
    return row.status == "verified" and row.verified_on is not None and row.verified_on <= as_of


def _later(row: Any, corrected: dict[int, Any]) -> Iterator[Any]:
    """Yield the correction of a row, and the corrections of that one."""
    while (found := corrected.get(row.pk)) is not None:
        yield found
        row = found
