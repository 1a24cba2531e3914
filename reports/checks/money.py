"""The columns of money, added up anew from the fund lines: no line twice, none replaced, none inside its parent's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

from projects.models import FundLine, Project
from reports.checks import claims
from reports.checks.arithmetic import Failure, Snapshot, text

ClaimT = TypeVar("ClaimT", bound=Any)


def funds(snapshot: Snapshot) -> Iterator[Failure]:
    """Yield each column, claimed and verified, that is not the sum of its lines."""
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    references = [row["reference"] for row in snapshot["projects"]["rows"]]
    parents = dict(Project.objects.filter(reference__in=references).values_list("pk", "parent"))
    keys = {*parents, *filter(None, parents.values())}
    lines = {line.pk: line for line in FundLine.objects.filter(project__in=keys)}
    for which, found in snapshot["money"]["funds"].items():
        counting = standing(lines, which, as_of)
        for kind, crore in found.items():
            column = [line for line in counting if line.kind == kind]
            holders = {line.project_id for line in column}
            amounts = [
                line.amount_crore
                for line in column
                if line.project_id in parents and parents[line.project_id] not in holders
            ]
            total = text(sum(amounts, Decimal(0))) if amounts else None
            yield Failure(f"money.funds.{which}.{kind}", crore, total)


def standing(lines: dict[int, ClaimT], which: str, as_of: dt.date) -> list[ClaimT]:
    """Return the lines, or claims of another kind, that count on the day as claimed, or as verified: none that another replaces."""
    return claims.standing(lines.values(), which, as_of, day=lambda line: line.day)
