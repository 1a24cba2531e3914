"""What must agree in a programme report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from projects.progress import Band, months_after, per_cent
from reports.checks import reliance, sectors, stages
from reports.checks.arithmetic import Failure, Snapshot, day, must, past, text
from reports.checks.milestones import spread

# First and last month of each band, in the order of printing.
BANDS = ((1, 12), (13, 24), (25, 60), (61, 10_000))


def programme(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield from outputs(snapshot)
    yield from reliance.identities(snapshot["reliance"])
    yield from sectors.identities(snapshot["sectors"])
    yield from stages.identities(snapshot, as_of)
    yield from projects(snapshot["projects"], snapshot["milestones"], as_of)
    yield from money(snapshot["money"], snapshot["projects"])
    yield from agreements(snapshot["agreements"], as_of)
    records = sum(
        (snapshot["agreements"]["total"], snapshot["projects"]["total"], snapshot["milestones"]["total"])
    )
    total = records + snapshot["targets"]["total"]
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)


def outputs(snapshot: Snapshot) -> Iterator[Failure]:
    found = snapshot["outputs"]
    rows = [row for row in snapshot["targets"]["rows"] if row["kind"] == "output"]
    yield Failure("outputs.total", found["total"], len(rows))
    yield Failure("outputs.rows", sorted(found["rows"]), sorted(row["reference"] for row in rows))
    for name in ("claimed", "verified"):
        there = sum(row[name] is not None for row in rows)
        yield Failure(f"outputs.{name}", found[name], there)


def projects(found: Snapshot, milestones: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield Failure("projects.total", found["total"], len(found["rows"]))
    for phase in found["by_phase"]:
        there = sum(row["phase"] == phase["phase"] for row in found["rows"])
        yield Failure(f"projects.by_phase.{phase['phase']}", phase["count"], there)
    yield Failure("projects.by_phase", sum(it["count"] for it in found["by_phase"]), found["total"])
    yield from _delay(found)
    overdue: dict[str | None, list[int]] = {}
    for row in milestones["overdue"]["rows"]:
        overdue.setdefault(row["project"], []).append(row["overdue_days"])
    sums = dict(found["without"])
    for row in found["rows"]:
        name, own = f"projects.{row['reference']}", row["milestones"]
        late = overdue.get(row["reference"], [])
        yield Failure(f"{name}.milestones.overdue", own["overdue"], len(late))
        yield Failure(f"{name}.worst_overdue_days", row["worst_overdue_days"], max(late, default=None))
        yield from _governing(f"{name}.governing", row["governing"], as_of)
        if "rows" in milestones:
            yield from _of_project(name, row, milestones["rows"], as_of)
        for part in sums:
            sums[part] += own[part]
    wholes = {
        "total": milestones["total"],
        "achieved": milestones["states"]["achieved"],
        "verified": milestones["verified"],
        "open": milestones["states"]["open"],
        "overdue": milestones["open"]["overdue"],
    }
    for part, whole in wholes.items():
        yield Failure(f"projects: milestones {part}, of all and without a project", sums[part], whole)


def _of_project(name: str, row: Snapshot, milestones: list[Snapshot], as_of: dt.date) -> Iterator[Failure]:
    """Its counts, its final milestone and the one due next follow from its milestones."""
    own = [it for it in milestones if it["project"] == row["reference"]]
    counts = {
        "total": len(own),
        "achieved": sum(it["state"] == "achieved" for it in own),
        "verified": sum(it["verified"] is not None for it in own),
        "open": sum(it["state"] == "open" for it in own),
    }
    for part, count in counts.items():
        yield Failure(f"{name}.milestones.{part}", row["milestones"][part], count)
    planned = [it for it in own if it["latest"] and it["state"] != "cancelled"]
    coming = [it for it in planned if it["state"] == "open" and it["latest"]["on"] >= as_of.isoformat()]
    for key, found in (
        ("governing", max(planned, key=_place, default=None)),
        ("next_due", min(coming, key=_place, default=None)),
    ):
        reference = row[key] and row[key]["reference"]
        yield Failure(f"{name}.{key}.reference", reference, found and found["reference"])


def _place(row: Snapshot) -> tuple[str, str]:
    return row["latest"]["on"], row["reference"]


def _governing(name: str, found: Snapshot | None, as_of: dt.date) -> Iterator[Failure]:
    if found is None:
        return
    reached = as_of if found["state"] == "open" else day(found["actual"])
    for planned, figure in (("baseline", "late_baseline_days"), ("latest", "late_latest_days")):
        on = day(found[planned])
        late = past(on, reached) if reached and found["state"] in ("open", "achieved") else None
        yield Failure(f"{name}.{figure}", found[figure], late)
        months = _months(on, reached) if late and on and reached else None
        figure = figure.replace("days", "months")
        yield Failure(f"{name}.{figure}", found[figure], months)


def _months(due: dt.date, reached: dt.date) -> int:
    """The months begun from the day after `due` to `reached`, counted one by one."""
    months = 1
    while reached > months_after(due, months):
        months += 1
    return months


def _delay(found: Snapshot) -> Iterator[Failure]:
    final = [row["governing"] for row in found["rows"] if row["governing"]]
    without = len(found["rows"]) - len(final)
    bands = [row["band"] for row in found["delay"]["bands"]]
    yield Failure("projects.delay.bands", bands, [str(it.value) for it in Band])
    yield Failure("projects.delay.without_date", found["delay"]["without_date"], without)
    for against in ("baseline", "latest"):
        late = [it[f"late_{against}_months"] for it in final if it[f"late_{against}_months"] is not None]
        yield from spread(f"projects.delay.{against}", found["delay"][against], late)
        in_bands = sum(row[against] for row in found["delay"]["bands"])
        yield Failure(f"projects.delay: {against} of all bands", in_bands, found["delay"][against]["count"])
        for row, (first, last) in zip(found["delay"]["bands"], BANDS, strict=True):
            there = sum(first <= months <= last for months in late)
            yield Failure(f"projects.delay.bands.{row['band']}.{against}", row[against], there)


def money(found: Snapshot, projects: Snapshot, *, whole: bool = True) -> Iterator[Failure]:
    """Totals follow from the rows; unless `whole`, a cost may lie inside one that the reader does not see."""
    amounts = [(Decimal(row["crore"]), row["counted"]) for row in found["rows"]]
    plain = sum((crore for crore, _ in amounts), Decimal(0))
    left_out = sum((crore for crore, counted in amounts if not counted), Decimal(0))
    yield Failure("money.projects_with_cost", found["projects_with_cost"], len(amounts))
    yield Failure("money.plain_sum", found["plain_sum"], text(plain) if amounts else None)
    yield Failure("money.left_out_sum", found["left_out_sum"], text(left_out))
    counted = any(counts for _, counts in amounts)
    yield Failure("money.total", found["total"], text(plain - left_out) if counted else None)
    costs = {row["reference"]: row["cost"] for row in projects["rows"] if row["cost"]}
    there = {row["reference"]: {"crore": row["crore"], "counted": row["counted"]} for row in found["rows"]}
    yield Failure("money.rows", there, costs)
    for row in found["rows"]:
        if whole or row["counted"]:
            yield Failure(f"money.{row['reference']}.inside", row["inside"] is None, row["counted"])
    kinds = {row["reference"]: row["kind"] for row in projects["rows"]}
    public = [
        Decimal(row["crore"])
        for row in found["rows"]
        if row["counted"] and kinds[row["reference"]] in ("programme", "scheme", "fund")
    ]
    yield Failure("money.government", found["government"], text(sum(public)) if public else None)


def agreements(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    parts = found["with_project"] + found["milestone_only"] + found["paper_only"]
    yield Failure("agreements.total", found["total"], parts)
    by_type = sum(row["count"] for row in found["by_type"])
    yield Failure("agreements.by_type", by_type, found["total"])
    for name in ("with_project", "with_pilot", "with_target"):
        parts = sum(row[name] for row in found["by_type"])
        yield Failure(f"agreements.by_type: {name} of all types", parts, found[name])
    yield Failure("agreements.paper_only", found["paper_only"], len(found["paper_only_rows"]))
    for name, share in found["shares"].items():
        yield Failure(f"agreements.shares.{name}", share, text(per_cent(found[name], found["total"])))
    for name in ("with_pilot", "with_target"):
        yield must(f"agreements.{name}: within those with a project", found[name] <= found["with_project"])
    for row in found["paper_only_rows"]:
        signed = day(row["signed"])
        known = signed is not None and row["signed"]["precision"] == "day" and signed <= as_of
        days = (as_of - signed).days if known and signed else None
        yield Failure(f"agreements.{row['reference']}.days", row["days"], days)
