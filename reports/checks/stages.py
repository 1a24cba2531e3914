"""The stages of all projects: what must agree in the report alone, and each row told again from decisions, plans and slips."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from projects.models import Agreement, Milestone, Project
from projects.permissions import Actor
from reports.checks import forecasts, project_roadmap
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.project_roadmap import Slip
from reports.checks.roads import box_ends, roads, shape

NEEDED = 8


def identities(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: sums that are not those of the rows, days that do not follow from the dates."""
    found = snapshot["stages"]
    rows = found["rows"]
    kinds = {row["reference"]: row["kind"] for row in snapshot["projects"]["rows"]}
    listed = sorted(kinds)
    yield Failure("stages.rows", sorted(row["reference"] for row in rows), listed)
    at = Counter(row["at_stage"] for row in rows)
    sums = {
        "total": len(rows),
        "decided": len(rows) - at[None],
        "held": sum(row["held"] for row in rows),
        "stopped": sum(row["stopped"] for row in rows),
        "over_time": sum((row["over_days"] or 0) > 0 and not row["stopped"] for row in rows),
        "gates_overdue": sum(bool(row["next_overdue_days"]) and not row["stopped"] for row in rows),
    }
    for name, count in sums.items():
        yield Failure(f"stages.{name}", found[name], count)
    dates = [row["commercial"] for row in rows if row["commercial"] is not None]
    commercial = {
        "applies": len(dates),
        "passed": sum(it["passed"] for it in dates),
        "planned": sum(it["on"] is not None and not it["passed"] for it in dates),
        "unplanned": sum(it["on"] is None for it in dates),
    }
    for name, count in commercial.items():
        yield Failure(f"stages.commercial.{name}", found["commercial"][name], count)
    by_stage = {it["stage"]: it["count"] for it in found["by_stage"]}
    yield Failure("stages.by_stage.count", by_stage, dict(at))
    yield Failure("stages.by_stage: each once", len(by_stage), len(found["by_stage"]))
    tells = sum(
        row["delay_days" if row["state"] == "achieved" else "slip_days"] is not None
        for row in snapshot["milestones"]["rows"]
        if row["state"] in ("achieved", "open")
    )
    yield Failure("stages.cases", found["cases"], tells)
    for row in rows:
        if row["reference"] in kinds:
            yield from _row_agrees(row, kinds[row["reference"]], found["cases"], as_of)


def _row_agrees(row: Snapshot, kind: str, cases: int, as_of: dt.date) -> Iterator[Failure]:
    name = f"stages.{row['reference']}"
    letter, gates = shape(kind)
    yield Failure(f"{name}.commercial", row["commercial"] is not None, gates > 1)
    entered = row["entered"] and dt.date.fromisoformat(row["entered"])
    ends = box_ends(row["at_stage"] or f"{letter}0", entered)
    box = ends and ends.isoformat()
    yield Failure(f"{name}.time_box_ends, entered", row["time_box_ends"], box)
    over = (as_of - ends).days if ends else None
    yield Failure(f"{name}.over_days", row["over_days"], over)
    planned = row["next_planned"] and dt.date.fromisoformat(row["next_planned"]["on"])
    late = (as_of - planned).days if planned and planned < as_of else None
    yield Failure(f"{name}.next_overdue_days, next_planned", row["next_overdue_days"], late)
    yield must(f"{name}.next_planned: of a gate", row["next_gate"] is not None or planned is None)
    yield must(f"{name}.held: not also stopped", not (row["held"] and row["stopped"]))
    yield must(f"{name}.entered: up to the as-of date", entered is None or entered <= as_of)
    for part in (row["next_likely"], row["commercial"] and row["commercial"]["likely"]):
        if part:
            yield Failure(f"{name}.likely.needed", part["needed"], NEEDED)
            yield must(f"{name}.likely.cases: no more than are known", part["cases"] <= cases)
            enough = part["cases"] >= NEEDED
            yield Failure(f"{name}.likely.median, cases", part["median"] is not None, enough)
            if enough:
                yield must(f"{name}.likely: in order", part["from"] <= part["median"] <= part["to"])


def told(as_of: dt.date, *, by: Actor) -> tuple[int, list[Snapshot]]:
    """Return how many slips are known, and a row for each project, from the records that `by` may see."""
    projects = list(Project.objects.visible_to(by).order_by("reference"))
    signed = dict(Agreement.objects.visible_to(by).values_list("pk", "signed_on"))
    slips = slips_of(forecasts.milestones(as_of, by))
    rows = []
    for way in roads(projects, signed, as_of):
        told = project_roadmap.told_of(
            way.project, way.decisions, way.plans, slips, as_of, signed_on=way.signed_on
        )
        gate = next((it for it in told["gates"] if it["code"] == told["next_gate"]), None)
        commercial = told["commercialisation"]
        rows.append(
            {
                "reference": way.project.reference,
                "name": way.project.name,
                "at_stage": told["stage"],
                "entered": told["since"],
                "held": told["held"],
                "stopped": told["stopped"],
                "time_box_ends": told["time_box_ends"],
                "over_days": told["over_days"],
                "next_gate": told["next_gate"],
                "next_planned": gate["latest"] if gate else None,
                "next_overdue_days": gate["overdue_days"] if gate else None,
                "next_likely": gate["likely"] if gate else None,
                "commercial": {key: commercial[key] for key in ("passed", "on", "slip_days", "likely")}
                if commercial
                else None,
            }
        )
    return len(slips), rows


def slips_of(rows: list[tuple[Milestone, Snapshot]]) -> list[Slip]:
    found = (forecasts.slip(told) for _row, told in rows)
    return [Slip(days) for days in found if days is not None]
