"""Reliance on imports: what must agree in the report alone, and each base and share told again from the published figures.

Written apart from `projects.progress`, so that an error there does not repeat itself; docs/rules/reliance.md says the rules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError

from projects import units
from projects.models import ReliancePoint
from projects.permissions import Actor
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must

FLOW_OF = {
    "output_quantity": "output",
    "import_quantity": "imports",
    "import_value": "imports",
    "export_quantity": "exports",
    "stock_change": "stocks",
}
FLOWS = ("output", "imports", "exports", "stocks")
MEASURES = {"weight": "t", "value": "crore INR"}
MODERATE, HIGH = 1500, 2500
Rows = dict[str, list[tuple[ReliancePoint, Fraction]]]


# --- in the report alone ---


def identities(found: Snapshot) -> Iterator[Failure]:
    """Yield what contradicts itself: counts, a reliance that does not follow from its inputs, a share, an HHI, a band."""
    bases = found["bases"]
    rows = bases["rows"]
    whole = [
        it for it in found["rows"] if it["metric"] == "import_dependence" and Decimal(it["value"]) == 100
    ]
    yield Failure("reliance.fully_imported", found["fully_imported"], len(whole))
    yield Failure("reliance.bases.total", bases["total"], len(rows))
    known = sum(row["net_reliance"] is not None for row in rows)
    yield Failure("reliance.bases.known", bases["known"], known)
    concentrated = sum(row["hhi"] is not None for row in rows)
    yield Failure("reliance.bases.concentrated", bases["concentrated"], concentrated)
    published = {row["reference"]: row for row in found["rows"]}
    for row in rows:
        name = f"reliance.bases.{row['code']}"
        used = {point for flow in FLOWS for point in row["inputs"][flow]["points"]}
        yield must(f"{name}: of what is published", used | set(row["published_shares"]) <= published.keys())
        for flow in FLOWS:
            it = row["inputs"][flow]
            value = _of_points(
                [published[point] for point in it["points"] if point in published], row["unit"]
            )
            yield Failure(f"{name}.inputs.{flow}.value", it["value"], value)
        missing = [flow for flow in FLOWS if not row["inputs"][flow]["points"]]
        yield Failure(f"{name}.missing", row["missing"], missing)
        values = {flow: row["inputs"][flow]["value"] for flow in FLOWS}
        consumption, share = _net({flow: Fraction(it) for flow, it in values.items() if it is not None})
        sound = not set(row["doubts"]) & {"contradiction", "codes"}
        yield Failure(f"{name}.consumption", row["consumption"], consumption if sound else None)
        yield Failure(f"{name}.net_reliance", row["net_reliance"], share if sound else None)
        yield from _suppliers_agree(name, row)
    for row in found["shares"]:
        yield from _hhi_agrees(f"reliance.shares.{row['code']}", row["hhi"])
        told = _hhi_of_top(Fraction(row["top_share"]))
        yield Failure(f"reliance.shares.{row['code']}.top_share, hhi", row["hhi"], told)
        point = published.get(row["point"])
        share = _two(Fraction(point["value"])) if point else None
        yield Failure(f"reliance.shares.{row['code']}.top_share", row["top_share"], share)


def _of_points(rows: Sequence[Snapshot], unit: str) -> str | None:
    """Return what the published figures of one input say; None where there is none, or two say different things."""
    values = {units.convert(Decimal(row["value"]), row["unit"], unit) for row in rows}
    return _exact(Fraction(values.pop())) if len(values) == 1 else None


def _suppliers_agree(name: str, row: Snapshot) -> Iterator[Failure]:
    yield Failure(f"{name}.hhi", row["hhi"] is not None, bool(row["suppliers"]))
    if row["hhi"] is None:
        yield Failure(f"{name}.unattributed", row["unattributed"], None)
        yield Failure(f"{name}.unattributed_share", row["unattributed_share"], None)
        return
    imports = Fraction(row["inputs"]["imports"]["value"])
    amounts = [Fraction(it["amount"]) for it in row["suppliers"]]
    for it in row["suppliers"]:
        share = _two(Fraction(it["amount"]) * 100 / imports)
        yield Failure(f"{name}.suppliers.{it['name']}.amount, share", it["share"], share)
    told = _concentration(amounts, imports)
    for key in ("unattributed", "unattributed_share", "hhi"):
        yield Failure(f"{name}.{key}", row[key], told[key])
    yield from _hhi_agrees(name, row["hhi"])


def _hhi_agrees(name: str, hhi: Snapshot) -> Iterator[Failure]:
    lowest, highest = Decimal(hhi["lowest"]), Decimal(hhi["highest"])
    yield must(f"{name}.hhi.lowest, highest: in order", 0 <= lowest <= highest <= 10_000)
    yield Failure(f"{name}.hhi.bands", hhi["bands"], _bands(lowest, highest))


# --- told again from the records ---


def told(as_of: dt.date, *, by: Actor) -> tuple[list[Snapshot], list[Snapshot]]:
    """Return the bases, and what each published share of a top supplier leaves open, as the records tell them."""
    rows = ReliancePoint.objects.visible_to(by).select_related("mineral").order_by("reference")
    known = [row for row in rows if row.as_of is None or row.as_of <= as_of]
    bases: list[Snapshot] = []
    shares: list[Snapshot] = []
    for subject in _subjects(known):
        bases += _bases(subject)
        published = [row for row in subject if row.metric == "supplier_share"]
        shares += map(_share, sorted(published, key=lambda it: (-it.value, it.reference)))
    return bases, shares


def _share(row: ReliancePoint) -> Snapshot:
    return {
        "code": f"{row.reference}/share",
        "point": row.reference,
        "top_share": _two(Fraction(row.value)),
        "hhi": _hhi_of_top(Fraction(row.value)),
    }


def _subjects(rows: Iterable[ReliancePoint]) -> list[list[ReliancePoint]]:
    """Return the figures of each mineral, and of each product without one, by name."""
    found: dict[tuple[bool, str], list[ReliancePoint]] = {}
    for row in rows:
        key = (True, row.product.casefold()) if row.mineral is None else (False, row.mineral.reference)
        found.setdefault(key, []).append(row)

    def place(own: list[ReliancePoint]) -> tuple[bool, str]:
        first = own[0]
        return first.mineral is None, (first.mineral.name if first.mineral else first.product).casefold()

    return sorted(found.values(), key=place)


def _bases(subject: Sequence[ReliancePoint]) -> list[Snapshot]:
    """Return a row for each product, period, form and measure of which a flow or a supplier is on record, the latest first."""
    groups: dict[tuple[str, str, str, str], Rows] = {}
    for row in subject:
        measure = _measure(row)
        part = FLOW_OF.get(row.metric, "suppliers" if row.metric == "supplier_quantity" else "")
        if measure and part:
            key = (row.product.casefold(), row.period, row.form, measure)
            amount = Fraction(units.convert(row.value, row.unit, MEASURES[measure]))
            groups.setdefault(key, {}).setdefault(part, []).append((row, amount))
    made = []
    for key in sorted(groups, key=lambda it: (it[0], it[2], it[3])):
        like = [row for row in subject if (row.product.casefold(), row.period, row.form) == key[:3]]
        shares = [row.reference for row in like if row.metric == "supplier_share"]
        made.append((_place(key[1]), _base(groups[key], key[3], sorted(shares))))
    return [row for _when, row in sorted(made, key=lambda it: it[0], reverse=True)]


def _place(period: str) -> tuple[bool, str]:
    found = re.fullmatch(r"(\d{4})-(\d\d)", period)
    return bool(found and (int(found[1]) + 1) % 100 == int(found[2])), period


def _measure(row: ReliancePoint) -> str | None:
    for measure, unit in MEASURES.items():
        try:
            units.convert(row.value, row.unit, unit)
        except ValidationError:
            continue
        return measure
    return None


def _base(rows: Rows, measure: str, published: list[str]) -> Snapshot:
    first = min((point for part in rows.values() for point, _amount in part), key=lambda it: it.reference)
    amounts = {flow: {amount for _point, amount in rows.get(flow, ())} for flow in FLOWS}
    values = {flow: next(iter(found)) for flow, found in amounts.items() if len(found) == 1}
    doubts = []
    if any(len(found) > 1 for found in amounts.values()):
        doubts.append("contradiction")
    if len(_codes(rows)) > 1:
        doubts.append("codes")
    consumption, share = (None, None) if doubts else _net(values)
    if consumption is not None and share is None:
        doubts.append("no_consumption")
    found = _suppliers(rows.get("suppliers", []), values.get("imports"))
    if found is None:
        doubts.append("too_much")
        found = _suppliers([], None) or {}
    product = first.product.replace("[", "(").replace("]", ")")
    return {
        "code": f"{product}/{first.period}/{first.form}/{measure}",
        "mineral": _mineral(first),
        "product": first.product,
        "period": first.period,
        "form": first.form or None,
        "measure": measure,
        "unit": MEASURES[measure],
        "inputs": {
            flow: {
                "value": _exact(values.get(flow)),
                "points": sorted(point.reference for point, _amount in rows.get(flow, ())),
            }
            for flow in FLOWS
        },
        "missing": [flow for flow in FLOWS if flow not in rows],
        "doubts": doubts,
        "consumption": consumption,
        "net_reliance": share,
        **found,
        "published_shares": published,
    }


def _mineral(row: ReliancePoint) -> Snapshot | None:
    it = row.mineral
    return {"reference": it.reference, "name": it.name, "symbol": it.symbol or None} if it else None


def _codes(rows: Rows) -> set[frozenset[str]]:
    traded = [point for flow in ("imports", "exports") for point, _amount in rows.get(flow, ())]
    return {frozenset(re.findall(r"[^\s,]+", point.hs_codes)) for point in traded if point.hs_codes}


def _net(values: dict[str, Fraction]) -> tuple[str | None, str | None]:
    """Return consumption and net import reliance where all four flows are known, no share where nothing is consumed."""
    if set(values) != set(FLOWS):
        return None, None
    net = values["imports"] - values["exports"] + values["stocks"]
    consumption = values["output"] + net
    return _exact(consumption), _two(net * 100 / consumption) if consumption > 0 else None


def _suppliers(rows: Sequence[tuple[ReliancePoint, Fraction]], imports: Fraction | None) -> Snapshot | None:
    """Return what each country supplies; None where they add up to more than the imports."""
    if not rows or not imports:
        return {"suppliers": [], "unattributed": None, "unattributed_share": None, "hhi": None}
    largest: dict[str, tuple[ReliancePoint, Fraction]] = {}
    for point, amount in rows:
        there = largest.get(point.supplier.casefold())
        if there is None or amount > there[1]:
            largest[point.supplier.casefold()] = (point, amount)
    amounts = [amount for _point, amount in largest.values()]
    if sum(amounts) > imports:
        return None
    in_order = sorted(largest.values(), key=lambda it: (-it[1], it[0].supplier.casefold()))
    suppliers = [
        {
            "name": point.supplier,
            "amount": _exact(amount),
            "share": _two(amount * 100 / imports),
            "point": point.reference,
        }
        for point, amount in in_order
    ]
    return {"suppliers": suppliers, **_concentration(amounts, imports)}


def _concentration(amounts: Sequence[Fraction], imports: Fraction) -> Snapshot:
    """The rest is nobody's: from very many countries it adds nothing, from one its square."""
    rest = imports - sum(amounts)
    squares = sum(((it / imports * 100) ** 2 for it in amounts), Fraction(0))
    return {
        "unattributed": _exact(rest),
        "unattributed_share": _two(rest / imports * 100),
        "hhi": _hhi(squares, squares + (rest / imports * 100) ** 2),
    }


def _hhi_of_top(share: Fraction) -> Snapshot:
    """All others are very small, or as large as the top one as often as they can be."""
    if share == 0:
        return _hhi(Fraction(0), Fraction(0))
    alike = 100 // share
    return _hhi(share * share, alike * share * share + (100 - alike * share) ** 2)


def _hhi(lowest: Fraction, highest: Fraction) -> Snapshot:
    found = {"lowest": _two(lowest), "highest": _two(highest)}
    return {**found, "bands": _bands(Decimal(found["lowest"]), Decimal(found["highest"]))}


def _bands(lowest: Decimal, highest: Decimal) -> list[str]:
    """Return every band that the range touches."""
    bounds = (("low", Decimal(0), MODERATE), ("moderate", MODERATE, HIGH), ("high", HIGH, 10_001))
    found = []
    for name, low, high in bounds:
        begins = highest >= low if name != "high" else highest > low
        ends = lowest <= high if name == "moderate" else lowest < high
        if begins and ends:
            found.append(name)
    return found


def _exact(value: Any) -> str | None:
    if value is None:
        return None
    text = f"{units.as_decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _two(value: Fraction) -> str:
    return f"{half_up(value):f}"
