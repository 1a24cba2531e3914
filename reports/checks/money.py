"""The columns of money, added up anew from the fund lines: no line twice, none replaced, none inside its parent's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from projects.models import FundLine, Project
from reports.checks.arithmetic import Failure, Snapshot, text


def funds(snapshot: Snapshot) -> Iterator[Failure]:
    """Yield each column, claimed and verified, that is not the sum of its lines."""
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    references = [row["reference"] for row in snapshot["projects"]["rows"]]
    parents = dict(Project.objects.filter(reference__in=references).values_list("pk", "parent"))
    keys = {*parents, *filter(None, parents.values())}
    lines = {line.pk: line for line in FundLine.objects.filter(project__in=keys)}
    corrected = {line.supersedes_id: line.pk for line in lines.values() if line.supersedes_id}
    for which, found in snapshot["money"]["funds"].items():
        counting = {key for key, line in lines.items() if _counts(line, which, as_of)}
        standing = [lines[key] for key in counting if not _replaced(key, corrected, lines, which, as_of)]
        for kind, crore in found.items():
            column = [line for line in standing if line.kind == kind]
            holders = {line.project_id for line in column}
            amounts = [
                line.amount_crore
                for line in column
                if line.project_id in parents and parents[line.project_id] not in holders
            ]
            total = text(sum(amounts, Decimal(0))) if amounts else None
            yield Failure(f"money.funds.{which}.{kind}", crore, total)


def _counts(line: FundLine, which: str, as_of: dt.date) -> bool:
    if line.dated_on > as_of:
        return False
    return _stands(line, which, as_of)


def _stands(line: FundLine, which: str, as_of: dt.date) -> bool:
    if which == "claimed":
        return line.status != "returned"
    return line.status == "verified" and line.verified_on is not None and line.verified_on <= as_of


def _replaced(
    key: int, corrected: dict[int, int], lines: dict[int, FundLine], which: str, as_of: dt.date
) -> bool:
    later = corrected.get(key)
    while later is not None:
        if _stands(lines[later], which, as_of):
            return True
        later = corrected.get(later)
    return False
