"""What sectors need against Indian output, as the programme report holds it."""

from __future__ import annotations

import datetime as dt

from projects.permissions import INTERNAL_SECTORS, Actor
from projects.progress.sectors import SectorBalance, sector_figures
from reports.figures.shapes import Shape, day, places, quantity, text


def sectors(as_of: dt.date, *, by: Actor) -> Shape:
    """Return each need with what was made for it.

    The needs of defence are internal: a programme report is carried beyond those who may see them.
    """
    balances = sector_figures(as_of, by).balances
    rows = [_row(it) for it in balances if it.need.sector not in INTERNAL_SECTORS]
    return {
        "total": len(rows),
        "claimed": sum(row["met"]["claimed"] is not None for row in rows),
        "verified": sum(row["met"]["verified"] is not None for row in rows),
        "rows": rows,
    }


def _row(it: SectorBalance) -> Shape:
    need = it.need
    return {
        "reference": need.reference,
        "sector": need.sector,
        "material": need.material,
        "period": need.period,
        "tonnes": quantity(need.tonnes),
        "serving": it.serving,
        "output": {"claimed": places(it.output.claimed), "verified": places(it.output.verified)},
        "met": {"claimed": places(it.claimed_per_cent), "verified": places(it.verified_per_cent)},
        "source_url": text(need.source_url),
        "as_of": day(need.as_of),
    }
