"""The transfers on record, as the transfer report holds them: terms, stages, know-how, people certified, runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from projects.choices import TransferStage
from projects.models import Holdings, KnowHowItem, TransferStep, standing
from projects.progress.arithmetic import per_cent
from projects.progress.transfers import Count, StageRow, TransferStanding
from reports.figures.shapes import Shape, day, organisation, places, quantity, text


def transfers(recorded: Sequence[Holdings], standings: Sequence[TransferStanding]) -> Shape:
    """Return the transfers, claimed beside verified, and what they come to; `standings` are those of `recorded`."""
    schedules = [it.know_how for it in standings]
    total, accepted = sum(it.total for it in schedules), sum(it.accepted for it in schedules)
    return {
        "total": len(standings),
        "by_stage": [
            {
                "stage": stage.value,
                "claimed": sum(_stands(it.claimed, stage) for it in standings),
                "verified": sum(_stands(it.verified, stage) for it in standings),
            }
            for stage in TransferStage
        ],
        "without": {
            "claimed": sum(it.claimed is None for it in standings),
            "verified": sum(it.verified is None for it in standings),
        },
        "lapsed": sum(bool(it.lapsed) for it in standings),
        "fallen": sum(bool(it.falls) for it in standings),
        "know_how": {
            "total": total,
            "delivered": sum(it.delivered for it in schedules),
            "accepted": accepted,
            "overdue": sum(len(it.overdue) for it in schedules),
            "per_cent": places(per_cent(accepted, total)),
        },
        "persons": _sum(it.persons for it in standings),
        "person_days": _sum(it.person_days for it in standings),
        "runs": _sum(it.runs for it in standings),
        "rows": [_row(held, it) for held, it in zip(recorded, standings, strict=True)],
    }


def _stands(step: TransferStep | None, stage: TransferStage) -> bool:
    return step is not None and step.stage == stage


def _row(held: Holdings, found: TransferStanding) -> Shape:
    fact, as_of = held.transfer, found.as_of
    return {
        "reference": fact.reference,
        "asset": fact.asset,
        "description": text(fact.description),
        "project": fact.project.reference,
        "project_name": fact.project.name,
        "agreement": fact.agreement.reference if fact.agreement else None,
        "donor": organisation(fact.donor),
        "recipient": organisation(fact.recipient),
        "licence": text(fact.licence_type),
        "exclusivity": text(fact.exclusivity),
        "territory": text(fact.territory),
        "term_years": quantity(fact.term_years),
        "fee_crore": places(fact.fee_crore),
        "royalty_per_cent": quantity(fact.royalty_per_cent),
        "reached": {
            "claimed": found.claimed.stage if found.claimed else None,
            "verified": found.verified.stage if found.verified else None,
        },
        "lapsed": [it.value for it in found.lapsed],
        "stages": [_stage(it) for it in found.stages],
        "falls": [
            {
                "stage": it.row.stage,
                "below": it.before.stage,
                "on": day(it.row.reached_on),
                "note": text(it.row.note),
            }
            for it in found.falls
        ],
        "know_how": {
            "total": found.know_how.total,
            "delivered": found.know_how.delivered,
            "accepted": found.know_how.accepted,
            "overdue": len(found.know_how.overdue),
            "per_cent": places(found.know_how.per_cent),
            "items": [
                _item(it, as_of, is_overdue=it in found.know_how.overdue) for it in found.know_how.items
            ],
        },
        "persons": _pair(found.persons),
        "person_days": _pair(found.person_days),
        "training": [
            {
                "code": f"C{number}",
                "on": day(it.certified_on),
                "persons": it.persons,
                "person_days": it.person_days,
                "assessed_by": it.assessed_by,
                **counts,
            }
            for number, it, counts in _counting(held.training, as_of)
        ],
        "runs": _pair(found.runs),
        "replication": [
            {
                "code": f"R{number}",
                "on": day(it.run_on),
                "hours": quantity(it.hours),
                "guarantee_met": it.guarantee_met,
                "licensor_on_site": it.licensor_on_site,
                **counts,
            }
            for number, it, counts in _counting(held.runs, as_of)
        ],
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }


def _stage(row: StageRow) -> Shape:
    return {
        "stage": row.stage.value,
        "claimed": day(row.claimed.reached_on) if row.claimed else None,
        "verified": (
            {
                "on": day(row.verified.reached_on),
                "decided": day(row.verified.verified_on),
                "level": row.verified.level,
                "waiver": text(row.verified.waiver),
            }
            if row.verified
            else None
        ),
        "reached": row.is_reached,
        "missing": [it.need.value for it in row.needs if not it.is_met],
    }


def _item(row: KnowHowItem, as_of: dt.date, *, is_overdue: bool) -> Shape:
    accepted = row.accepted_on is not None and row.accepted_on <= as_of
    return {
        "code": f"K{row.number}",
        "title": row.title,
        "kind": row.kind,
        "due": day(row.due_on),
        "delivered": day(row.delivered_on) if row.delivered_on and row.delivered_on <= as_of else None,
        "accepted": day(row.accepted_on) if accepted else None,
        "accepted_by": text(row.accepted_by_post) if accepted else None,
        "overdue_days": (as_of - row.due_on).days if is_overdue and row.due_on else None,
    }


def _counting(rows: Sequence[Any], as_of: dt.date) -> Iterator[tuple[int, Any, Shape]]:
    """Yield the claims that count on the day, in the order of their days, each with its number and what it counts as.

    Numbers follow the order of recording and pass over nothing, so that a claim has one number in every report.
    """
    numbers = {row.pk: number for number, row in enumerate(sorted(rows, key=lambda it: it.pk), 1)}
    said, seen = standing.claimed(rows, as_of), standing.verified(rows, as_of)
    for row in sorted({*said, *seen}, key=lambda it: (it.day, it.pk)):
        proof = {"on": day(row.verified_on), "level": row.level} if row in seen else None
        yield numbers[row.pk], row, {"claimed": row in said, "verified": proof}


def _pair(count: Count) -> Shape:
    return {"claimed": count.claimed, "verified": count.verified}


def _sum(counts: Iterable[Count]) -> Shape:
    """Return the sums of what is known."""
    listed = list(counts)
    return {"claimed": _known(it.claimed for it in listed), "verified": _known(it.verified for it in listed)}


def _known(values: Iterable[int | None]) -> int | None:
    found = [it for it in values if it is not None]
    return sum(found) if found else None
