"""The sections of a transfer report: which agreements name a technology, and what shows that it moved across."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from projects.choices import Precision
from projects.permissions import Actor
from projects.progress import TargetRow
from projects.progress.transfer import (
    FAMILIES,
    Proof,
    Standing,
    TechnologyRow,
    TransferFigures,
    transfer_figures,
)
from reports.figures.agreement import party
from reports.figures.life import life_line
from reports.figures.milestones import in_order, milestones, revisions
from reports.figures.programme import provenance
from reports.figures.readiness import readiness
from reports.figures.shapes import Shape, date, day, instrument, mineral, text
from reports.figures.targets import targets
from reports.figures.transfers import transfers
from reports.periods import Period


def transfer_snapshot(as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the scorecard of technology transfer, of what `by` may see, as it stands on `as_of`."""
    figures = transfer_figures(as_of, by)
    return {
        "technology": _technology(figures),
        "transfers": transfers(figures.held, figures.transfers),
        "readiness": readiness(figures.readiness, as_of)
        | {"projects": figures.projects_total, "silent": figures.projects_total - len(figures.readiness)},
        "indicators": _indicators(figures),
        "results": _results(figures),
        "milestones": milestones(figures.milestones, period) | {"rows": in_order(figures.milestones)},
        "revisions": revisions(figures.milestones.rows),
        "targets": targets(figures.targets),
        "provenance": provenance(figures.provenance),
    }


def _technology(figures: TransferFigures) -> Shape:
    rows = figures.rows
    definitive = sum(row.is_definitive for row in rows)
    proof = {it.value: sum(row.proof == it for row in rows) for it in Proof}
    return {
        "agreements": figures.agreements_total,
        "total": len(rows),
        "others": figures.agreements_total - len(rows),
        "definitive": definitive,
        "intents": len(rows) - definitive,
        "with_project": sum(bool(row.projects) for row in rows),
        "standing": {it.value: sum(row.standing == it for row in rows) for it in Standing},
        "proof": proof,
        "unproven": len(rows) - proof[Proof.VERIFIED],
        "rows": [_technology_row(row) for row in rows],
    }


def _technology_row(row: TechnologyRow) -> Shape:
    fact = row.row.agreement
    return {
        **instrument(fact),
        "definitive": row.is_definitive,
        "named_by": list(row.named_by),
        "standing": row.standing.value,
        "country": text(fact.partner_country),
        "signed": date(fact.signed_on, fact.signed_precision),
        "effective": date(fact.effective_on, Precision.DAY),
        "expires": date(fact.expires_on, Precision.DAY),
        "life": life_line(row.row),
        "days": row.row.days_since_signing,
        "parties": [party(it) for it in fact.agreement_parties.all()],
        "minerals": [mineral(it) for it in fact.minerals.all()],
        "projects": [
            {"reference": project.reference, "name": project.name, "phase": text(project.phase)}
            for project in row.projects
        ],
        "milestones": [it.milestone.reference for it in row.milestones],
        "targets": [it.target.reference for it in row.targets],
        "transfers": [it.transfer.reference for it in row.transfers],
        "proof": row.proof.value,
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }


def _indicators(figures: TransferFigures) -> Shape:
    families = [{"code": prefix.rstrip("-"), **_tally(figures.of_family(prefix))} for prefix in FAMILIES]
    return {
        **{name: sum(family[name] for family in families) for name in ("total", "claimed", "verified")},
        "families": families,
    }


def _results(figures: TransferFigures) -> Shape:
    """Return capacity and production: apart what stands under a technology agreement and what does not."""
    under = figures.results_under_agreements
    keys = {row.target.pk for row in under}
    return {
        "under": _tally(under),
        "other": _tally([row for row in figures.results if row.target.pk not in keys]),
    }


def _tally(rows: Sequence[TargetRow]) -> Shape:
    """Count rows that stand in `targets.rows`, and name them: first those with a reported value."""
    ordered = sorted(
        rows, key=lambda row: (row.claimed is None and row.verified is None, row.target.reference)
    )
    return {
        "total": len(ordered),
        "claimed": sum(row.claimed is not None for row in ordered),
        "verified": sum(row.verified is not None for row in ordered),
        "rows": [row.target.reference for row in ordered],
    }
