"""The examples of docs/rules/money.md on fund lines: [kind, source, crore, day, verified on or null] each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.choices import FundKind
from projects.models import FundLine
from projects.progress.funds import claimed_lines, project_money, total


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of the lines: of one project, or of several with `parents`."""
    as_of = dt.date.fromisoformat(given["as_of"])
    if "parents" in given:
        return _totals(given, as_of)
    money = project_money([_line(number, 1, *row) for number, row in enumerate(given["lines"], 1)], as_of)
    return {
        "columns": {
            kind.value: [_text(it.claimed), _text(it.verified)] for kind, it in money.columns.items()
        },
        "shares": {str(it.key): _text(it.claimed_per_cent) for it in money.sources},
        "leverage": _text(money.leverage.claimed),
        "uncertified": [
            [it.source.value, _text(it.crore), it.since.isoformat(), it.days] for it in money.uncertified
        ],
        "excesses": [[it.kind.value, it.than.value, _text(it.crore)] for it in money.excesses],
    }


def _totals(given: dict[str, Any], as_of: dt.date) -> dict[str, Any]:
    keys = {name: number for number, name in enumerate(given["parents"], 1)}
    parents = {keys[name]: keys.get(parent) for name, parent in given["parents"].items()}
    lines = [_line(number, keys[name], *row) for number, (name, *row) in enumerate(given["lines"], 1)]
    found = total(claimed_lines(lines, as_of), parents, parents, FundKind(given["kind"]))
    return {
        "plain_sum": _text(found.plain_sum),
        "left_out": _text(found.left_out),
        "total": _text(found.total),
    }


def _line(
    number: int, project: int, kind: str, source: str, crore: str, day: str, verified_on: str | None = None
) -> FundLine:
    return FundLine(
        pk=number,
        project_id=project,
        kind=kind,
        source=source,
        amount_crore=Decimal(crore),
        dated_on=dt.date.fromisoformat(day),
        status="verified" if verified_on else "claimed",
        verified_on=dt.date.fromisoformat(verified_on) if verified_on else None,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
