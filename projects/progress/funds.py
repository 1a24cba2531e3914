"""Money as it stands on a day: the rules on fund lines in docs/rules/money.md, over lines that are loaded.

Sanctioned, released, spent and certified are four columns that are never added to one another; what is claimed stands
beside what is verified. A column without a line is not known, never 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.db.models import Q

from projects.choices import FundKind, FundSource
from projects.models import FundLine, Project, standing
from projects.models.projects import ProjectQuerySet
from projects.progress.arithmetic import half_up, per_cent

# Grants of these need a utilisation certificate (GFR 12-A); private money, loans and foreign money do not.
GOVERNMENT = (FundSource.BUDGET, FundSource.NMET, FundSource.ANRF, FundSource.STATE)
INVESTED = (FundSource.PRIVATE, FundSource.PSU)


@dataclass(frozen=True)
class Amount:
    """Crore rupees; `verified` is the part of `claimed` that a second person has confirmed. None: not known."""

    claimed: Decimal | None
    verified: Decimal | None


@dataclass(frozen=True)
class FundShare:
    """What one source, or one contributor, gives of a column; `key` is None where no contributor is stated."""

    key: Any
    amount: Amount
    claimed_per_cent: Decimal | None
    verified_per_cent: Decimal | None


@dataclass(frozen=True)
class Uncertified:
    """Government money that was released more than a year ago and for which no certificate is claimed."""

    source: FundSource
    crore: Decimal
    since: dt.date
    days: int


@dataclass(frozen=True)
class Excess:
    """More of `kind` than of `than` is on record: named, not refused, for the lines that explain it may be missing."""

    kind: FundKind
    than: FundKind
    is_verified: bool
    crore: Decimal


@dataclass(frozen=True)
class ProjectMoney:
    """The money of one project on a day."""

    as_of: dt.date
    columns: Mapping[FundKind, Amount]
    sources: tuple[FundShare, ...]
    """Of what is sanctioned."""
    contributors: tuple[FundShare, ...]
    """Of what is sanctioned, by the key of the organisation."""
    leverage: Amount
    """Private and public-sector money sanctioned for each rupee of government sanctioned; None where either is not known."""
    uncertified: tuple[Uncertified, ...]
    excesses: tuple[Excess, ...]
    claimed: frozenset[int]
    """Keys of the lines that count as claimed."""
    verified: frozenset[int]


@dataclass(frozen=True)
class ColumnTotal:
    """One column over several projects: plain sum − left out = total."""

    plain_sum: Decimal | None
    left_out: Decimal
    """Inside the parent's amounts of the same kind."""
    total: Decimal | None


FundTotals = Mapping[FundKind, tuple[ColumnTotal, ColumnTotal]]
"""(claimed, verified) of each column."""


@dataclass(frozen=True)
class ProgrammeMoney:
    """The money of several projects: each of those that have a line, and the totals as R10 counts them."""

    as_of: dt.date
    totals: FundTotals
    rows: tuple[tuple[Project, ProjectMoney], ...]


def project_money(lines: Sequence[FundLine], as_of: dt.date) -> ProjectMoney:
    """Return the columns, shares, leverage and warnings of one project; `lines` are all of its lines."""
    claimed, verified = claimed_lines(lines, as_of), verified_lines(lines, as_of)

    def column(kind: FundKind, sources: Iterable[str] = FundSource) -> Amount:
        chosen = tuple(sources)
        return Amount(
            claimed=_sum(row for row in claimed if row.kind == kind and row.source in chosen),
            verified=_sum(row for row in verified if row.kind == kind and row.source in chosen),
        )

    columns = {kind: column(kind) for kind in FundKind}
    given = [row for row in claimed if row.kind == FundKind.SANCTIONED]
    confirmed = [row for row in verified if row.kind == FundKind.SANCTIONED]
    invested, government = column(FundKind.SANCTIONED, INVESTED), column(FundKind.SANCTIONED, GOVERNMENT)
    return ProjectMoney(
        as_of=as_of,
        columns=columns,
        sources=_shares(given, confirmed, columns[FundKind.SANCTIONED], lambda row: row.source),
        contributors=_shares(given, confirmed, columns[FundKind.SANCTIONED], lambda row: row.contributor_id),
        leverage=Amount(
            claimed=_ratio(invested.claimed, government.claimed),
            verified=_ratio(invested.verified, government.verified),
        ),
        uncertified=tuple(_uncertified(claimed, as_of)),
        excesses=tuple(_excesses(columns)),
        claimed=frozenset(row.pk for row in claimed),
        verified=frozenset(row.pk for row in verified),
    )


def claimed_lines(lines: Sequence[FundLine], as_of: dt.date) -> list[FundLine]:
    """Return the lines dated up to the day that were neither returned nor replaced by a later one that counts."""
    return [row for row in standing.kept(lines, standing.is_open) if row.dated_on <= as_of]


def verified_lines(lines: Sequence[FundLine], as_of: dt.date) -> list[FundLine]:
    """Return the lines that were verified by the day and not replaced by a later one verified by then."""
    confirmed = standing.kept(lines, lambda row: standing.is_verified(row, as_of))
    return [row for row in confirmed if row.dated_on <= as_of]


def total(
    lines: Iterable[FundLine], projects: Iterable[int], parents: Mapping[int, int | None], kind: FundKind
) -> ColumnTotal:
    """Return one column over `projects` by the principle of R10; `lines` are those that count, their parents' too."""
    chosen = [row for row in lines if row.kind == kind]
    with_lines, counted = {row.project_id for row in chosen}, set(projects)
    mine = [row for row in chosen if row.project_id in counted]
    inside = [row for row in mine if parents.get(row.project_id) in with_lines]
    plain_sum, left_out = _sum(mine), _sum(inside) or Decimal(0)
    rest = [row for row in mine if parents.get(row.project_id) not in with_lines]
    return ColumnTotal(plain_sum=plain_sum, left_out=left_out, total=_sum(rest))


def fund_totals(projects: ProjectQuerySet, as_of: dt.date) -> FundTotals:
    """Return (claimed, verified) of each column over the projects; two queries."""
    return programme_money(projects, as_of).totals


def programme_money(projects: ProjectQuerySet, as_of: dt.date) -> ProgrammeMoney:
    """Return the totals over the projects and the money of each that has a line; two queries.

    A parent that is not among the projects still contains its children: its lines are read, but not counted.
    """
    chosen = list(projects)
    parents = {project.pk: project.parent_id for project in chosen}
    keys = {*parents, *(parent for parent in parents.values() if parent)}
    lines = list(FundLine.objects.filter(Q(project__in=keys)))
    claimed, verified = claimed_lines(lines, as_of), verified_lines(lines, as_of)
    own: dict[int, list[FundLine]] = {}
    for line in lines:
        own.setdefault(line.project_id, []).append(line)
    return ProgrammeMoney(
        as_of=as_of,
        totals={
            kind: (total(claimed, parents, parents, kind), total(verified, parents, parents, kind))
            for kind in FundKind
        },
        rows=tuple(
            (project, project_money(own[project.pk], as_of)) for project in chosen if project.pk in own
        ),
    )


def _sum(rows: Iterable[FundLine]) -> Decimal | None:
    amounts = [row.amount_crore for row in rows]
    return sum(amounts, Decimal(0)) if amounts else None


def _ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or not whole else half_up(Fraction(part) / Fraction(whole))


def _shares(
    claimed: Sequence[FundLine],
    verified: Sequence[FundLine],
    whole: Amount,
    key: Callable[[FundLine], Any],
) -> tuple[FundShare, ...]:
    """Return a share for each key that occurs, the largest claim first."""
    found = []
    for name in dict.fromkeys(key(row) for row in (*claimed, *verified)):
        amount = Amount(
            claimed=_sum(row for row in claimed if key(row) == name),
            verified=_sum(row for row in verified if key(row) == name),
        )
        found.append(
            FundShare(
                key=name,
                amount=amount,
                claimed_per_cent=_part(amount.claimed, whole.claimed),
                verified_per_cent=_part(amount.verified, whole.verified),
            )
        )
    return tuple(sorted(found, key=lambda it: (-(it.amount.claimed or Decimal(0)), str(it.key))))


def _part(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or whole is None else per_cent(part, whole)


def _excesses(columns: Mapping[FundKind, Amount]) -> Iterator[Excess]:
    for than, kind in pairwise(FundKind):
        more, less = columns[kind], columns[than]
        for is_verified, high, low in (
            (False, more.claimed, less.claimed),
            (True, more.verified, less.verified),
        ):
            if high is not None and low is not None and high > low:
                yield Excess(kind=kind, than=than, is_verified=is_verified, crore=high - low)


def _uncertified(claimed: Sequence[FundLine], as_of: dt.date) -> Iterator[Uncertified]:
    """Certificates of a source cover its oldest releases first; what is left of those older than a year is named."""
    for source in GOVERNMENT:
        lines = [row for row in claimed if row.source == source]
        covered = _sum(row for row in lines if row.kind == FundKind.CERTIFIED) or Decimal(0)
        old: list[tuple[dt.date, Decimal]] = []
        for row in sorted(lines, key=lambda row: (row.dated_on, row.pk)):
            if row.kind != FundKind.RELEASED:
                continue
            used = min(covered, row.amount_crore)
            covered -= used
            if row.amount_crore > used and _a_year_after(row.dated_on) < as_of:
                old.append((row.dated_on, row.amount_crore - used))
        if old:
            since = old[0][0]
            crore = sum((left for _day, left in old), Decimal(0))
            yield Uncertified(source=source, crore=crore, since=since, days=(as_of - since).days)


def _a_year_after(day: dt.date) -> dt.date:
    leap_day = (2, 29)
    if (day.month, day.day) == leap_day:
        return dt.date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)
