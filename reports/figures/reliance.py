"""Reliance on imports, as the programme report holds it: what is published, and what is worked out from it by base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from projects.models import ReliancePoint
from projects.progress import RelianceFigures
from projects.progress.concentration import Band, Concentration, band_of, hhi_of_top_share
from projects.progress.reliance import Base, NetReliance
from projects.progress.reliance import reliance as worked_out
from reports.figures.shapes import Shape, day, mineral, places, quantity, text


def reliance(figures: RelianceFigures, as_of: dt.date) -> Shape:
    """Return every published figure, and by mineral and period what those known on the day tell of one base."""
    points = figures.rows
    subjects = worked_out(points, as_of).subjects
    bases = [_base(it) for subject in subjects for it in subject.bases]
    shares = [_share(point) for subject in subjects for point in subject.shares]
    return {
        "fully_imported": len(figures.fully_dependent),
        "rows": [_point(point) for point in points],
        "bases": {
            "total": len(bases),
            "known": sum(row["net_reliance"] is not None for row in bases),
            "concentrated": sum(row["hhi"] is not None for row in bases),
            "rows": bases,
        },
        "shares": shares,
    }


def _point(point: ReliancePoint) -> Shape:
    return {
        "reference": point.reference,
        "mineral": mineral(point.mineral),
        "product": point.product,
        "form": text(point.form),
        "hs_codes": text(point.hs_codes),
        "metric": point.metric,
        "period": point.period,
        "value": quantity(point.value),
        "unit": point.unit,
        "top_supplier": text(point.top_supplier),
        "supplier": text(point.supplier),
        "source_url": text(point.source_url),
        "as_of": day(point.as_of),
        "note": text(point.notes),
    }


def _base(found: NetReliance) -> Shape:
    base = found.base
    return {
        "code": code_of(base),
        "mineral": mineral(base.mineral),
        "product": base.product,
        "period": base.period,
        "form": text(base.form),
        "measure": base.measure.value,
        "unit": base.unit,
        "inputs": {
            flow.value: {
                "value": quantity(it.value),
                "points": sorted(point.reference for point in it.points),
            }
            for flow, it in found.inputs.items()
        },
        "missing": [flow.value for flow in found.missing],
        "doubts": [doubt.value for doubt in found.doubts],
        "consumption": quantity(found.consumption),
        "net_reliance": places(found.per_cent),
        **_suppliers(found.concentration),
        "published_shares": sorted(point.reference for point in found.published_share),
    }


def code_of(base: Base) -> str:
    """Return the name of a base in the changes since the last report; brackets would end it there."""
    product = base.product.replace("[", "(").replace("]", ")")
    return f"{product}/{base.period}/{base.form}/{base.measure.value}"


def _suppliers(found: Concentration | None) -> Shape:
    """Return each country's share of the imports and HHI; nothing where the suppliers are not known."""
    if found is None:
        return {"suppliers": [], "unattributed": None, "unattributed_share": None, "hhi": None}
    return {
        "suppliers": [
            {
                "name": it.country,
                "amount": quantity(it.quantity),
                "share": places(it.share),
                "point": it.point.reference,
            }
            for it in found.suppliers
        ],
        "unattributed": quantity(found.unattributed),
        "unattributed_share": places(found.unattributed_share),
        "hhi": _hhi(found.lowest, found.highest, found.bands),
    }


def _share(point: ReliancePoint) -> Shape:
    """Return a published share of the top supplier with the HHI that it leaves open."""
    lowest, highest = hhi_of_top_share(point.value)
    between = tuple(dict.fromkeys((band_of(lowest), band_of(highest))))
    bands = tuple(Band) if between == (Band.LOW, Band.HIGH) else between
    return {
        "code": f"{point.reference}/share",
        "point": point.reference,
        "top_share": places(point.value),
        "hhi": _hhi(lowest, highest, bands),
    }


def _hhi(lowest: Decimal, highest: Decimal, bands: Sequence[Band]) -> Shape:
    return {"lowest": places(lowest), "highest": places(highest), "bands": [it.value for it in bands]}
