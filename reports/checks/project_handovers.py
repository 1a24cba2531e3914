"""The transfers of technology of one project: what must agree in the report alone, and each told again from its records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from projects.models import (
    Evidence,
    KnowHowItem,
    Measurement,
    Organisation,
    Project,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.claims import standing
from reports.checks.facts import number, post
from reports.checks.project_money import seen_by_all
from reports.checks.transfers import per_cent

STAGES = ("offered", "licensed", "absorbed", "producing")
INDEPENDENT_AT = 2  # V2
SIDES = ("donor", "recipient")


# --- in the report alone ---


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: counts that are not those of the rows, a stage that no step of the row shows."""
    rows = found["rows"]
    yield Failure("handovers.total", found["total"], len(rows))
    for which in ("claimed", "verified"):
        counts = {stage: sum(row[which] == stage for row in rows) for stage in STAGES}
        yield Failure(f"handovers.{which}", found[which], counts)
    for row in rows:
        yield from _agree(f"handovers.{row['reference']}", row, as_of)


def _agree(name: str, row: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    yield Failure(f"{name}.stages", [it["stage"] for it in row["stages"]], list(STAGES))
    for which in ("claimed", "verified"):
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
    transfers = Transfer.objects.filter(project=project).select_related("donor", "recipient")
    made = list(
        Measurement.objects.filter(
            target__project=project, target__indicator__code__startswith="PRD-"
        ).select_related("target__indicator")
    )
    rows = [_transfer(row, made, named, as_of) for row in transfers.order_by("reference")]
    return {
        "total": len(rows),
        **{
            which: {stage: sum(row[which] == stage for row in rows) for stage in STAGES}
            for which in ("claimed", "verified")
        },
        "rows": rows,
    }


@dataclass(frozen=True)
class Held:
    """What is recorded of a transfer, of any day."""

    transfer: Transfer
    items: Sequence[KnowHowItem]
    trained: Sequence[Training]
    ran: Sequence[ReplicationRun]
    made: Sequence[Any]


def _transfer(row: Transfer, made: Sequence[Measurement], named: set[str], as_of: dt.date) -> Snapshot:
    steps = list(TransferStep.objects.filter(transfer=row).select_related("verified_by"))
    said = standing(steps, "claimed", as_of, day=_of_step)
    seen = standing(steps, "verified", as_of, day=_of_step)
    items = list(KnowHowItem.objects.filter(transfer=row))
    delivered = [it for it in items if it.delivered_on and it.delivered_on <= as_of]
    accepted = [it for it in items if it.accepted_on and it.accepted_on <= as_of]
    late = [it for it in items if it.due_on and it.due_on < as_of and it not in delivered]
    trained = list(Training.objects.filter(transfer=row))
    ran = list(ReplicationRun.objects.filter(transfer=row))
    falls = [(before, it) for before, it in pairwise(seen) if _rung(it) < _rung(before)]
    fallen = bool(falls) and falls[-1][1] == seen[-1]
    held = Held(row, items, trained, ran, made)
    return {
        **terms(row, as_of),
        **{side: _side(getattr(row, side), named) for side in SIDES},
        "claimed": said[-1].stage if said else None,
        "verified": seen[-1].stage if seen else None,
        "stages": [_stage(stage, said, seen) for stage in STAGES],
        "lapsed": _lapsed(held, seen[-1], said + seen, as_of) if seen and not fallen else [],
        "skipped": list(_skipped(seen)),
        "falls": [
            {
                "stage": it.stage,
                "before": before.stage,
                "on": it.reached_on.isoformat(),
                "note": it.note or None,
            }
            for before, it in falls
        ],
        "know_how": {
            "total": len(items),
            "delivered": len(delivered),
            "accepted": len(accepted),
            "overdue": len(late),
            "per_cent": per_cent(len(accepted), len(items)),
        },
        "persons": _both(lambda which: _total(it.persons for it in _certified(trained, which, as_of))),
        "person_days": _both(
            lambda which: _total(it.person_days for it in _certified(trained, which, as_of))
        ),
        "runs": _both(lambda which: _runs(ran, which, as_of)),
    }


def _of_step(row: TransferStep) -> dt.date:
    return row.reached_on


def _rung(row: TransferStep) -> int:
    return STAGES.index(row.stage) + 1


def _side(row: Organisation, named: set[str]) -> Snapshot:
    if row.reference not in named:
        return {"kind": "withheld", "organisation": None}
    shape = {"reference": row.reference, "name": row.name, "short_name": row.short_name}
    return {"kind": "named", "organisation": shape}


def _stage(stage: str, said: Sequence[TransferStep], seen: Sequence[TransferStep]) -> Snapshot:
    claim = next((it for it in reversed(said) if it.stage == stage), None)
    proof = next((it for it in reversed(seen) if it.stage == stage), None)
    return {
        "stage": stage,
        "claimed": claim.reached_on.isoformat() if claim else None,
        "verified": proof.reached_on.isoformat() if proof else None,
        "verified_on": proof.verified_on.isoformat() if proof and proof.verified_on else None,
        "by": post(proof.verified_by) if proof else None,
        "verification": proof.level if proof else None,
        "reached": bool(seen) and STAGES.index(seen[-1].stage) >= STAGES.index(stage),
    }


def _skipped(seen: Sequence[TransferStep]) -> Iterator[Snapshot]:
    """The first stage follows on nothing; each one on where the transfer stood before."""
    for before, it in zip([0, *map(_rung, seen)], seen, strict=False):
        if _rung(it) - before > 1:
            yield {
                "stage": it.stage,
                "on": it.reached_on.isoformat(),
                "waiver": it.waiver or None,
                "waived_by": post(it.verified_by) if it.waiver else None,
            }


def _both(count: Callable[[str], int | None]) -> Snapshot:
    return {which: count(which) for which in ("claimed", "verified")}


def _total(counts: Iterable[int | None]) -> int | None:
    known = [it for it in counts if it is not None]
    return sum(known) if known else None


def _certified(rows: Sequence[Training], which: str, as_of: dt.date) -> list[Training]:
    return standing(rows, which, as_of, day=lambda row: row.certified_on)


def _runs(rows: Sequence[ReplicationRun], which: str, as_of: dt.date) -> int | None:
    """Of runs on record, those that met the guarantee without the licensor; without any nothing is known."""
    if not standing(rows, "claimed", as_of, day=lambda row: row.run_on):
        return None
    return len(_independent(rows, which, as_of))


def _independent(rows: Sequence[ReplicationRun], which: str, as_of: dt.date) -> list[ReplicationRun]:
    found = standing(rows, which, as_of, day=lambda row: row.run_on, level=INDEPENDENT_AT)
    return [it for it in found if it.guarantee_met and not it.licensor_on_site]


def _lapsed(held: Held, now: TransferStep, counting: Sequence[TransferStep], as_of: dt.date) -> list[str]:
    """Return what the verified stage needs and the records of the day do not hold."""
    if now.stage in ("offered", "licensed"):
        own = [it for it in counting if it.stage == now.stage]
        files = Evidence.objects.filter(transfer_step__in=[it.pk for it in own], superseded_by=None)
        needs = {"document": any(it.source_url for it in own) or files.exists()}
        if now.stage == "licensed":
            needs |= {
                "licence": bool(held.transfer.licence_type),
                "exclusivity": bool(held.transfer.exclusivity),
                "fee": held.transfer.fee_crore is not None,
            }
    elif now.stage == "absorbed":
        accepted = [it for it in held.items if it.accepted_on and it.accepted_on <= as_of]
        needs = {
            "know_how": bool(held.items) and len(accepted) == len(held.items),
            "training": any(it.persons for it in _certified(held.trained, "verified", as_of)),
            "run": bool(_independent(held.ran, "verified", as_of)),
        }
    else:
        needs = {"output": any(it.value > Decimal(0) for it in _made(held.made, as_of))}
    return [need for need, is_met in needs.items() if not is_met]


def _made(rows: Sequence[Any], as_of: dt.date) -> list[Any]:
    found = standing(rows, "verified", as_of, day=lambda row: row.period_end)
    return [it for it in found if it.level >= it.target.indicator.minimum_level]
