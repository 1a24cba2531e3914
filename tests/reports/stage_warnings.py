"""What the stage's programme is warned of: gates, conditions, clearances, a centre, capacity and output without proof."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.models import Clearance, GatePlan, Organisation, Project, StageGate, audit
from projects.models.people import User
from tests.cast import acting

ON = dt.date(2026, 8, 12)


def fill(officer: User) -> None:
    """Put on record what the early warning of an exceptions report tells of."""
    by = acting(officer, ON)
    late, boxed, stopped, centre = (
        Project.objects.get(reference=it) for it in ("PRJ-001", "PRJ-020", "PRJ-005", "PRJ-011")
    )
    for project in (late, boxed, stopped):
        audit.change(project, by=by, action="test.setup", changes={"kind": "plant"})
    _plans(by, late, boxed, stopped)
    _decisions(by, officer, late, boxed, stopped)
    for type_, facts in (
        ("cte", {"applied_on": dt.date(2026, 2, 14), "statutory_days": 120}),
        ("ec", {"applied_on": dt.date(2026, 5, 1), "granted_on": dt.date(2026, 6, 1), "valid_to": ON}),
        ("peso", {"applied_on": dt.date(2026, 9, 1), "statutory_days": 29}),
        ("fire", {"applied_on": dt.date(2025, 6, 1), "refused_on": dt.date(2026, 6, 11)}),
    ):
        row = Clearance(project=late, type=type_, authority="SEIAA", is_applicable=True, **facts)
        audit.create(row, by=by, action="test.setup")
    audit.change(centre, by=by, action="test.setup", changes={"kind": "centre"})
    with audit.open_door():
        centre.partners.set(Organisation.objects.filter(kind="company").order_by("reference")[:3])


def _plans(by: Any, late: Project, boxed: Project, stopped: Project) -> None:
    for project, gate, number, planned, decided in (
        (late, "G1", 1, dt.date(2026, 5, 31), dt.date(2025, 1, 8)),
        (late, "G2", 1, dt.date(2026, 7, 31), dt.date(2025, 1, 8)),
        (late, "G2", 2, dt.date(2026, 9, 15), dt.date(2026, 7, 1)),
        (late, "G5", 1, dt.date(2028, 3, 31), dt.date(2025, 1, 8)),
        (late, "G5", 2, dt.date(2031, 3, 31), dt.date(2026, 11, 1)),
        (boxed, "G3", 1, dt.date(2026, 12, 31), dt.date(2025, 1, 8)),
        (stopped, "G1", 1, dt.date(2026, 1, 31), dt.date(2025, 1, 8)),
    ):
        plan = GatePlan(project=project, gate=gate, number=number, planned_on=planned, decided_on=decided)
        plan.decided_by_post, plan.reason = "Joint Secretary", "The kiln came late." if number > 1 else ""
        plan.precision = "fy" if gate == "G5" else "month" if gate == "G2" else "day"
        audit.create(plan, by=by, action="test.setup")


def _decisions(by: Any, officer: User, late: Project, boxed: Project, stopped: Project) -> None:
    for project, gate, before, after, decision, on in (
        (late, "G1", "", "S2", "conditional", dt.date(2026, 3, 5)),
        (boxed, "G1", "", "S2", "pass", dt.date(2023, 5, 5)),
        (boxed, "G2", "S2", "S3", "pass", dt.date(2024, 6, 30)),
        (boxed, "G3", "S3", "S3", "hold", dt.date(2026, 6, 30)),
        (stopped, "G1", "", "S1", "stop", dt.date(2026, 2, 2)),
    ):
        row = StageGate(project=project, gate=gate, from_stage=before, to_stage=after, decision=decision)
        row.decided_on, row.decided_by_post, row.recorded_by = on, "Secretary", officer
        if decision == "conditional":
            row.conditions, row.conditions_due_on = "Close the mass balance.", dt.date(2026, 9, 1)
        row.reason = "No second user yet." if decision in ("hold", "stop") else ""
        audit.create(row, by=by, action="test.setup")
