"""The transfers of technology of one project: what must agree in the report alone, and each told again from its records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from projects.models import Organisation, Project, Transfer, TransferStep
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.facts import number, post
from reports.checks.project_money import seen_by_all
from reports.checks.transfer_records import read
from reports.checks.transfers import STAGES, WHICH, per_cent

SIDES = ("donor", "recipient")


# --- in the report alone ---


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: counts that are not those of the rows, a stage that no step of the row shows."""
    rows = found["rows"]
    yield Failure("handovers.total", found["total"], len(rows))
    for which in WHICH:
        counts = {stage: sum(row[which] == stage for row in rows) for stage in STAGES}
        yield Failure(f"handovers.{which}", found[which], counts)
    for row in rows:
        yield from _agree(f"handovers.{row['reference']}", row, as_of)


def _agree(name: str, row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield Failure(f"{name}.stages", [it["stage"] for it in row["stages"]], list(STAGES))
    for which in WHICH:
        days = {it["stage"]: it[which] for it in row["stages"] if it[which]}
        yield must(f"{name}.{which}: has a step", row[which] in days if row[which] else not days)
        yield must(f"{name}.{which}: by the day", all(day <= as_of.isoformat() for day in days.values()))
        if row[which]:
            yield Failure(f"{name}.{which}: the latest", days.get(row[which]), max(days.values()))
    reached = STAGES.index(row["verified"]) + 1 if row["verified"] else 0
    for place, it in enumerate(row["stages"]):
        yield Failure(f"{name}.{it['stage']}.reached", it["reached"], place < reached)
        there = [it[key] is not None for key in ("verified", "verified_on", "verification")]
        yield must(f"{name}.{it['stage']}.verified: all or nothing", len(set(there)) == 1)
    known = row["know_how"]
    share = per_cent(known["accepted"], known["total"])
    yield Failure(f"{name}.know_how.per_cent", known["per_cent"], share)
    in_order = known["accepted"] <= known["delivered"] <= known["total"]
    yield must(f"{name}.know_how: accepted, delivered, all", in_order)
    left = known["total"] - known["delivered"]
    yield must(f"{name}.know_how.overdue: not delivered", known["overdue"] <= left)
    for side in SIDES:
        is_named = row[side]["organisation"] is not None
        yield Failure(f"{name}.{side}.kind", row[side]["kind"], "named" if is_named else "withheld")


# --- told again from the records ---


def terms(row: Transfer, _as_of: dt.date) -> Snapshot:
    """Return what the record itself says, wherever in a report it stands."""
    return {
        "reference": row.reference,
        "asset": row.asset,
        "licence": row.licence_type or None,
        "exclusivity": row.exclusivity or None,
        "territory": row.territory or None,
        "term_years": number(row.term_years),
        "fee": None if row.fee_crore is None else f"{half_up(Fraction(row.fee_crore)):f}",
        "royalty": number(row.royalty_per_cent),
        "source_url": row.source_url or None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
    }


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return each transfer of the project, with names as far as every reader may see them."""
    named = seen_by_all(project)
    own = Transfer.objects.filter(project=project).order_by("reference")
    rows = [_transfer(row, steps, found, named, as_of) for row, steps, found in read(own, as_of)]
    return {
        "total": len(rows),
        **{which: {stage: sum(row[which] == stage for row in rows) for stage in STAGES} for which in WHICH},
        "rows": rows,
    }


def _transfer(
    row: Transfer, seen: Sequence[TransferStep], found: Snapshot, named: set[str], as_of: dt.date
) -> Snapshot:
    """Return a transfer as a project report shows it; `seen` are its verified steps, `found` what its records tell."""
    return {
        **terms(row, as_of),
        **{side: _side(getattr(row, side), named) for side in SIDES},
        **{which: found["reached"][which] for which in WHICH},
        "stages": [_stage(it, seen) for it in found["stages"]],
        "lapsed": found["lapsed"],
        "skipped": list(_skipped(seen)),
        "falls": [
            {"stage": it["stage"], "before": it["below"], "on": it["on"], "note": it["note"]}
            for it in found["falls"]
        ],
        "know_how": {key: it for key, it in found["know_how"].items() if key != "items"},
        **{key: found[key] for key in ("persons", "person_days", "runs")},
    }


def _side(row: Organisation, named: set[str]) -> Snapshot:
    if row.reference not in named:
        return {"kind": "withheld", "organisation": None}
    shape = {"reference": row.reference, "name": row.name, "short_name": row.short_name}
    return {"kind": "named", "organisation": shape}


def _stage(found: Snapshot, seen: Sequence[TransferStep]) -> Snapshot:
    proof = found["verified"] or {}
    step = next((it for it in reversed(seen) if it.stage == found["stage"]), None)
    return {
        "stage": found["stage"],
        "claimed": found["claimed"],
        "verified": proof.get("on"),
        "verified_on": proof.get("decided"),
        "by": post(step.verified_by) if step else None,
        "verification": proof.get("level"),
        "reached": found["reached"],
    }


def _skipped(seen: Sequence[TransferStep]) -> Iterator[Snapshot]:
    """The first stage follows on nothing; each one on where the transfer stood before."""
    rungs = [STAGES.index(it.stage) + 1 for it in seen]
    for before, rung, it in zip([0, *rungs], rungs, seen, strict=False):
        if rung - before > 1:
            yield {
                "stage": it.stage,
                "on": it.reached_on.isoformat(),
                "waiver": it.waiver or None,
                "waived_by": post(it.verified_by) if it.waiver else None,
            }
