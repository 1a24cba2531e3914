"""The money of one project, as the project report holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from projects.choices import FundKind
from projects.models import FundLine, Organisation, Project
from projects.permissions import Actor
from projects.progress.arithmetic import per_cent
from projects.progress.funds import Amount, Excess, FundShare, ProjectMoney, project_money
from reports.figures.shapes import Shape, day, organisation, places


def money(project: Project, as_of: dt.date, *, by: Actor, readers: set[int]) -> Shape:
    """Return columns, shares and warnings; a contributor has a name only where every reader may see it."""
    lines = list(FundLine.objects.visible_to(by).filter(project=project).select_related("contributor"))
    found = project_money(lines, as_of)
    names = {line.contributor_id: line.contributor for line in lines}
    open_ = open_to(project, readers)
    return {
        "funds": {
            "claimed": {kind.value: places(found.columns[kind].claimed) for kind in FundKind},
            "verified": {kind.value: places(found.columns[kind].verified) for kind in FundKind},
        },
        "sources": [
            {"source": str(share.key), **_share(share.amount, _sanctioned(found))} for share in found.sources
        ],
        "contributors": _contributors(found, names, open_),
        "leverage": {"claimed": places(found.leverage.claimed), "verified": places(found.leverage.verified)},
        "uncertified": [
            {
                "source": it.source.value,
                "crore": places(it.crore),
                "since": day(it.since),
                "days": it.days,
            }
            for it in found.uncertified
        ],
        "excesses": {
            "claimed": [_excess(it) for it in found.excesses if not it.is_verified],
            "verified": [_excess(it) for it in found.excesses if it.is_verified],
        },
    }


def open_to(project: Project, readers: set[int]) -> set[int]:
    """Return whom every reader may see: the organisations of the project, and the parties where all are party."""
    agreement = project.agreement
    parties = {party.pk for party in agreement.parties.all()} if agreement else set()
    return readers | parties if readers <= parties else readers


def _sanctioned(found: ProjectMoney) -> Amount:
    return found.columns[FundKind.SANCTIONED]


def _contributors(
    found: ProjectMoney, names: dict[int | None, Organisation | None], open_: set[int]
) -> list[Shape]:
    """Return a line for each contributor that is named, one for all that are not, one for what states none."""
    groups: dict[tuple[str, int | None], list[FundShare]] = {}
    for share in found.contributors:
        if share.key is None:
            group: tuple[str, int | None] = ("not_stated", None)
        else:
            group = ("named", share.key) if share.key in open_ else ("withheld", None)
        groups.setdefault(group, []).append(share)
    rows = [
        {
            "organisation": organisation(names[key]) if key else None,
            "kind": kind,
            **_share(
                Amount(
                    claimed=_sum(it.amount.claimed for it in shares),
                    verified=_sum(it.amount.verified for it in shares),
                ),
                _sanctioned(found),
            ),
        }
        for (kind, key), shares in groups.items()
    ]
    return sorted(
        rows,
        key=lambda row: (
            -Decimal(row["claimed"]["crore"] or 0),
            row["kind"],
            (row["organisation"] or {}).get("reference", ""),
        ),
    )


def _share(amount: Amount, whole: Amount) -> Shape:
    return {
        "claimed": _part(amount.claimed, whole.claimed),
        "verified": _part(amount.verified, whole.verified),
    }


def _part(crore: Decimal | None, whole: Decimal | None) -> Shape:
    if crore is None or whole is None:
        return {"crore": places(crore), "per_cent": None}
    return {"crore": places(crore), "per_cent": places(per_cent(crore, whole))}


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [it for it in amounts if it is not None]
    return sum(known, Decimal(0)) if known else None


def _excess(it: Excess) -> Shape:
    return {"kind": it.kind.value, "than": it.than.value, "crore": places(it.crore)}
