"""What must agree in an agreement report alone: every rung of the ladder is told again from the rows of the snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.checks.arithmetic import Failure, Snapshot, day, must
from reports.checks.life import life
from reports.checks.programme import projects
from reports.checks.working import working

SIGNED_SINCE = ("signed", "in_force", "suspended", "expired", "terminated")
DEFINITIVE = ("eda", "jv", "licence", "technology_transfer", "supply_agreement")
PILOTS = ("pilot", "demonstration", "commercial")
NO_WORK = ("agreement_signed", "announcement", "review", "closure")
FUNDING = ("funding", "investment")
RUNGS = ("signed", "effective", "binding", "project", "funded", "pilot", "target", "milestone", "output")
LAST = "9999-12-31"

# standing, day and precision, kind and reference of the witness
Rung = tuple[str, Snapshot | None, tuple[str, str] | None]
NOT_REACHED: Rung = ("no_evidence", None, None)
WITHOUT_WITNESS: Rung = ("reached", None, None)


def agreement(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    fact, found = snapshot["agreement"], snapshot["projects"]
    yield from projects(found, snapshot["milestones"], as_of)
    yield from tallies(snapshot)
    yield Failure("projects.withheld", found["withheld"], fact["projects"] - found["total"])
    yield must("projects.withheld: not less than none", found["withheld"] >= 0)
    yield from _facts(snapshot, as_of)
    yield from _ladder(snapshot, as_of)
    yield from life(snapshot, as_of)
    yield from working(snapshot, as_of)
    total = 1 + found["total"] + snapshot["milestones"]["total"] + snapshot["targets"]["total"]
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)


def tallies(snapshot: Snapshot) -> Iterator[Failure]:
    """The milestones counted for each project, and for none of them, are those of the list."""
    of_project: dict[str | None, list[Snapshot]] = {}
    there = {row["reference"]: row["milestones"] for row in snapshot["projects"]["rows"]}
    for row in snapshot["milestones"]["rows"]:
        of_project.setdefault(row["project"] if row["project"] in there else None, []).append(row)
    for reference, found in [*there.items(), (None, snapshot["projects"]["without"])]:
        rows = of_project.get(reference, [])
        counted = {
            "total": len(rows),
            "achieved": sum(row["state"] == "achieved" for row in rows),
            "verified": sum(row["verified"] is not None for row in rows),
            "open": sum(row["state"] == "open" for row in rows),
            "overdue": sum(row["overdue_days"] is not None for row in rows),
        }
        for name, count in counted.items():
            yield Failure(f"projects.{reference or 'without'}.milestones.{name}", found[name], count)


def days_since_signing(row: Snapshot, as_of: dt.date) -> int | None:
    signed = day(row["signed"])
    known = signed is not None and row["signed"]["precision"] == "day" and signed <= as_of
    return (as_of - signed).days if known and signed else None


def _facts(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    fact, found = snapshot["agreement"], snapshot["projects"]
    yield Failure("agreement.days", fact["days"], days_since_signing(fact, as_of))
    yield Failure("agreement.has_project", fact["has_project"], fact["projects"] > 0)
    pilots = any(row["phase"] in PILOTS for row in found["rows"])
    references = {row["reference"] for row in found["rows"]}
    aimed = any(row["project"] in references and row["target"] for row in snapshot["targets"]["rows"])
    # What not every party may see, and targets set after the as-of date, can only add to what is listed.
    if not found["withheld"]:
        yield Failure("agreement.has_pilot", fact["has_pilot"], pilots)
    for name, seen in (("has_pilot", pilots), ("has_target", aimed)):
        yield must(f"agreement.{name}: as listed", fact[name] or not seen)
        yield must(f"agreement.{name}: needs a project", fact["has_project"] or not fact[name])
    beyond = any(
        row["type"] != "agreement_signed" or row["project"]
        for row in snapshot["milestones"]["rows"]
        if row["agreement"] == fact["reference"]
    )
    yield must(
        "agreement.paper_only: nothing followed", not (fact["paper_only"] and (fact["has_project"] or beyond))
    )
    parties = [row["reference"] for row in snapshot["parties"]]
    yield Failure("parties: each once", len(set(parties)), len(parties))


def _ladder(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    found, expected = snapshot["ladder"], _expected(snapshot, as_of)
    yield Failure("ladder.rungs", tuple(row["rung"] for row in found["rungs"]), RUNGS)
    yield Failure("ladder.total", found["total"], len(RUNGS))
    reached = sum(row["standing"] == "reached" for row in found["rungs"])
    yield Failure("ladder.reached", found["reached"], reached)
    for row in found["rungs"]:
        name, witness = f"ladder.{row['rung']}", row["witness"]
        standing, on, named = expected[row["rung"]]
        yield Failure(f"{name}.standing", row["standing"], standing)
        yield Failure(f"{name}.on", row["on"], on)
        yield Failure(f"{name}.witness", witness and (witness["kind"], witness["reference"]), named)
        if witness:
            titled = _titles(snapshot).get((witness["kind"], witness["reference"]))
            yield Failure(f"{name}.witness.title", witness["title"], titled)
        yield must(f"{name}: not after the as-of date", on is None or on["on"] <= as_of.isoformat())


def _titles(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    fact = snapshot["agreement"]
    return {
        **{("agreement", row["reference"]): row["title"] for row in (fact, *fact["children"])},
        **{("project", row["reference"]): row["name"] for row in snapshot["projects"]["rows"]},
        **{("milestone", row["reference"]): row["title"] for row in snapshot["milestones"]["rows"]},
        **{("target", row["reference"]): row["name"] for row in snapshot["targets"]["rows"]},
    }


def _expected(snapshot: Snapshot, as_of: dt.date) -> dict[str, Rung]:
    fact, by_then = snapshot["agreement"], as_of.isoformat()
    achieved = [row for row in snapshot["milestones"]["rows"] if row["state"] == "achieved"]
    achieved.sort(key=lambda row: (row["actual"]["on"], row["reference"]))
    signed = _signed(fact, achieved, by_then)
    return {
        "signed": signed,
        "effective": _effective(fact, snapshot["life"], by_then),
        "binding": _binding(fact, by_then),
        "project": _listed("project", snapshot["projects"]["rows"], also=fact["has_project"]),
        "funded": _event([row for row in achieved if row["type"] in FUNDING]),
        "pilot": _pilot(fact, snapshot["projects"]["rows"], achieved),
        "target": _target(snapshot),
        "milestone": _after(signed[1], [row for row in achieved if row["type"] not in NO_WORK]),
        "output": _output(snapshot["targets"]["rows"]),
    }


def _signed(fact: Snapshot, achieved: list[Snapshot], by_then: str) -> Rung:
    itself = ("agreement", fact["reference"])
    if fact["signed"]:
        return ("reached", fact["signed"], itself) if fact["signed"]["on"] <= by_then else NOT_REACHED
    own = [row for row in achieved if row["type"] == "agreement_signed" and row["agreement"] == itself[1]]
    if own:
        return _event(own)
    return ("reached", None, itself) if fact["status"] in SIGNED_SINCE else NOT_REACHED


def _effective(fact: Snapshot, life: Snapshot, by_then: str) -> Rung:
    itself = ("agreement", fact["reference"])
    if fact["effective"]:
        return ("reached", fact["effective"], itself) if fact["effective"]["on"] <= by_then else NOT_REACHED
    first = life["steps"][0]["from"] if life["steps"] else life["status"]
    came = fact["status"] if first == "expired" else first
    return ("reached", None, itself) if came == "in_force" else NOT_REACHED


def _binding(fact: Snapshot, by_then: str) -> Rung:
    below = sorted(fact["children"], key=lambda row: (_on(row["signed"]), row["reference"]))
    for row in (fact, *below):
        binds = row["binding"] == "binding" if row["binding"] else row["type"] in DEFINITIVE
        in_hand = row["signed"]["on"] <= by_then if row["signed"] else row["status"] in SIGNED_SINCE
        if binds and in_hand:
            return "reached", row["signed"], ("agreement", row["reference"])
    return NOT_REACHED


def _listed(kind: str, rows: list[Snapshot], *, also: bool) -> Rung:
    """Reached by the first that is listed; without a witness where one is recorded that not every party may see."""
    if rows:
        return "reached", None, (kind, min(row["reference"] for row in rows))
    return WITHOUT_WITNESS if also else NOT_REACHED


def _target(snapshot: Snapshot) -> Rung:
    aims = [row for row in snapshot["targets"]["rows"] if row["target"]]
    told = {row["rung"]: row["standing"] for row in snapshot["ladder"]["rungs"]}["target"] == "reached"
    elsewhere = snapshot["projects"]["withheld"] > 0 and snapshot["agreement"]["has_target"]
    return _listed("target", aims, also=told and elsewhere)


def _pilot(fact: Snapshot, rows: list[Snapshot], achieved: list[Snapshot]) -> Rung:
    pilots = [row for row in rows if row["phase"] in PILOTS]
    references = {row["reference"] for row in pilots}
    for row in achieved:
        if row["type"] == "commissioning" and row["project"] in references:
            return "reached", row["actual"], ("project", row["project"])
    return _listed("project", pilots, also=fact["has_pilot"])


def _after(signed: Snapshot | None, rows: list[Snapshot]) -> Rung:
    if rows and signed is None:
        return "unknown", None, None
    return _event([row for row in rows if signed and row["actual"]["on"] > signed["on"]])


def _output(rows: list[Snapshot]) -> Rung:
    made = [
        row
        for row in rows
        if row["kind"] == "output" and row["verified"] and Decimal(row["verified"]["value"]) > 0
    ]
    if not made:
        return NOT_REACHED
    first = min(made, key=lambda row: str(row["reference"]))
    return "reached", {"on": first["verified"]["on"], "precision": "day"}, ("target", first["reference"])


def _event(rows: list[Snapshot]) -> Rung:
    if not rows:
        return NOT_REACHED
    return "reached", rows[0]["actual"], ("milestone", rows[0]["reference"])


def _on(value: Any) -> str:
    return str(value["on"]) if value else LAST
