"""The milestones of a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator

from projects.choices import MilestoneStatus, Precision, RevisionReason
from projects.models import MilestoneRevision, State
from projects.progress import Band, Days, MilestoneFigures, MilestoneRow, OpenByDue
from reports.figures.shapes import Shape, date, day, local_day, mean_block, person, text
from reports.periods import Period

LOOK_AHEAD = dt.timedelta(days=92)
STATES = {
    State.ACHIEVED: "achieved",
    State.OPEN: "open",
    State.UNDATED: "undated",
    State.LATER: "recorded_after",
    State.CANCELLED: "cancelled",
}
LISTS = ("overdue", "slips", "delays", "achieved_in_period", "upcoming")
CLAIMED = (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED)


def milestones(figures: MilestoneFigures, period: Period) -> Shape:
    """Return what programme and project reports have in common on milestones."""
    until = figures.as_of + LOOK_AHEAD
    achieved = figures.achieved_between(period.start, period.end)
    upcoming = figures.due_between(figures.as_of, until)
    return {
        "total": figures.total,
        "states": {
            "achieved": figures.states.achieved,
            "open": figures.states.open,
            "undated": figures.states.undated,
            "recorded_after": figures.states.later,
            "cancelled": figures.states.cancelled,
        },
        "verified": figures.verified,
        "open": _open(figures.open_by_due),
        "overdue": _days(figures.overdue),
        "overdue_baseline": mean_block(figures.overdue_baseline.spread),
        "bands": [
            {
                "band": row.band.value,
                "overdue_latest": row.overdue,
                "overdue_baseline": row.overdue_baseline,
                "achieved_late": row.achieved_late,
            }
            for row in figures.bands
        ],
        "slips": _days(figures.slips),
        "reasons": reasons(figures.rows),
        "delays": _days(figures.delays),
        "achieved_in_period": {"count": len(achieved), "rows": rows(achieved)},
        "upcoming": {"until": day(until), "count": len(upcoming), "rows": rows(upcoming)},
    }


def by_type(figures: MilestoneFigures) -> list[Shape]:
    return [
        {
            "type": row.type,
            "total": row.total,
            "achieved": row.achieved,
            "open": row.open,
            "overdue": row.overdue,
        }
        for row in figures.by_type
    ]


def in_order(figures: MilestoneFigures) -> list[Shape]:
    """Return every row in the order of what happened and what is to come; what has no place in it comes last."""

    def place(row: MilestoneRow) -> tuple[dt.date, str]:
        on = row.milestone.actual_on if row.is_achieved else row.due_on
        return on or dt.date.max, row.milestone.reference

    return rows(sorted(figures.rows, key=place))


def reasons(found: Iterable[MilestoneRow]) -> list[Shape]:
    """Return how often and by how many days dates were moved for each reason, the most days first.

    The days add up to those of the slippage ledger: each move counts from the date that was in force before it.
    """
    counts: dict[str, int] = {}
    days: dict[str, int] = {}
    for row in found:
        for _number, code, moved in _moves(row):
            counts[code] = counts.get(code, 0) + 1
            days[code] = days.get(code, 0) + moved
    order = [str(code) for code in RevisionReason.values]
    return [
        {"reason": code, "count": counts[code], "days": days[code]}
        for code in sorted(counts, key=lambda code: (-days[code], order.index(code)))
    ]


def _moves(row: MilestoneRow) -> Iterator[tuple[int, str, int]]:
    before = row.milestone.baseline_on
    for revision in row.revisions:
        if before is not None:  # a date is moved only where there was one; the database says so too
            yield revision.number, revision.reason_code, (revision.new_on - before).days
        before = revision.new_on


def revisions(found: Iterable[MilestoneRow]) -> list[Shape]:
    """Return every move of a date, in the order of decision; what has no known day of decision comes first."""
    lines = [(revision, row) for row in found for revision in row.revisions]
    lines.sort(key=lambda it: (it[0].decided_on or dt.date.min, it[1].milestone.reference, it[0].number))
    return [revision_row(revision, row) for revision, row in lines]


def revision_row(revision: MilestoneRevision, row: MilestoneRow) -> Shape:
    milestone = row.milestone
    before = {it.number: it.precision for it in row.revisions}
    return {
        "milestone": milestone.reference,
        "number": revision.number,
        "title": milestone.title,
        "from": date(revision.old_on, before.get(revision.number - 1, milestone.baseline_precision)),
        "to": date(revision.new_on, revision.precision or Precision.DAY),
        "days": (revision.new_on - revision.old_on).days,
        "reason": revision.reason_code,
        "narrative": text(revision.narrative),
        "approved_by": person(revision.approved_by),
        "on": day(revision.decided_on),
    }


def name_agreements(found: Shape, open_: Container[str | None]) -> None:
    """Leave out, in all lists, the agreements that not every reader of the report may see."""
    for rows_ in (found["rows"], *(found[name]["rows"] for name in LISTS)):
        for row in rows_:
            row["agreement"] = row["agreement"] if row["agreement"] in open_ else None


def rows(found: Iterable[MilestoneRow]) -> list[Shape]:
    return [milestone_row(row) for row in found]


def milestone_row(row: MilestoneRow) -> Shape:
    milestone = row.milestone
    # What was achieved after the as-of date is no fact of this report; unless nothing else is known of it.
    happened = row.is_achieved or row.state == State.LATER
    last = row.revisions[-1] if row.revisions else None
    band: Band | None = row.overdue_band or row.delay_band
    return {
        "reference": milestone.reference,
        "title": milestone.title,
        "type": milestone.type,
        "project": milestone.project.reference if milestone.project else None,
        "project_name": milestone.project.name if milestone.project else None,
        "agreement": milestone.agreement.reference if milestone.agreement else None,
        "owner": text(milestone.owner_post),
        "baseline": date(milestone.baseline_on, milestone.baseline_precision),
        "latest": date(row.due_on, row.due_precision),
        "actual": date(milestone.actual_on, milestone.actual_precision) if happened else None,
        "state": STATES[row.state],
        "status": milestone.status,
        "overdue_days": row.overdue_days,
        "overdue_baseline_days": row.overdue_baseline_days,
        "delay_days": row.delay_days,
        "slip_days": row.slip_days,
        "band": band.value if band else None,
        "revisions": len(row.revisions),
        "reason": last.reason_code if last else None,
        "claimed": _claimed(row) if happened else None,
        "verified": (
            {"by": person(milestone.verified_by), "on": day(milestone.verified_on)}
            if row.is_verified
            else None
        ),
        "source_url": text(milestone.source_url),
        "as_of": day(milestone.as_of),
    }


def _claimed(row: MilestoneRow) -> Shape | None:
    """Return who claimed it and when; what was imported from a source was claimed by nobody here."""
    milestone = row.milestone
    if (
        milestone.status not in CLAIMED
        or milestone.claimed_at is None
        or person(milestone.claimed_by) is None
    ):
        return None
    return {"by": person(milestone.claimed_by), "on": local_day(milestone.claimed_at)}


def _open(figures: OpenByDue) -> Shape:
    return {
        "overdue": figures.overdue,
        "due_today": figures.due_today,
        "due_this_year": figures.due_this_year,
        "due_later": figures.due_later,
        "year_end": day(figures.year.last_day),
    }


def _days(figures: Days) -> Shape:
    return {**mean_block(figures.spread), "rows": rows(figures.rows)}
