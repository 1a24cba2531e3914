"""What sectors need against what India makes for them: the rule in docs/rules/reliance.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from projects.choices import Material
from projects.fiscal import FinancialYear
from projects.models import Measurement, Project, SectorNeed, Target
from projects.permissions import Actor
from projects.progress.arithmetic import half_up, per_cent
from projects.progress.production import MADE, Tonnes, by_target, material_of, most_made
from projects.progress.targets import TargetRow, target_rows

# Targets that tell themselves how far a need is met; shown beside, for their share is not worked out here.
SHARES = ("INT-", "IMP-SHR")


@dataclass(frozen=True)
class SectorBalance:
    """One need against the output of the projects that serve the sector, in the year of the need."""

    need: SectorNeed
    output: Tonnes
    claimed_per_cent: Decimal | None
    verified_per_cent: Decimal | None
    rows: tuple[Measurement, ...]
    """The measurements that the claimed output is added up from."""
    serving: int
    """Projects that serve the sector and have a target for the material."""


@dataclass(frozen=True)
class SectorFigures:
    as_of: dt.date
    balances: tuple[SectorBalance, ...]
    targets: tuple[TargetRow, ...]


def sector_figures(as_of: dt.date, actor: Actor) -> SectorFigures:
    """Return the needs that the actor may see, with the output of the projects they may see; five queries at most."""
    needs = [
        need for need in SectorNeed.objects.visible_to(actor) if need.as_of is None or need.as_of <= as_of
    ]
    visible = Project.objects.visible_to(actor)
    targets = list(
        Target.objects.visible_to(actor)
        .filter(indicator__code__in=tuple(MADE), project__in=visible.exclude(sector="").values("pk"))
        .select_related("indicator", "project")
    )
    known = {target.pk for target in targets}
    measured = Measurement.objects.filter(target__indicator__code__in=tuple(MADE))
    measurements = [row for row in measured.exclude(target__project__sector="") if row.target_id in known]
    shares = Target.objects.visible_to(actor).filter(indicator__code__regex=f"^({'|'.join(SHARES)})")
    return SectorFigures(
        as_of=as_of,
        balances=sector_balances(needs, targets, measurements, as_of),
        targets=target_rows(shares, as_of),
    )


def sector_balances(
    needs: Sequence[SectorNeed],
    targets: Sequence[Target],
    measurements: Sequence[Measurement],
    as_of: dt.date,
) -> tuple[SectorBalance, ...]:
    """Return each need with what was made for it; targets bear their project and indicator."""
    rows = by_target(measurements)
    return tuple(_balance(need, targets, rows, as_of) for need in needs)


def _balance(
    need: SectorNeed, targets: Sequence[Target], rows: dict[int, list[Measurement]], as_of: dt.date
) -> SectorBalance:
    year, material = need.year or FinancialYear.of(as_of), Material(need.material)
    serving: dict[int, list[Target]] = {}
    for target in targets:
        project = target.project
        if project is None or project.sector != need.sector:
            continue
        if material_of(target, MADE, project.product) == material:
            serving.setdefault(project.pk, []).append(target)
    claimed, counted = _added(serving, rows, year, as_of, verified=False)
    verified, _rows = _added(serving, rows, year, as_of, verified=True)
    return SectorBalance(
        need=need,
        output=Tonnes(
            claimed=None if claimed is None else half_up(claimed),
            verified=None if verified is None else half_up(verified),
        ),
        claimed_per_cent=None if claimed is None else per_cent(claimed, need.tonnes),
        verified_per_cent=None if verified is None else per_cent(verified, need.tonnes),
        rows=counted,
        serving=len(serving),
    )


def _added(
    serving: dict[int, list[Target]],
    rows: dict[int, list[Measurement]],
    year: FinancialYear,
    as_of: dt.date,
    *,
    verified: bool,
) -> tuple[Fraction | None, tuple[Measurement, ...]]:
    """Add up the projects' output of the year; of a project's targets of one product the larger figure counts."""
    total: Fraction | None = None
    counted: list[Measurement] = []
    for targets in serving.values():
        best = most_made(targets, rows, year, as_of, verified=verified)
        if best.tonnes is not None:
            total = (total or Fraction(0)) + best.tonnes
            counted.extend(best.rows)
    return total, tuple(counted)
