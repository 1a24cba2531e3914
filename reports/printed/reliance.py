"""Reliance on imports in words: what was worked out from what, and why where it was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from projects.progress.concentration import Band
from projects.progress.reliance import Doubt, Flow, Measure
from projects.reference_words import said
from reports.templatetags.snapshot import label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_reliance.html` reads beside the snapshot."""
    return {
        "bases": [
            {**row, "words": product(row), "base": base(row), "basis": _basis(row)}
            for row in found["bases"]["rows"]
        ],
        "suppliers": [*_worked_out(found), *_published(found)],
    }


def base(row: Snapshot) -> str:
    """Return what is counted: in which form, and whether weight or money."""
    form = label(row["form"], "RelianceForm") if row["form"] else _("form not stated")
    return f"{form}, {Measure(row['measure']).label}"


def _basis(row: Snapshot) -> str:
    """Return the inputs that are known, with the unit, and why there is no result where there is none."""
    parts = [
        f"{Flow(flow).label} {_amount(it['value'], row)}"
        for flow, it in row["inputs"].items()
        if it["value"] is not None
    ]
    if row["consumption"] is not None:
        parts.append(_("apparent consumption %(amount)s") % {"amount": _amount(row["consumption"], row)})
    if row["missing"]:
        names = ", ".join(str(Flow(flow).label) for flow in row["missing"])
        parts.append(_("not known: %(flows)s") % {"flows": names})
    return "; ".join([*parts, *(str(Doubt(doubt).label) for doubt in row["doubts"])])


def _amount(value: str, row: Snapshot) -> str:
    if row["measure"] == Measure.VALUE:
        return formats.crore(value)
    return _("%(amount)s t") % {"amount": formats.indian(value)}


def _worked_out(found: Snapshot) -> Iterator[Snapshot]:
    for row in found["bases"]["rows"]:
        if row["hhi"]:
            shares = [f"{it['name']} {formats.per_cent(it['share'])}" for it in row["suppliers"]]
            if row["unattributed"] != "0":
                rest = {"share": formats.per_cent(row["unattributed_share"])}
                shares.append(_("attributed to no country %(share)s") % rest)
            yield {
                "product": product(row),
                "period": row["period"],
                "shares": ", ".join(shares),
                "hhi": hhi(row["hhi"]),
                "bands": bands(row["hhi"]),
                "basis": base(row),
            }


def _published(found: Snapshot) -> Iterator[Snapshot]:
    points = {row["reference"]: row for row in found["rows"]}
    for row in found["shares"]:
        point = points[row["point"]]
        country = point["top_supplier"] or _("top supplier")
        yield {
            "product": product(point),
            "period": point["period"],
            "shares": f"{country} {formats.per_cent(row['top_share'])}",
            "hhi": hhi(row["hhi"]),
            "bands": bands(row["hhi"]),
            "basis": _("published share alone (%(record)s)") % {"record": row["point"]},
        }


def product(row: Snapshot) -> str:
    mineral = row["mineral"]
    if mineral is None or mineral["name"].casefold() in row["product"].casefold():
        return str(row["product"])
    return f"{said(mineral['name'])}: {row['product']}"


def hhi(found: Snapshot) -> str:
    """Return HHI, or the range between which it lies."""
    lowest, highest = (formats.indian(found[key], 0) for key in ("lowest", "highest"))
    if found["lowest"] == found["highest"]:
        return lowest
    return _("%(lowest)s to %(highest)s") % {"lowest": lowest, "highest": highest}


def bands(found: Snapshot) -> str:
    return _(" or ").join(str(Band(band).label) for band in found["bands"])
