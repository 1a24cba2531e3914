"""Net import reliance, suppliers and their concentration: the rules of docs/rules/reliance.md, over points that are loaded.

A figure is worked out only where all its inputs are known for one base: the same product, period, form and measure
(weight or value). What is published is shown beside it and never mixed with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects import units
from projects.choices import RelianceForm, RelianceMetric
from projects.models import Mineral, ReliancePoint
from projects.models.reliance import financial_year
from projects.progress.arithmetic import half_up
from projects.progress.concentration import Concentration, concentrate, hhi_of_top_share


class Measure(TextChoices):
    """What is added up: tonnes and rupees are two bases."""

    WEIGHT = "weight", _("weight")
    VALUE = "value", _("money value")


class Flow(TextChoices):
    """What net import reliance is worked out from."""

    OUTPUT = "output", _("output in India")
    IMPORTS = "imports", _("imports")
    EXPORTS = "exports", _("exports")
    STOCKS = "stocks", _("fall of stocks")


class Doubt(TextChoices):
    """Why a figure cannot be told though its inputs are there."""

    CONTRADICTION = "contradiction", _("two sources give two figures")
    CODES = "codes", _("the figures cover different HS codes")
    NO_CONSUMPTION = "no_consumption", _("there is no consumption")
    TOO_MUCH = "too_much", _("the suppliers add up to more than the imports")


FLOWS = {
    RelianceMetric.OUTPUT_QUANTITY: Flow.OUTPUT,
    RelianceMetric.IMPORT_QUANTITY: Flow.IMPORTS,
    RelianceMetric.IMPORT_VALUE: Flow.IMPORTS,
    RelianceMetric.EXPORT_QUANTITY: Flow.EXPORTS,
    RelianceMetric.STOCK_CHANGE: Flow.STOCKS,
}
TRADED = (Flow.IMPORTS, Flow.EXPORTS)
MEASURES = {"t": Measure.WEIGHT, "crore INR": Measure.VALUE}


@dataclass(frozen=True)
class Base:
    """What is compared: only figures of one base are put into one formula."""

    mineral: Mineral | None
    product: str
    period: str
    form: str
    measure: Measure

    @property
    def unit(self) -> str:
        return "t" if self.measure == Measure.WEIGHT else "crore INR"

    @property
    def place(self) -> tuple[bool, str]:
        """Its place in time: whole financial years in their order, after all periods that are worded otherwise."""
        return financial_year(self.period) is not None, self.period

    @property
    def form_label(self) -> str:
        return str(RelianceForm(self.form).label) if self.form else ""


@dataclass(frozen=True)
class Input:
    """One input of the formula, in the unit of its base; None where it is not known or contradicted."""

    flow: Flow
    value: Decimal | None
    points: tuple[ReliancePoint, ...]


@dataclass(frozen=True)
class NetReliance:
    """Net import reliance of one base."""

    base: Base
    inputs: Mapping[Flow, Input]
    missing: tuple[Flow, ...]
    doubts: tuple[Doubt, ...]
    consumption: Decimal | None
    per_cent: Decimal | None
    """Below 0: more goes out than comes in."""
    concentration: Concentration | None
    published_share: tuple[ReliancePoint, ...]
    """The share of the top supplier as published."""
    points: tuple[ReliancePoint, ...]

    @property
    def hs_codes(self) -> str:
        return ", ".join(dict.fromkeys(point.hs_codes for point in self.points if point.hs_codes))


@dataclass(frozen=True)
class Subject:
    """A mineral, or a product without one, with everything that is recorded of it."""

    key: str
    """The mineral's reference, else that of the product's first point."""
    mineral: Mineral | None
    name: str
    bases: tuple[NetReliance, ...]
    published: tuple[ReliancePoint, ...]
    """Import dependence as published; beside what is worked out, never mixed with it."""
    shares: tuple[ReliancePoint, ...]
    """Shares of the top supplier as published, the largest first."""
    points: tuple[ReliancePoint, ...]

    @property
    def known(self) -> tuple[NetReliance, ...]:
        return tuple(it for it in self.bases if it.per_cent is not None)

    @property
    def latest(self) -> NetReliance | None:
        """The reliance of the last period for which it can be worked out."""
        return max(self.known, key=lambda it: it.base.place, default=None)

    @property
    def hhi_of_top(self) -> tuple[Decimal, Decimal] | None:
        """Between what HHI lies by the largest published share of a top supplier."""
        return hhi_of_top_share(self.shares[0].value) if self.shares else None

    @property
    def concentrated(self) -> NetReliance | None:
        """The suppliers of the last period for which they are known."""
        found = [it for it in self.bases if it.concentration is not None]
        return max(found, key=lambda it: it.base.place, default=None)


@dataclass(frozen=True)
class RelianceSummary:
    as_of: dt.date
    subjects: tuple[Subject, ...]
    total: int
    """Points that were known on the day."""

    def of(self, key: str) -> Subject | None:
        return next((it for it in self.subjects if it.key == key), None)


@dataclass
class _Rows:
    flows: dict[Flow, list[ReliancePoint]] = field(default_factory=dict)
    suppliers: list[ReliancePoint] = field(default_factory=list)
    shares: list[ReliancePoint] = field(default_factory=list)


def reliance(points: Iterable[ReliancePoint], as_of: dt.date) -> RelianceSummary:
    """Return what the points tell on a day: those whose own day lies after it are not yet known."""
    known = [point for point in points if point.as_of is None or point.as_of <= as_of]
    grouped: dict[str, list[ReliancePoint]] = {}
    names: dict[str, str] = {}
    for point in known:
        if point.mineral is not None:
            key = point.mineral.reference
        else:
            key = names.setdefault(point.product.casefold(), point.reference)
        grouped.setdefault(key, []).append(point)
    subjects = [_subject(key, members) for key, members in grouped.items()]
    subjects.sort(key=lambda it: (it.mineral is None, it.name.casefold()))
    return RelianceSummary(as_of=as_of, subjects=tuple(subjects), total=len(known))


def _subject(key: str, points: Sequence[ReliancePoint]) -> Subject:
    first = points[0]
    return Subject(
        key=key,
        mineral=first.mineral,
        name=first.mineral.name if first.mineral else first.product,
        bases=net_reliances(points),
        published=tuple(it for it in points if it.metric == RelianceMetric.IMPORT_DEPENDENCE),
        shares=tuple(
            sorted(
                (it for it in points if it.metric == RelianceMetric.SUPPLIER_SHARE),
                key=lambda it: (-it.value, it.reference),
            )
        ),
        points=tuple(points),
    )


def net_reliances(points: Iterable[ReliancePoint]) -> tuple[NetReliance, ...]:
    """Return the reliance of each base for which a flow or a supplier is recorded, the latest period first."""
    found: dict[tuple[int | None, str, str, str, Measure], _Rows] = {}
    first: dict[tuple[int | None, str, str, str, Measure], Base] = {}
    shares: list[ReliancePoint] = []
    for point in points:
        if point.metric == RelianceMetric.SUPPLIER_SHARE:
            shares.append(point)
            continue
        measure = _measure(point)
        flow = FLOWS.get(RelianceMetric(point.metric))
        if measure is None or (flow is None and point.metric != RelianceMetric.SUPPLIER_QUANTITY):
            continue
        key = (point.mineral_id, point.product.casefold(), point.period, point.form, measure)
        first.setdefault(key, Base(point.mineral, point.product, point.period, point.form, measure))
        rows = found.setdefault(key, _Rows())
        if flow is None:
            rows.suppliers.append(point)
        else:
            rows.flows.setdefault(flow, []).append(point)
    for share in shares:
        for key, rows in found.items():
            if key[:4] == (share.mineral_id, share.product.casefold(), share.period, share.form):
                rows.shares.append(share)
    made = [_net(first[key], rows) for key, rows in found.items()]
    made.sort(key=lambda it: (it.base.product.casefold(), it.base.form, it.base.measure))
    return tuple(sorted(made, key=lambda it: it.base.place, reverse=True))


def _net(base: Base, rows: _Rows) -> NetReliance:
    inputs = {flow: _input(flow, base, rows.flows.get(flow, [])) for flow in Flow}
    missing = tuple(flow for flow, it in inputs.items() if not it.points)
    doubts = list(_doubts(inputs))
    values = {flow: Fraction(it.value) for flow, it in inputs.items() if it.value is not None}
    consumption = share = None
    if len(values) == len(Flow) and not doubts:
        net = values[Flow.IMPORTS] - values[Flow.EXPORTS] + values[Flow.STOCKS]
        total = values[Flow.OUTPUT] + net
        consumption = units.as_decimal(total)
        if total > 0:
            share = half_up(100 * net / total)
        else:
            doubts.append(Doubt.NO_CONSUMPTION)
    concentration = None
    if rows.suppliers and (imports := inputs[Flow.IMPORTS].value):
        concentration = concentrate(((point, _value(point, base)) for point in rows.suppliers), imports)
        if concentration is None:
            doubts.append(Doubt.TOO_MUCH)
    return NetReliance(
        base=base,
        inputs=inputs,
        missing=missing,
        doubts=tuple(doubts),
        consumption=consumption,
        per_cent=share,
        concentration=concentration,
        published_share=tuple(rows.shares),
        points=tuple(point for it in inputs.values() for point in it.points)
        + tuple(rows.suppliers)
        + tuple(rows.shares),
    )


def _input(flow: Flow, base: Base, points: Sequence[ReliancePoint]) -> Input:
    values = {_value(point, base) for point in points}
    return Input(flow=flow, value=values.pop() if len(values) == 1 else None, points=tuple(points))


def _doubts(inputs: Mapping[Flow, Input]) -> Iterator[Doubt]:
    if any(it.points and it.value is None for it in inputs.values()):
        yield Doubt.CONTRADICTION
    codes = {_codes(point) for flow in TRADED for point in inputs[flow].points if point.hs_codes}
    if len(codes) > 1:
        yield Doubt.CODES


def _codes(point: ReliancePoint) -> frozenset[str]:
    return frozenset(filter(None, point.hs_codes.replace(",", " ").split()))


def _measure(point: ReliancePoint) -> Measure | None:
    return next((it for unit, it in MEASURES.items() if units.convertible(point.unit, unit)), None)


def _value(point: ReliancePoint, base: Base) -> Decimal:
    try:
        return units.convert(point.value, point.unit, base.unit)
    except ValidationError as error:  # the base was made from the unit, so it converts
        raise AssertionError(point.unit) from error
