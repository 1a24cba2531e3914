"""The examples of docs/rules/reliance.md: [metric, value, unit, supplier] each, or a need and what was made for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.models import Project, ReliancePoint, SectorNeed
from projects.progress.reliance import net_reliances
from projects.progress.sectors import sector_balances
from tests.projects.rule_pages.mass_balance import measurement, target


def point(number: int, metric: str, value: str, unit: str, supplier: str = "", **more: Any) -> ReliancePoint:
    """Return a figure that is not saved."""
    given = {"product": "magnets", "period": "2024-25", **more}
    return ReliancePoint(
        pk=number,
        reference=f"REL-{number}",
        metric=metric,
        value=Decimal(value),
        unit=unit,
        supplier=supplier,
        **given,
    )


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of one base, or of one need."""
    if "need" in given:
        return _met(given)
    (it,) = net_reliances(point(number, *row) for number, row in enumerate(given["points"], 1))
    found: dict[str, Any] = {
        "per_cent": _text(it.per_cent),
        "consumption": _text(it.consumption),
        "missing": [flow.value for flow in it.missing],
        "doubts": [doubt.value for doubt in it.doubts],
    }
    if it.concentration:
        found |= {
            "shares": {supplier.country: _text(supplier.share) for supplier in it.concentration.suppliers},
            "unattributed": _text(it.concentration.unattributed),
            "hhi": [_text(it.concentration.lowest), _text(it.concentration.highest)],
            "bands": [band.value for band in it.concentration.bands],
        }
    return found


def _met(given: dict[str, Any]) -> dict[str, Any]:
    sector, period, tonnes = given["need"]
    need = SectorNeed(sector=sector, period=period, tonnes=Decimal(tonnes), material="ndfeb_magnet")
    targets, rows = [], []
    for number, (served, value, *verified) in enumerate(given["output"], 1):
        made = target("PRD-MAG", "t", key=number)
        made.project = Project(pk=number, sector=served, product="NdFeB magnets")
        targets.append(made)
        day = "2026-06-01" if verified else None
        rows.append(measurement(number, value, None, "2026-03-31", day, key=number))
    (it,) = sector_balances([need], targets, rows, dt.date.fromisoformat(given["as_of"]))
    return {
        "output": [_text(it.output.claimed), _text(it.output.verified)],
        "met": [_text(it.claimed_per_cent), _text(it.verified_per_cent)],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
