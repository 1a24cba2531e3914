"""The example of docs/rules/transfer.md on stages: each record with its day and the level and day of its verification."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.choices import TransferStage
from projects.models import (
    Holdings,
    Indicator,
    KnowHowItem,
    Measurement,
    ReplicationRun,
    Target,
    Training,
    Transfer,
    TransferStep,
)
from projects.progress.transfers import Count, transfer_standing


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of one transfer on a day."""
    found = transfer_standing(_held(given), _day(given["as_of"]))
    return {
        "claimed": found.claimed.stage if found.claimed else None,
        "verified": found.verified.stage if found.verified else None,
        "know_how_per_cent": str(found.know_how.per_cent),
        "persons": _pair(found.persons),
        "person_days": _pair(found.person_days),
        "independent_runs": _pair(found.runs),
        "missing": {
            row.stage.value: [it.need.value for it in row.needs if not it.is_met] for row in found.stages
        },
    }


def _pair(count: Count) -> list[int | None]:
    return [count.claimed, count.verified]


def _day(text: Any) -> Any:
    return dt.date.fromisoformat(text) if text else None


def _proof(number: int, level: int | None, on: str | None) -> dict[str, Any]:
    state = "verified" if level else "claimed"
    return {"pk": number, "status": state, "level": level or 0, "verified_on": _day(on)}


def _held(given: dict[str, Any]) -> Holdings:
    transfer = Transfer(pk=1, **given["terms"])
    made = Target(indicator=Indicator(code="PRD-MET", minimum_level=2))
    steps = [
        TransferStep(
            transfer=transfer, stage=TransferStage(stage), reached_on=_day(day), **_proof(number, *proof)
        )
        for number, (stage, day, *proof) in enumerate(given["steps"], 1)
    ]
    return Holdings(
        transfer=transfer,
        steps=steps,
        know_how=[
            KnowHowItem(pk=number, delivered_on=_day(delivered), accepted_on=_day(accepted))
            for number, (delivered, accepted) in enumerate(given["know_how"], 1)
        ],
        training=[
            Training(persons=persons, person_days=days, certified_on=_day(day), **_proof(number, *proof))
            for number, (persons, days, day, *proof) in enumerate(given["training"], 1)
        ],
        runs=[
            ReplicationRun(
                run_on=_day(day), guarantee_met=met, licensor_on_site=on_site, **_proof(number, *proof)
            )
            for number, (day, met, on_site, *proof) in enumerate(given["runs"], 1)
        ],
        outputs=[
            Measurement(target=made, value=Decimal(value), period_end=_day(day), **_proof(number, *proof))
            for number, (value, day, *proof) in enumerate(given["outputs"], 1)
        ],
        documented=frozenset(step.pk for step in steps),
    )
