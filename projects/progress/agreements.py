"""The agreement figures of docs/rules/agreements.md (rules R7, R8): what became of what was signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from projects.choices import AgreementStatus, Precision
from projects.fiscal import FinancialYear
from projects.models import Agreement, AgreementParty, Mineral
from projects.models.agreements import AgreementQuerySet
from projects.progress.agreement_life import Expiry, agreement_life
from projects.progress.arithmetic import Share, share, shares


@dataclass(frozen=True)
class AgreementRow:
    agreement: Agreement
    has_project: bool
    has_pilot: bool
    has_target: bool
    is_paper_only: bool
    days_since_signing: int | None
    """None when the signing date is not known to the day, or lies after the as-of date."""
    status: AgreementStatus
    """The status on the day (docs/rules/agreement_life.md), which is not always the recorded one."""
    expiry: Expiry
    """The last day as it was known on the day."""


@dataclass(frozen=True)
class MineralShare:
    """How many agreements name the mineral."""

    mineral: Mineral
    count: int


@dataclass(frozen=True)
class AgreementFigures:
    as_of: dt.date
    total: int
    with_project: Share
    with_pilot: Share
    with_target: Share
    milestone_only: Share
    """Neither a project nor paper only: touched by milestones. With `with_project` and `paper_only` the whole."""
    paper_only: Share
    by_type: tuple[Share, ...]
    by_level: tuple[Share, ...]
    by_binding: tuple[Share, ...]
    by_precision: tuple[Share, ...]
    """How exactly the signing date is known; code "" where there is none."""
    by_signing_year: tuple[Share, ...]
    """By the financial year of signing, oldest first; per cents are of the dated agreements."""
    by_country: tuple[Share, ...]
    """By partner country; code "" where none is stated."""
    by_mineral: tuple[MineralShare, ...]
    naming_no_mineral: int
    rows: tuple[AgreementRow, ...]

    @property
    def paper_only_rows(self) -> tuple[AgreementRow, ...]:
        return tuple(row for row in self.rows if row.is_paper_only)


def agreement_rows(agreements: AgreementQuerySet, as_of: dt.date) -> tuple[AgreementRow, ...]:
    """Return the rows of `agreements` on `as_of`; five queries, whatever their number."""
    parties = AgreementParty.objects.select_related("organisation")
    loaded = agreements.with_execution().prefetch_related(
        "minerals", "steps", "amendments", Prefetch("agreement_parties", queryset=parties)
    )
    return tuple(_row(agreement, as_of) for agreement in loaded)


def _row(agreement: Agreement, as_of: dt.date) -> AgreementRow:
    life = agreement_life(agreement, agreement.steps.all(), agreement.amendments.all(), (), (), as_of)
    return AgreementRow(
        agreement=agreement,
        has_project=agreement.has_project,  # type: ignore[attr-defined]
        has_pilot=agreement.has_pilot,  # type: ignore[attr-defined]
        has_target=agreement.has_target,  # type: ignore[attr-defined]
        is_paper_only=agreement.is_paper_only,  # type: ignore[attr-defined]
        days_since_signing=_days_since_signing(agreement, as_of),
        status=life.status,
        expiry=life.expiry,
    )


def _days_since_signing(agreement: Agreement, as_of: dt.date) -> int | None:
    if agreement.signed_on is None or agreement.signed_precision != Precision.DAY:
        return None
    return (as_of - agreement.signed_on).days if agreement.signed_on <= as_of else None


def agreement_figures(agreements: AgreementQuerySet, as_of: dt.date) -> AgreementFigures:
    """Return all agreement figures of the QuerySet on `as_of`."""
    rows = agreement_rows(agreements, as_of)
    total = len(rows)
    facts = [row.agreement for row in rows]
    years = [str(FinancialYear.of(fact.signed_on)) for fact in facts if fact.signed_on]

    def having(code: str, count: int) -> Share:
        return share(code, count, total)

    return AgreementFigures(
        as_of=as_of,
        total=total,
        with_project=having("with_project", sum(row.has_project for row in rows)),
        with_pilot=having("with_pilot", sum(row.has_pilot for row in rows)),
        with_target=having("with_target", sum(row.has_target for row in rows)),
        milestone_only=having(
            "milestone_only", sum(not row.has_project and not row.is_paper_only for row in rows)
        ),
        paper_only=having("paper_only", sum(row.is_paper_only for row in rows)),
        by_type=shares((fact.instrument for fact in facts), total),
        by_level=shares((fact.level for fact in facts), total),
        by_binding=shares((fact.binding for fact in facts), total),
        by_precision=shares((fact.signed_precision for fact in facts), total),
        by_signing_year=tuple(sorted(shares(years, len(years)), key=lambda it: it.code)),
        by_country=shares((fact.partner_country for fact in facts), total),
        by_mineral=_by_mineral(facts),
        naming_no_mineral=sum(not fact.minerals.all() for fact in facts),
        rows=rows,
    )


def _by_mineral(agreements: Sequence[Agreement]) -> tuple[MineralShare, ...]:
    counts: dict[Mineral, int] = {}
    for agreement in agreements:
        for mineral in agreement.minerals.all():
            counts[mineral] = counts.get(mineral, 0) + 1
    return tuple(
        MineralShare(mineral=mineral, count=count)
        for mineral, count in sorted(counts.items(), key=lambda it: (-it[1], it[0].name))
    )
