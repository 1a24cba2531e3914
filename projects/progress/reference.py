"""Import reliance and the official lists of minerals, as they stand on a day."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.choices import RelianceMetric
from projects.models import Mineral, MineralListing, ReliancePoint
from projects.models.reference import OpenQuerySet
from projects.progress.arithmetic import per_cent

WHOLE_DEPENDENCE = Decimal(100)


@dataclass(frozen=True)
class Change:
    """What a yearly figure did from one financial year to the next that is published."""

    earlier: ReliancePoint
    later: ReliancePoint
    per_cent: Decimal | None

    @property
    def sign(self) -> str:
        """A plus before a growth; a fall bears its minus itself."""
        return "+" if self.per_cent is not None and self.per_cent > 0 else ""


@dataclass(frozen=True)
class Series:
    """The published figures on one product by one metric in one unit and form; only these can be compared."""

    mineral: Mineral | None
    product: str
    metric: str
    unit: str
    points: tuple[ReliancePoint, ...]
    """Whole financial years first, in their order; then all other periods as they were worded."""
    changes: tuple[Change, ...]

    @property
    def form_label(self) -> str:
        """In which form it is counted, "" where the source does not say."""
        return self.points[0].get_form_display()

    @property
    def latest_change(self) -> Change | None:
        return self.changes[-1] if self.changes else None


@dataclass(frozen=True)
class RelianceFigures:
    total: int
    fully_dependent: tuple[ReliancePoint, ...]
    """The minerals of which India imports all it needs."""
    series: tuple[Series, ...]
    rows: tuple[ReliancePoint, ...]

    def of(self, product: str, metric: str) -> Series | None:
        """Return the series of a product by a metric, None where nothing is published."""
        return next((it for it in self.series if it.product == product and it.metric == metric), None)


def reliance_figures(points: OpenQuerySet) -> RelianceFigures:
    """Return the reliance figures of the QuerySet; one query."""
    rows = tuple(points.select_related("mineral"))
    grouped: dict[tuple[int | None, str, str, str, str, str], list[ReliancePoint]] = {}
    for point in rows:
        like = (point.product, point.metric, point.unit, point.form, point.supplier)
        grouped.setdefault((point.mineral_id, *like), []).append(point)
    return RelianceFigures(
        total=len(rows),
        fully_dependent=tuple(
            point
            for point in rows
            if point.metric == RelianceMetric.IMPORT_DEPENDENCE and point.value == WHOLE_DEPENDENCE
        ),
        series=tuple(_series(members) for members in grouped.values()),
        rows=rows,
    )


def _series(members: Sequence[ReliancePoint]) -> Series:
    years = sorted((point for point in members if _whole_year(point)), key=lambda point: point.period)
    others = [point for point in members if not _whole_year(point)]
    first = members[0]
    return Series(
        mineral=first.mineral,
        product=first.product,
        metric=first.metric,
        unit=first.unit,
        points=(*years, *others),
        changes=tuple(
            Change(
                earlier=earlier,
                later=later,
                per_cent=per_cent(later.value - earlier.value, earlier.value),
            )
            for earlier, later in itertools.pairwise(years)
        ),
    )


def _whole_year(point: ReliancePoint) -> bool:
    """Whether the period is one financial year, as in 2024-25; "about 2023-24" or "H1" is compared with nothing."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", point.period)
    return bool(found) and (int(found[1]) + 1) % 100 == int(found[2])  # type: ignore[index]


@dataclass(frozen=True)
class MineralFigures:
    """The two official lists on a day, by name."""

    total: int
    critical_30: tuple[Mineral, ...]
    mmdr_part_d: tuple[Mineral, ...]
    in_both: tuple[Mineral, ...]
    only_critical_30: tuple[Mineral, ...]
    only_mmdr_part_d: tuple[Mineral, ...]
    in_neither: tuple[Mineral, ...]


def mineral_figures(minerals: OpenQuerySet, as_of: dt.date) -> MineralFigures:
    """Return which minerals stand in which list on `as_of`; two queries."""
    rows = tuple(minerals)
    held = MineralListing.objects.in_force(as_of).values_list("mineral_id", "official_list")
    lists = MineralListing.OfficialList
    critical = {mineral for mineral, name in held if name == lists.CRITICAL_30}
    part_d = {mineral for mineral, name in held if name == lists.MMDR_PART_D}

    def named(keys: set[int]) -> tuple[Mineral, ...]:
        return tuple(mineral for mineral in rows if mineral.pk in keys)

    return MineralFigures(
        total=len(rows),
        critical_30=named(critical),
        mmdr_part_d=named(part_d),
        in_both=named(critical & part_d),
        only_critical_30=named(critical - part_d),
        only_mmdr_part_d=named(part_d - critical),
        in_neither=named({mineral.pk for mineral in rows} - critical - part_d),
    )
