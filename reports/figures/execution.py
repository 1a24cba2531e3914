"""Where each project of a partner report stands, in one row: road, readiness, clearances, transfers, feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from projects.choices import TransferStage
from projects.models import Clearance, Project, Readiness, Transfer
from projects.models.transfer_steps import holdings
from projects.permissions import Actor
from projects.progress.clearances import clearance_figures
from projects.progress.mass_balance import MassBalance, mass_balances
from projects.progress.readiness_ladder import LadderStanding, project_readiness
from projects.progress.stages import Roadmap, road, with_road
from projects.progress.transfers import TransferStanding, transfer_standing
from reports.figures.shapes import Shape, date

TOTALS = ("clearances_open", "clearances_alarms", "transfers", "feed_excesses", "unassured")


def execution(as_of: dt.date, *, by: Actor) -> Shape:
    """Return a row for each project that `by` may see; few queries, whatever their number."""
    visible = Project.objects.visible_to(by).order_by("reference")
    projects = list(with_road(visible, by))
    readiness = _by_project(Readiness.objects.visible_to(by))
    clearances = _by_project(Clearance.objects.visible_to(by))
    standing: dict[int, list[TransferStanding]] = {}
    for held in holdings(Transfer.objects.visible_to(by)):
        standing.setdefault(held.transfer.project_id, []).append(transfer_standing(held, as_of))
    balances = mass_balances(projects, as_of, by)
    rows = [
        _row(
            road(project, as_of),
            readiness.get(project.pk, []),
            clearances.get(project.pk, []),
            standing.get(project.pk, []),
            balance,
        )
        for project, balance in zip(projects, balances, strict=True)
    ]
    return {
        "total": len(rows),
        "decided": sum(row["at_stage"] is not None for row in rows),
        **{name: sum(row[name] for row in rows) for name in TOTALS},
        "rows": rows,
    }


def _by_project(records: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for record in records:
        found.setdefault(record.project_id, []).append(record)
    return found


def _row(
    found: Roadmap,
    assessed: Sequence[Readiness],
    recorded: Sequence[Clearance],
    transfers: Sequence[TransferStanding],
    balance: MassBalance,
) -> Shape:
    readiness = project_readiness(assessed, found.as_of)
    clearances = clearance_figures(recorded, found.as_of)
    next_gate, standing = found.next_gate, found.standing
    plan = next_gate.forecast if next_gate else None
    return {
        "reference": found.project.reference,
        "name": found.project.name,
        "at_stage": standing.stage and standing.stage.value,
        "held": standing.is_held,
        "stopped": standing.is_stopped,
        "over_days": found.over_days,
        "next_gate": next_gate and next_gate.rule.gate.value,
        "next_planned": date(plan.planned_on, plan.precision) if plan else None,
        "next_overdue_days": next_gate.overdue_days if next_gate else None,
        "commercial": date(found.commercial_on, str(found.commercial_precision)),
        "trl_levels": _levels(readiness.trl),
        "mrl_levels": _levels(readiness.mrl),
        "clearances_open": clearances.open,
        "clearances_alarms": clearances.alarms,
        "transfers": len(transfers),
        "transfer_claimed": _furthest(it.claimed.stage for it in transfers if it.claimed),
        "transfer_verified": _furthest(it.verified.stage for it in transfers if it.verified),
        "feed_excesses": len(balance.excesses),
        "unassured": sum(not it.is_assured for it in balance.covers),
    }


def _levels(found: LadderStanding) -> Shape:
    return {
        "claimed": found.claimed.value if found.claimed else None,
        "verified": found.verified.value if found.verified else None,
    }


def _furthest(stages: Iterable[str]) -> str | None:
    """Return the furthest of the stages at which transfers now stand."""
    return max(stages, key=TransferStage.values.index, default=None)
