"""Where the projects of a partner report stand: what must agree in the report alone, and each row told again from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from projects.models import (
    Clearance,
    GatePlan,
    Organisation,
    Project,
    Readiness,
    StageGate,
    Transfer,
    TransferStep,
)
from reports.checks import project_clearances, project_feed, project_ladders, project_roadmap
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.claims import standing
from reports.checks.transfers import STAGES

TOTALS = ("clearances_open", "clearances_alarms", "transfers", "feed_excesses", "unassured")


def identities(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: sums that are not those of the rows, rows that are not the projects of the report."""
    found = snapshot["execution"]
    rows = found["rows"]
    yield Failure("execution.total", found["total"], len(rows))
    listed = [row["reference"] for row in rows]
    yield Failure(
        "execution.rows", sorted(listed), sorted(row["reference"] for row in snapshot["projects"]["rows"])
    )
    yield Failure("execution.decided", found["decided"], sum(row["at_stage"] is not None for row in rows))
    for name in TOTALS:
        yield Failure(f"execution.{name}", found[name], sum(row[name] for row in rows))
    for row in rows:
        name = f"execution.{row['reference']}"
        planned = row["next_planned"] and dt.date.fromisoformat(row["next_planned"]["on"])
        late = (as_of - planned).days if planned and planned < as_of else None
        yield Failure(f"{name}.next_overdue_days", row["next_overdue_days"], late)
        yield must(f"{name}.next_planned: of a gate", row["next_gate"] is not None or planned is None)
        yield must(f"{name}.held: not also stopped", not (row["held"] and row["stopped"]))
        there = {row["transfer_claimed"], row["transfer_verified"]} - {None}
        yield must(f"{name}.transfers: where one stands", row["transfers"] > 0 or not there)


def told(snapshot: Snapshot, as_of: dt.date) -> list[Snapshot]:
    """Return the rows again from the records of the projects listed, in a fixed number of queries."""
    reader = Organisation.objects.get(reference=snapshot["organisation"]["reference"])
    # That no project is left out or too much is seen to where the projects of the report are counted.
    listed = Project.objects.filter(reference__in=[row["reference"] for row in snapshot["execution"]["rows"]])
    own = listed.select_related("agreement")
    projects = list(own.prefetch_related("agreement__parties").order_by("reference"))
    decisions, plans, assessed, recorded, transfers = (
        _by_project(model.objects.filter(project__in=projects))
        for model in (StageGate, GatePlan, Readiness, Clearance, Transfer)
    )
    steps: dict[int, list[TransferStep]] = {}
    for step in TransferStep.objects.filter(transfer__project__in=projects):
        steps.setdefault(step.transfer_id, []).append(step)
    feeds = project_feed.records(projects)
    rows = []
    for project in projects:
        party = project.agreement is not None and reader in project.agreement.parties.all()
        road = project_roadmap.told_of(
            project,
            decisions.get(project.pk, ()),
            plans.get(project.pk, ()),
            (),
            as_of,
            signed_on=project.agreement.signed_on if project.agreement and party else None,
        )
        levels = assessed.get(project.pk, [])
        papers = project_clearances.told_of(recorded.get(project.pk, ()), as_of)
        handed = [steps.get(it.pk, []) for it in transfers.get(project.pk, ())]
        feed = project_feed.told_of(project, *feeds[project.pk], as_of)
        gate = next((it for it in road["gates"] if it["code"] == road["next_gate"]), None)
        commercial = road["commercialisation"]
        rows.append(
            {
                "reference": project.reference,
                "name": project.name,
                "at_stage": road["stage"],
                "held": road["held"],
                "stopped": road["stopped"],
                "over_days": road["over_days"],
                "next_gate": road["next_gate"],
                "next_planned": gate["latest"] if gate else None,
                "next_overdue_days": gate["overdue_days"] if gate else None,
                "commercial": commercial["on"] if commercial else None,
                "trl_levels": _levels(levels, "TRL", as_of),
                "mrl_levels": _levels(levels, "MRL", as_of),
                "clearances_open": papers["open"],
                "clearances_alarms": papers["alarms"],
                "transfers": len(handed),
                "transfer_claimed": _furthest(handed, "claimed", as_of),
                "transfer_verified": _furthest(handed, "verified", as_of),
                "feed_excesses": sum(
                    it["claimed"]["excess"] is not None or it["verified"]["excess"] is not None
                    for it in feed["balances"]
                ),
                "unassured": feed["unassured"],
            }
        )
    return rows


def _by_project(records: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for record in records:
        found.setdefault(record.project_id, []).append(record)
    return found


def _levels(rows: list[Readiness], ladder: str, as_of: dt.date) -> Snapshot:
    it = project_ladders.told_of([row for row in rows if row.ladder == ladder], as_of)
    return {which: it[which]["level"] if it[which] else None for which in ("claimed", "verified")}


def _furthest(handed: Iterable[list[TransferStep]], which: str, as_of: dt.date) -> str | None:
    found = []
    for steps in handed:
        counting = standing(steps, which, as_of, day=lambda row: row.reached_on)
        found += [counting[-1].stage] if counting else []
    return max(found, key=STAGES.index) if found else None
