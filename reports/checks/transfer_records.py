"""The transfers of technology on record, told again: every value of the section, from the records themselves.

Written apart from `projects.progress` and `projects.models.transfer_steps`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from projects.models import (
    Evidence,
    KnowHowItem,
    Measurement,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.permissions import Actor
from reports.checks import money
from reports.checks.arithmetic import Snapshot
from reports.checks.facts import number
from reports.checks.transfers import (
    COUNTS,
    NEEDS,
    SITE_LEVEL,
    STAGES,
    SUMS,
    WHICH,
    independent,
    known,
    per_cent,
)


def told(snapshot: Snapshot, *, by: Actor) -> Snapshot | None:
    """Return what the records say of all transfers that `by` may see; None where the report holds none of them."""
    if "transfers" not in snapshot:
        return None
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    seen = Transfer.objects.visible_to(by).order_by("reference")
    rows = [found for _transfer, _steps, found in read(seen, as_of)]
    return {
        "total": len(rows),
        "by_stage": [
            {"stage": stage, **{which: _at(rows, which).count(stage) for which in WHICH}} for stage in STAGES
        ],
        "without": {which: _at(rows, which).count(None) for which in WHICH},
        "lapsed": len([row for row in rows if row["lapsed"]]),
        "fallen": len([row for row in rows if row["falls"]]),
        "know_how": _added([row["know_how"] for row in rows]),
        **{name: {which: known(row[name][which] for row in rows) for which in WHICH} for name in SUMS},
        "rows": rows,
    }


def read(seen: QuerySet[Transfer], as_of: dt.date) -> Iterator[tuple[Transfer, list[TransferStep], Snapshot]]:
    """Yield each transfer with its verified steps by the day, and what its records tell, as its row shows it."""
    for transfer, records in _records(seen, as_of):
        yield transfer, _counting(records["steps"], "verified", as_of), _told(transfer, records, as_of)


def _at(rows: list[Snapshot], which: str) -> list[str | None]:
    return [row["reached"][which] for row in rows]


def _added(schedules: list[Snapshot]) -> Snapshot:
    sums = {count: sum(it[count] for it in schedules) for count in COUNTS}
    return {**sums, "per_cent": per_cent(sums["accepted"], sums["total"])}


def facts(row: Transfer, as_of: dt.date) -> Snapshot:
    """Return the values of the record of a transfer itself, by the keys of its row."""
    return {
        "asset": row.asset,
        "description": row.description or None,
        "project": row.project.reference,
        "project_name": row.project.name,
        "agreement": row.agreement.reference if row.agreement else None,
        "licence": row.licence_type or None,
        "exclusivity": row.exclusivity or None,
        "territory": row.territory or None,
        "term_years": number(row.term_years),
        "fee_crore": None if row.fee_crore is None else f"{row.fee_crore:.2f}",
        "royalty_per_cent": number(row.royalty_per_cent),
        "source_url": row.source_url or None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
    }


def _records(seen: QuerySet[Transfer], as_of: dt.date) -> Iterator[tuple[Transfer, dict[str, Any]]]:
    """Yield each transfer with its claims by kind, its schedule, its documents and what its project makes."""
    transfers = list(seen.select_related("project", "agreement", "donor", "recipient"))
    keys = [row.pk for row in transfers]
    claims: dict[str, list[Any]] = {
        "steps": list(TransferStep.objects.filter(transfer__in=keys).select_related("verified_by")),
        "training": list(Training.objects.filter(transfer__in=keys)),
        "replication": list(ReplicationRun.objects.filter(transfer__in=keys)),
    }
    items = list(KnowHowItem.objects.filter(transfer__in=keys).order_by("number"))
    files = Evidence.objects.filter(transfer_step__transfer__in=keys, superseded_by=None)
    documented = set(files.values_list("transfer_step_id", flat=True))
    documented |= {step.pk for step in claims["steps"] if step.source_url}
    values = Measurement.objects.filter(target__project__in={row.project_id for row in transfers})
    made = list(values.filter(target__indicator__code__startswith="PRD-").select_related("target__indicator"))
    for row in transfers:
        own = {name: [it for it in rows if it.transfer_id == row.pk] for name, rows in claims.items()}
        yield (
            row,
            {
                **own,
                "items": [it for it in items if it.transfer_id == row.pk],
                "documented": documented,
                "makes": _makes([it for it in made if it.target.project_id == row.project_id], as_of),
            },
        )


def _makes(values: list[Measurement], as_of: dt.date) -> bool:
    return any(
        it.value > 0 and it.level >= it.target.indicator.minimum_level
        for it in _counting(values, "verified", as_of)
    )


def _counting(rows: list[Any], which: str, as_of: dt.date) -> list[Any]:
    found = money.standing({row.pk: row for row in rows}, which, as_of)
    return sorted(found, key=lambda row: (row.day, row.pk))


def _told(row: Transfer, held: dict[str, Any], as_of: dt.date) -> Snapshot:
    steps = {which: _counting(held["steps"], which, as_of) for which in WHICH}
    know_how = _know_how(held["items"], as_of)
    training = list(_listed("C", held["training"], as_of))
    runs = list(_listed("R", held["replication"], as_of))
    missing = _missing(row, held, steps, know_how, training, runs)
    falls = [
        (before, later)
        for before, later in pairwise(steps["verified"])
        if STAGES.index(later.stage) < STAGES.index(before.stage)
    ]
    last = {which: steps[which][-1].stage if steps[which] else None for which in WHICH}
    now = steps["verified"][-1] if steps["verified"] else None
    fell = any(later is now for _before, later in falls)
    return {
        "reference": row.reference,
        **facts(row, as_of),
        "donor": _organisation(row.donor),
        "recipient": _organisation(row.recipient),
        "reached": last,
        "lapsed": missing[now.stage] if now is not None and not fell else [],
        "stages": [_stage(stage, steps, last["verified"], missing[stage]) for stage in STAGES],
        "falls": [
            {
                "stage": later.stage,
                "below": before.stage,
                "on": later.reached_on.isoformat(),
                "note": later.note or None,
            }
            for before, later in falls
        ],
        "know_how": know_how,
        "persons": {which: known(it["persons"] for it in training if it[which]) for which in WHICH},
        "person_days": {which: known(it["person_days"] for it in training if it[which]) for which in WHICH},
        "training": training,
        "runs": {which: independent(runs, which) for which in WHICH},
        "replication": runs,
    }


def _organisation(row: Any) -> Snapshot:
    return {"reference": row.reference, "name": row.name, "short_name": row.short_name}


def _know_how(items: list[KnowHowItem], as_of: dt.date) -> Snapshot:
    rows = []
    for it in items:
        if it.listed_on is not None and it.listed_on > as_of:
            continue
        delivered, accepted = (
            on if on is not None and on <= as_of else None for on in (it.delivered_on, it.accepted_on)
        )
        late = it.due_on is not None and it.due_on < as_of and delivered is None
        rows.append(
            {
                "code": f"K{it.number}",
                "title": it.title,
                "kind": it.kind,
                "due": it.due_on.isoformat() if it.due_on else None,
                "delivered": delivered.isoformat() if delivered else None,
                "accepted": accepted.isoformat() if accepted else None,
                "accepted_by": (it.accepted_by_post or None) if accepted else None,
                "overdue_days": (as_of - it.due_on).days if late and it.due_on else None,
            }
        )
    return {
        **_added(
            [
                {
                    "total": 1,
                    "delivered": it["delivered"] is not None,
                    "accepted": it["accepted"] is not None,
                    "overdue": it["overdue_days"] is not None,
                }
                for it in rows
            ]
        ),
        "items": rows,
    }


def _listed(letter: str, rows: list[Any], as_of: dt.date) -> Iterator[Snapshot]:
    order = {row.pk: place for place, row in enumerate(sorted(rows, key=lambda it: it.pk), 1)}
    counting = {which: {it.pk for it in _counting(rows, which, as_of)} for which in WHICH}
    for row in sorted(rows, key=lambda it: (it.day, it.pk)):
        said, seen = row.pk in counting["claimed"], row.pk in counting["verified"]
        if not (said or seen):
            continue
        if letter == "C":
            own = {"persons": row.persons, "person_days": row.person_days, "assessed_by": row.assessed_by}
        else:
            own = {
                "hours": number(row.hours),
                "guarantee_met": row.guarantee_met,
                "licensor_on_site": row.licensor_on_site,
            }
        yield {
            "code": f"{letter}{order[row.pk]}",
            "on": row.day.isoformat(),
            **own,
            "claimed": said,
            "verified": {"on": row.verified_on.isoformat(), "level": row.level} if seen else None,
        }


def _missing(
    row: Transfer,
    held: dict[str, Any],
    steps: dict[str, list[TransferStep]],
    know_how: Snapshot,
    training: list[Snapshot],
    runs: list[Snapshot],
) -> dict[str, list[str]]:
    """Return by stage what it needs and the records of the day do not show."""
    documents = {it.stage for which in WHICH for it in steps[which] if it.pk in held["documented"]}
    there = {
        "licence": bool(row.licence_type),
        "exclusivity": bool(row.exclusivity),
        "fee": row.fee_crore is not None,
        "know_how": 0 < know_how["total"] == know_how["accepted"],
        "training": any(it["verified"] and it["persons"] > 0 for it in training),
        "run": any(
            it["verified"]
            and it["verified"]["level"] >= SITE_LEVEL
            and it["guarantee_met"]
            and not it["licensor_on_site"]
            for it in runs
        ),
        "output": held["makes"],
    }
    return {
        stage: [need for need in NEEDS[stage] if not there.get(need, stage in documents)] for stage in STAGES
    }


def _stage(stage: str, steps: dict[str, list[TransferStep]], now: str | None, missing: list[str]) -> Snapshot:
    claim, proof = (next((it for it in steps[which][::-1] if it.stage == stage), None) for which in WHICH)
    return {
        "stage": stage,
        "claimed": claim.reached_on.isoformat() if claim else None,
        "verified": (
            {
                "on": proof.reached_on.isoformat(),
                "decided": proof.verified_on.isoformat() if proof.verified_on else None,
                "level": proof.level,
                "waiver": proof.waiver or None,
            }
            if proof
            else None
        ),
        "reached": now is not None and STAGES.index(now) >= STAGES.index(stage),
        "missing": missing,
    }
