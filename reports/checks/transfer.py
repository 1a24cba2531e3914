"""What must agree in a transfer report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reports.checks import transfers
from reports.checks.arithmetic import Failure, Snapshot, day, must
from reports.checks.life import life_lines
from reports.checks.readiness import readiness

FAMILIES = ("TT", "TEC", "SKL", "INT")
RESULTS = ("CAP", "PRD")
EVIDENCE = ("TT", "TEC", "SKL")
TYPES = ("transfer", "training", "validation")
DEFINITIVE = ("licence", "technology_transfer", "jv", "eda", "supply_agreement")
ENDED = ("suspended", "expired", "terminated")


def transfer(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield from _technology(snapshot["technology"], snapshot, as_of)
    yield from transfers.identities(snapshot["transfers"], as_of)
    found = snapshot["readiness"]
    yield from readiness(found)
    yield Failure("readiness.projects", found["projects"], found["total"] + found["silent"])
    yield from _targets(snapshot)
    for row in snapshot["milestones"]["rows"]:
        yield must(f"milestones.{row['reference']}: of transfer", row["type"] in TYPES)
    total = sum(
        (
            snapshot["technology"]["total"],
            found["total"],
            snapshot["milestones"]["total"],
            snapshot["targets"]["total"],
            snapshot["transfers"]["total"],
        )
    )
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)


def _technology(found: Snapshot, snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    rows = found["rows"]
    yield Failure("technology.total", found["total"], len(rows))
    yield Failure("technology.rows: each once", len({row["reference"] for row in rows}), len(rows))
    yield Failure("technology.agreements", found["agreements"], found["total"] + found["others"])
    definitive = sum(row["definitive"] for row in rows)
    yield Failure("technology.definitive", found["definitive"], definitive)
    yield Failure("technology.intents", found["intents"], len(rows) - definitive)
    with_project = sum(bool(row["projects"]) for row in rows)
    yield Failure("technology.with_project", found["with_project"], with_project)
    for figure in ("standing", "proof"):
        for code, count in found[figure].items():
            there = sum(row[figure] == code for row in rows)
            yield Failure(f"technology.{figure}.{code}", count, there)
        yield Failure(f"technology.{figure}", sum(found[figure].values()), found["total"])
    unproven = found["proof"]["claimed"] + found["proof"]["none"]
    yield Failure("technology.unproven", found["unproven"], unproven)
    yield from life_lines(rows, "technology", as_of)
    for row in rows:
        yield from _row(row, snapshot, as_of)


def _row(row: Snapshot, snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    name = f"technology.{row['reference']}"
    binds = row["type"] in DEFINITIVE or row["binding"] == "binding"
    yield Failure(f"{name}.definitive", row["definitive"], binds)
    yield must(f"{name}: names a technology", bool(row["named_by"]))
    signed, begins, status = day(row["signed"]), day(row["effective"]), row["life"]["status"]
    if (signed and signed > as_of) or status in ("draft", "announced"):
        standing = "not_signed"
    elif status in ENDED:
        standing = "ended"
    elif status == "in_force" and not (begins and begins > as_of):
        standing = "in_force"
    else:
        standing = "signed"
    yield Failure(f"{name}.standing", row["standing"], standing)
    known = signed is not None and row["signed"]["precision"] == "day" and signed <= as_of
    days = (as_of - signed).days if known and signed else None
    yield Failure(f"{name}.days", row["days"], days)
    yield from _proof(name, row, snapshot)


def _proof(name: str, row: Snapshot, snapshot: Snapshot) -> Iterator[Failure]:
    """What proves a transfer stands in the lists of milestones and targets of the same report."""
    projects = {it["reference"] for it in row["projects"]}
    milestones = {it["reference"]: it for it in snapshot["milestones"]["rows"]}
    own = {
        reference
        for reference, it in milestones.items()
        if it["agreement"] == row["reference"] or it["project"] in projects
    }
    yield Failure(f"{name}.milestones", sorted(row["milestones"]), sorted(own))
    targets = {it["reference"]: it for it in snapshot["targets"]["rows"]}
    of_projects = {
        reference
        for reference, it in targets.items()
        if it["project"] in projects and _family(it) in EVIDENCE
    }
    # A target of the agreement itself names no project.
    of_agreement = {it for it in row["targets"] if targets[it]["project"] is None}
    yield Failure(f"{name}.targets", sorted(row["targets"]), sorted(of_projects | of_agreement))
    recorded = {it["reference"]: it for it in snapshot["transfers"]["rows"]}
    under = {
        reference
        for reference, it in recorded.items()
        if it["agreement"] == row["reference"] or it["project"] in projects
    }
    yield Failure(f"{name}.transfers", sorted(row["transfers"]), sorted(under))
    arrived = {
        which: any(transfers.arrived(recorded[it], which) for it in under) for which in transfers.WHICH
    }
    moved = [milestones[it] for it in row["milestones"]]
    measured = [targets[it] for it in row["targets"]]
    if any(it["verified"] for it in (*moved, *measured)) or arrived["verified"]:
        proof = "verified"
    elif (
        any(it["state"] == "achieved" for it in moved)
        or any(it["claimed"] for it in measured)
        or arrived["claimed"]
    ):
        proof = "claimed"
    else:
        proof = "none"
    yield Failure(f"{name}.proof", row["proof"], proof)


def _targets(snapshot: Snapshot) -> Iterator[Failure]:
    rows = {row["reference"]: row for row in snapshot["targets"]["rows"]}
    families = snapshot["indicators"]["families"]
    yield Failure("indicators.families", [it["code"] for it in families], list(FAMILIES))
    for family in families:
        name = f"indicators.{family['code']}"
        members = [reference for reference, row in rows.items() if _family(row) == family["code"]]
        yield Failure(f"{name}.rows", sorted(family["rows"]), sorted(members))
        yield from _tally(name, family, rows)
    for figure in ("total", "claimed", "verified"):
        there = sum(family[figure] for family in families)
        yield Failure(f"indicators.{figure}", snapshot["indicators"][figure], there)
    results = snapshot["results"]
    under = {it["reference"] for row in snapshot["technology"]["rows"] for it in row["projects"]}
    for name, found in results.items():
        yield from _tally(f"results.{name}", found, rows)
        for reference in found["rows"]:
            project = rows[reference]["project"]
            if project is not None:
                yield Failure(f"results.{name}.{reference}", project in under, name == "under")
    both = [reference for found in results.values() for reference in found["rows"]]
    members = [reference for reference, row in rows.items() if _family(row) in RESULTS]
    yield Failure("results.rows", sorted(both), sorted(members))
    sections = sum(it["total"] for it in (*families, *results.values()))
    yield Failure("targets.total", snapshot["targets"]["total"], sections)


def _tally(name: str, found: Snapshot, rows: dict[str, Snapshot]) -> Iterator[Failure]:
    own = [rows[reference] for reference in found["rows"]]
    yield Failure(f"{name}.total", found["total"], len(own))
    for figure in ("claimed", "verified"):
        there = sum(row[figure] is not None for row in own)
        yield Failure(f"{name}.{figure}", found[figure], there)


def _family(row: Snapshot) -> str:
    family: str = row["indicator"].partition("-")[0]
    return family
