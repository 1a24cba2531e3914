"""The road of one project: what must agree in the report alone, and stage, gates and forecasts told again from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from projects.models import GatePlan, Milestone, Project, StageGate
from reports.checks import facts, forecasts, roads
from reports.checks.arithmetic import Failure, Snapshot, must

NEEDED = forecasts.NEEDED["of_any_type"]


# --- in the report alone ---


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: a stage that the decisions do not lead to, days that do not follow from the dates."""
    decisions, gates = found["decisions"], found["gates"]
    last = decisions[-1] if decisions else None
    yield Failure("roadmap.stage", found["stage"], last and last["to_stage"])
    yield Failure("roadmap.held", found["held"], bool(last and last["decision"] == "hold"))
    yield Failure("roadmap.stopped", found["stopped"], bool(last and last["decision"] == "stop"))
    days = [row["on"] for row in decisions]
    yield Failure("roadmap.decisions.on: in their order", days, sorted(days))
    yield must("roadmap.decisions.on: by the day", all(day <= as_of.isoformat() for day in days))
    current = found["stage"] or gates[0]["before"]
    next_gate = next((row["code"] for row in gates if row["before"] == current), None)
    yield Failure("roadmap.next_gate", found["next_gate"], next_gate)
    ends = roads.box_ends(current, _day(found["since"]))
    yield Failure("roadmap.time_box_ends", found["time_box_ends"], ends and ends.isoformat())
    yield Failure("roadmap.over_days", found["over_days"], (as_of - ends).days if ends else None)
    passed = sum(row["passed"] is not None for row in gates)
    yield Failure("roadmap.passed", found["passed"], passed)
    for row in gates:
        yield from _agree(f"roadmap.gates.{row['code']}", row, as_of)
    yield from _commercial(found, gates)


def _agree(name: str, row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    first, latest = (_day(row[key] and row[key]["on"]) for key in ("baseline", "latest"))
    passed = _day(row["passed"])
    reached = passed or latest
    slip = (reached - first).days if reached and first else None
    yield Failure(f"{name}.slip_days", row["slip_days"], slip)
    late = (as_of - latest).days if latest and not passed and latest < as_of else None
    yield Failure(f"{name}.overdue_days", row["overdue_days"], late)
    yield Failure(f"{name}.likely", row["likely"] is not None, first is not None and passed is None)
    yield Failure(f"{name}.baseline", row["baseline"] is None, row["latest"] is None)
    if row["likely"]:
        it = row["likely"]
        yield Failure(f"{name}.likely.needed", it["needed"], NEEDED)
        yield Failure(f"{name}.likely.median", it["median"] is not None, it["cases"] >= NEEDED)
        if it["median"]:
            yield must(f"{name}.likely: in order", it["from"] <= it["median"] <= it["to"])


def _commercial(found: Snapshot, gates: Sequence[Snapshot]) -> Iterator[Failure]:
    last = gates[-1]
    expected = None
    if len(gates) > 1:
        passed = last["passed"] is not None
        on = {"on": last["passed"], "precision": "day"} if passed else last["latest"]
        expected = {
            "gate": last["code"],
            "passed": passed,
            "on": on,
            "slip_days": last["slip_days"],
            "likely": last["likely"],
        }
    yield Failure("roadmap.commercialisation", found["commercialisation"], expected)


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


# --- told again from the records ---


@dataclass(frozen=True)
class Slip:
    """By how many days a date came out after the first one, or how far it has been moved so far."""

    days: int


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return the road as the decisions, the plans and the milestones that all readers may see tell it."""
    return told_of(
        project,
        StageGate.objects.filter(project=project),
        GatePlan.objects.filter(project=project),
        list(_slips(project, as_of)),
        as_of,
        signed_on=project.agreement.signed_on if project.agreement and _all_are_party(project) else None,
    )


def told_of(
    project: Project,
    decided: Iterable[StageGate],
    planned: Iterable[GatePlan],
    slips: Sequence[Slip],
    as_of: dt.date,
    *,
    signed_on: dt.date | None,
) -> Snapshot:
    """Return the road as these records tell it; `signed_on` is None where not every reader may see the agreement."""
    in_order = sorted(decided, key=lambda row: (row.decided_on, row.pk))
    decisions = [row for row in in_order if row.decided_on <= as_of]
    by_number = sorted(planned, key=lambda row: row.number)
    plans = [row for row in by_number if row.decided_on <= as_of]
    letter, length = roads.shape(project.kind)
    gates = [
        _gate(roads.gate(letter, number), letter, number, decisions, plans, slips, as_of)
        for number in range(length)
    ]
    last = decisions[-1] if decisions else None
    stage = last.to_stage if last else None
    since = roads.since(project, decisions, as_of, signed_on)
    ends = roads.box_ends(stage or f"{letter}0", since)
    at_gate = [row["code"] for row in gates if row["before"] == (stage or f"{letter}0")]
    final = gates[-1]
    return {
        "stage": stage,
        "since": since and since.isoformat(),
        "held": last is not None and last.decision == "hold",
        "stopped": last is not None and last.decision == "stop",
        "time_box_ends": ends and ends.isoformat(),
        "over_days": (as_of - ends).days if ends else None,
        "next_gate": at_gate[0] if at_gate else None,
        "passed": sum(row["passed"] is not None for row in gates),
        "commercialisation": None
        if length == 1
        else {
            "gate": final["code"],
            "passed": final["passed"] is not None,
            "on": {"on": final["passed"], "precision": "day"} if final["passed"] else final["latest"],
            "slip_days": final["slip_days"],
            "likely": final["likely"],
        },
        "cases": len(slips),
        "gates": gates,
        "decisions": [_decision(row, decisions[place + 1 :]) for place, row in enumerate(decisions)],
    }


def _all_are_party(project: Project) -> bool:
    agreement: Any = project.agreement
    parties = set(agreement.parties.values_list("reference", flat=True))
    return _takes_part(project) <= parties


def _takes_part(project: Project) -> set[str]:
    return {it.reference for it in (project.lead, *project.partners.all()) if it}


def _gate(
    code: str,
    letter: str,
    number: int,
    decisions: Sequence[StageGate],
    plans: Sequence[GatePlan],
    slips: Sequence[Slip],
    as_of: dt.date,
) -> Snapshot:
    own = [it for it in plans if it.gate == code]
    passed = roads.passed(code, letter, number + 1, decisions)
    first, latest = (own[0].planned_on, own[-1].planned_on) if own else (None, None)
    reached = passed or latest
    slip = (reached - first).days if reached and first else None
    waits = first is not None and passed is None
    return {
        "code": code,
        "before": f"{letter}{number}",
        "after": f"{letter}{number + 1}",
        "baseline": {"on": own[0].planned_on.isoformat(), "precision": own[0].precision} if own else None,
        "latest": {"on": own[-1].planned_on.isoformat(), "precision": own[-1].precision} if own else None,
        "moves": own[-1].number - 1 if own else None,
        "reason": (own[-1].reason or None) if own else None,
        "post": own[-1].decided_by_post if own else None,
        "passed": passed and passed.isoformat(),
        "slip_days": slip,
        "overdue_days": (as_of - latest).days if waits and latest and latest < as_of else None,
        "likely": _likely(first, slip or 0, slips, as_of) if first and waits else None,
    }


def _decision(row: StageGate, later: Sequence[StageGate]) -> Snapshot:
    return {
        "code": row.gate,
        "on": row.decided_on.isoformat(),
        "decision": row.decision,
        "to_stage": row.to_stage,
        "post": row.decided_by_post,
        "conditions": row.conditions or None,
        "conditions_due": row.conditions_due_on.isoformat() if row.conditions_due_on else None,
        "open": roads.is_owed(row, later),
        "reason": row.reason or None,
        "source_url": row.source_url or None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
    }


def _slips(project: Project, as_of: dt.date) -> Iterator[Slip]:
    """Yield the case of each milestone, of the projects in which all readers take part, that tells one."""
    readers = _takes_part(project)
    others = Project.objects.select_related("lead").prefetch_related("partners")
    shared = [it.pk for it in others if readers and readers <= _takes_part(it)]
    rows = Milestone.objects.filter(project__in=shared).select_related(
        "project", "agreement", "claimed_by", "verified_by"
    )
    for row in rows.prefetch_related("revisions__approved_by"):
        it = facts.milestone(row, as_of)
        first = it["baseline"] and dt.date.fromisoformat(it["baseline"]["on"])
        if first is None:
            continue
        if it["state"] == "achieved":
            yield Slip((dt.date.fromisoformat(it["actual"]["on"]) - first).days)
        elif it["state"] == "open" and it["revisions"]:
            yield Slip((dt.date.fromisoformat(it["latest"]["on"]) - first).days)


def _likely(first: dt.date, slip: int, slips: Sequence[Slip], as_of: dt.date) -> Snapshot:
    """Only what came out at least as late as this date already is tells of it."""
    already = max((as_of - first).days, slip)
    days = sorted(it.days for it in slips if it.days >= already)
    enough = len(days) >= NEEDED
    return {
        "cases": len(days),
        "needed": NEEDED,
        "median": forecasts.at(first, days, Fraction(1, 2)) if enough else None,
        "from": forecasts.at(first, days, Fraction(1, 10)) if enough else None,
        "to": forecasts.at(first, days, Fraction(9, 10)) if enough else None,
    }
