"""The example of docs/rules/stages.md: stage, age, time box, slip and commercialisation date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from projects.models import GatePlan, Project, StageGate
from projects.progress.stages import roadmap


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of the road of one project."""
    decisions = [
        StageGate(
            pk=number, gate=gate, decision=decision, from_stage=before, to_stage=after, decided_on=_day(on)
        )
        for number, (gate, decision, before, after, on) in enumerate(given["decisions"], 1)
    ]
    numbers: dict[str, int] = {}
    plans = []
    for gate, planned_on, precision, decided_on in given["plans"]:
        numbers[gate] = numbers.get(gate, 0) + 1
        plans.append(
            GatePlan(
                gate=gate,
                number=numbers[gate],
                planned_on=_day(planned_on),
                precision=precision,
                decided_on=_day(decided_on),
            )
        )
    found = roadmap(Project(kind=given["kind"]), decisions, plans, _day(given["as_of"]))
    ahead = found.next_gate
    return {
        "stage": found.standing.stage,
        "since": _text(found.standing.since),
        "age_days": found.age_days,
        "time_box_ends": _text(found.time_box_ends),
        "over_days": found.over_days,
        "next_gate": ahead and ahead.rule.gate.value,
        "slip_days": ahead and ahead.slip_days,
        "commercial_on": _text(found.commercial_on),
        "commercial_precision": found.commercial_precision,
    }


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
