"""The stages of all projects, as the programme report holds them: how many stand where, which gates and dates come next."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from projects.models import Project
from projects.permissions import Actor
from projects.progress.forecast import Case, cases, of_gate
from projects.progress.milestones import MilestoneRow
from projects.progress.stages import Roadmap, road, with_road
from reports.figures.roadmap import likely
from reports.figures.shapes import Shape, date, day


def stages(milestones: Sequence[MilestoneRow], as_of: dt.date, *, by: Actor) -> Shape:
    """Return a row for each project that `by` may see, with the sums; four queries, whatever their number.

    `milestones` are all that `by` may see: their slips tell how late the gates are likely to be.
    """
    known = cases(milestones)
    visible = Project.objects.visible_to(by).order_by("reference")
    rows = [_row(road(project, as_of), known, as_of) for project in with_road(visible, by)]
    at = Counter(row["at_stage"] for row in rows)
    commercial = [row["commercial"] for row in rows if row["commercial"]]
    return {
        "total": len(rows),
        "decided": len(rows) - at[None],
        "held": sum(row["held"] for row in rows),
        "stopped": sum(row["stopped"] for row in rows),
        "over_time": sum(is_over(row) for row in rows),
        "gates_overdue": sum(is_late(row) for row in rows),
        "commercial": {
            "applies": len(commercial),
            "passed": sum(it["passed"] for it in commercial),
            "planned": sum(not it["passed"] and it["on"] is not None for it in commercial),
            "unplanned": sum(it["on"] is None for it in commercial),
        },
        "cases": len(known),
        "by_stage": [{"stage": stage, "count": at[stage]} for stage in sorted(at, key=lambda it: it or "")],
        "rows": rows,
    }


def is_over(row: Shape) -> bool:
    """Whether a project that goes on is over the time box of its stage."""
    return row["over_days"] is not None and row["over_days"] > 0 and not row["stopped"]


def is_late(row: Shape) -> bool:
    """Whether the next gate of a project that goes on is past its forecast."""
    return row["next_overdue_days"] is not None and not row["stopped"]


def _row(found: Roadmap, known: Sequence[Case], as_of: dt.date) -> Shape:
    ahead, standing = found.next_gate, found.standing
    plan = ahead.forecast if ahead else None
    return {
        "reference": found.project.reference,
        "name": found.project.name,
        "at_stage": standing.stage and standing.stage.value,
        "entered": day(standing.since),
        "held": standing.is_held,
        "stopped": standing.is_stopped,
        "time_box_ends": day(found.time_box_ends),
        "over_days": found.over_days,
        "next_gate": ahead and ahead.rule.gate.value,
        "next_planned": date(plan.planned_on, plan.precision) if plan else None,
        "next_overdue_days": ahead.overdue_days if ahead else None,
        "next_likely": likely(of_gate(ahead, known, as_of)) if ahead else None,
        "commercial": _commercial(found, known, as_of),
    }


def _commercial(found: Roadmap, known: Sequence[Case], as_of: dt.date) -> Shape | None:
    """Return when the project becomes commercial: the day of the last gate; None where its road has none."""
    if not found.leads_to_industry:
        return None
    last = found.gates[-1]
    return {
        "passed": last.passed is not None,
        "on": date(found.commercial_on, str(found.commercial_precision)),
        "slip_days": last.slip_days,
        "likely": likely(of_gate(last, known, as_of)),
    }
