"""Which figures of a page are drawn, and how: figures in, charts of `projects.charts` out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from projects import charts, formats
from projects.charts import Event, Part, Row, Value
from projects.choices import RelianceMetric
from projects.progress import MilestoneFigures, MilestoneRow, RelianceFigures, Series
from projects.progress.readiness_ladder import LadderStanding
from projects.progress.reliance import RelianceSummary
from projects.progress.stages import Roadmap
from projects.reference_words import said_unit

MOST_SUPPLIERS = 8
# One supplier has no line of its own, and stocks that rise and fall have no growth.
NO_TREND = (RelianceMetric.SUPPLIER_QUANTITY, RelianceMetric.STOCK_CHANGE)


def states(figures: MilestoneFigures) -> charts.Stack | None:
    """Return one bar of where the milestones stand, claimed kept apart from verified; None without milestones."""
    if not figures.total:
        return None
    overdue = figures.overdue.spread.count
    parts = [
        Part("verified", _("achieved and verified"), figures.verified),
        Part("claimed", _("achieved as claimed"), figures.states.achieved - figures.verified),
        Part("open", _("open, not yet due"), figures.states.open - overdue),
        Part("overdue", _("overdue"), overdue),
        Part("undated", _("without a date"), figures.states.undated),
        Part("recorded_after", _("recorded after this day"), figures.states.later),
        Part("cancelled", _("cancelled"), figures.states.cancelled),
    ]
    return charts.stack(_("Where the milestones stand"), [part for part in parts if part.number])


def plan(rows: Sequence[MilestoneRow], found: Roadmap, as_of: dt.date) -> list[charts.Timeline]:
    """Return the gates of a project and below them its milestones, with their dates on one scale."""
    events = [event for event in _gates(found) if any(event[1:4])] + _milestones(rows)
    return charts.timeline(_("Original, latest and actual dates"), events, as_of) if events else []


def timeline(rows: Sequence[MilestoneRow], as_of: dt.date) -> list[charts.Timeline]:
    """Return the dates of a project's milestones on one scale, in the order of their dates."""
    events = _milestones(rows)
    return charts.timeline(_("Original, latest and actual dates"), events, as_of) if events else []


def road(found: Roadmap) -> charts.Timeline | None:
    """Return the gates of a project on one scale; None where none has a date."""
    events = _gates(found)
    if not any(date for event in events for date in event[1:4]):
        return None
    (panel,) = charts.timeline(_("Gates: baseline, forecast and pass"), events, found.as_of)
    return panel


def _milestones(rows: Sequence[MilestoneRow]) -> list[Event]:
    return [
        Event(
            label=f"{row.milestone.reference} {row.milestone.title}",
            baseline=row.milestone.baseline_on,
            latest=row.due_on,
            actual=row.milestone.actual_on if row.is_achieved else None,
            overdue=row.overdue_days is not None,
        )
        for row in by_date(rows)
        if _counts_on(row)
    ]


def _gates(found: Roadmap) -> list[Event]:
    return [
        Event(
            label=str(row.rule.gate.label),
            baseline=row.baseline.planned_on if row.baseline else None,
            latest=row.forecast.planned_on if row.forecast else None,
            actual=row.passed_on,
            overdue=row.overdue_days is not None,
        )
        for row in found.gates
    ]


def readiness(trl: LadderStanding) -> charts.Ladder | None:
    """Return the technology readiness scale of a project; None where nothing is claimed."""
    if not trl.is_known:
        return None
    claimed = trl.claimed.value if trl.claimed else None
    verified = trl.verified.value if trl.verified else None
    words = {"claimed": claimed or formats.unknown(), "verified": verified or formats.unknown()}
    alt = _("Technology readiness level: claimed %(claimed)s, verified %(verified)s") % words
    return charts.ladder(_("Technology readiness level, 1 to 9"), alt, [claimed] if claimed else [], verified)


def by_date(rows: Sequence[MilestoneRow]) -> list[MilestoneRow]:
    """Return the rows in the order of their dates, actual before due; what has no date comes last."""
    return sorted(rows, key=lambda row: (_counts_on(row) or dt.date.max, row.milestone.reference))


def _counts_on(row: MilestoneRow) -> dt.date | None:
    return (row.milestone.actual_on if row.is_achieved else None) or row.due_on


def suppliers(figures: RelianceFigures) -> charts.Bars | None:
    """Return bars of the top supplier's share of imports, the largest first."""
    found = [point for point in figures.rows if point.metric == RelianceMetric.SUPPLIER_SHARE]
    found.sort(key=lambda point: -point.value)
    drawn = [
        Row(
            f"{point.product} ({point.top_supplier}, {point.period})",
            formats.per_cent(point.value, 0),
            [Value("share", point.value)],
        )
        for point in found[:MOST_SUPPLIERS]
    ]
    return charts.bars(_("Share of the top supplier in imports"), drawn, maximum=100) if drawn else None


def top_shares(summary: RelianceSummary) -> charts.Bars | None:
    """Return bars of the published shares of the top supplier, the largest first."""
    found = [point for subject in summary.subjects for point in subject.shares]
    found.sort(key=lambda point: (-point.value, point.reference))
    drawn = [
        Row(
            f"{point.product} ({point.top_supplier}, {point.period})",
            formats.per_cent(point.value, 0),
            [Value("share", point.value)],
        )
        for point in found
    ]
    return charts.bars(_("Share of the top supplier in imports"), drawn, maximum=100) if drawn else None


def reliance_by_subject(summary: RelianceSummary) -> charts.Bars | None:
    """Return bars of the latest net import reliance that could be worked out; None where none could."""
    drawn = [
        Row(
            f"{subject.name}: {it.base.product} ({it.base.period})",
            formats.per_cent(it.per_cent, 1),
            [Value("worked_out", it.per_cent)],
        )
        for subject in summary.subjects
        if (it := subject.latest) is not None
    ]
    return charts.bars(_("Net import reliance"), drawn, maximum=100) if drawn else None


def trends(figures: RelianceFigures) -> list[tuple[Series, charts.Bars]]:
    """Return bars of each series that has more than one period, in the order of its periods."""
    return [
        (
            series,
            charts.bars(
                ", ".join(filter(None, (_title(series), series.form_label))),
                [
                    Row(point.period, formats.indian(point.value), [Value("share", point.value)])
                    for point in series.points
                ],
            ),
        )
        for series in figures.series
        if len(series.points) > 1 and series.metric not in NO_TREND
    ]


def _title(series: Series) -> str:
    return f"{series.product}: {RelianceMetric(series.metric).label} ({said_unit(series.unit)})"
