"""One row of everything that shows results: transfer, readiness, money, clearances, duties, feed and gates as planned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects import archive
from projects.models import (
    AgreementStep,
    Amendment,
    Claim,
    Clearance,
    Duty,
    DutyDone,
    Feed,
    FundLine,
    GatePlan,
    KnowHowItem,
    Readiness,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from tests.cast import Cast, system

DAY = dt.date(2026, 6, 1)


def made(row: Any) -> Any:
    return audit.create(row, by=system(), action="test.setup")


def stated(model: type[Claim], cast: Cast, **facts: Any) -> Any:
    """Return a claim of our lead's, past the rules of claiming."""
    return made(
        model(claimed_by=cast.our_lead, claimant_organisation=cast.texmin, claimed_at=timezone.now(), **facts)
    )


def transfer(cast: Cast, reference: str = "TRF-901", **facts: Any) -> Transfer:
    """Return the transfer of a process from Irel to Texmin, for our project."""
    given = {"project": cast.our_project, "asset": "Metal-making process", "donor": cast.irel}
    return made(Transfer(reference=reference, recipient=cast.texmin, **{**given, **facts}))


def step(cast: Cast, **facts: Any) -> TransferStep:
    return stated(
        TransferStep, cast, **{"transfer": transfer(cast), "stage": "offered", "reached_on": DAY, **facts}
    )


def know_how(cast: Cast, **facts: Any) -> KnowHowItem:
    given = {"number": 1, "title": "Furnace drawings", "kind": "drawing", "delivered_on": DAY}
    return made(KnowHowItem(transfer=transfer(cast), **{**given, **facts}))


def training(cast: Cast, **facts: Any) -> Training:
    given = {"certified_on": DAY, "persons": 4, "assessed_by": "NFTDC"}
    return stated(Training, cast, transfer=transfer(cast), **{**given, **facts})


def run(cast: Cast, **facts: Any) -> ReplicationRun:
    given = {"run_on": DAY, "guarantee_met": True, "licensor_on_site": False}
    return stated(ReplicationRun, cast, transfer=transfer(cast), **{**given, **facts})


def readiness(cast: Cast, **facts: Any) -> Readiness:
    given = {"ladder": "TRL", "value": 4, "assessed_on": DAY, "assessor": "NTRAF panel"}
    return stated(Readiness, cast, project=cast.our_project, **{**given, **facts})


def fund_line(cast: Cast, **facts: Any) -> FundLine:
    given = {
        "project": cast.our_project,
        "kind": "released",
        "source": "budget",
        "amount_crore": Decimal("1.50"),
        "dated_on": DAY,
    }
    return stated(FundLine, cast, **{**given, **facts})


def clearance(cast: Cast, **facts: Any) -> Clearance:
    given = {"type": "ec", "is_applicable": True, "authority": "SEIAA", "applied_on": DAY}
    return made(Clearance(project=cast.our_project, **{**given, **facts}))


def duty(cast: Cast, **facts: Any) -> Duty:
    given = {
        "number": 901,
        "party": cast.texmin,
        "text": "Name a nodal officer.",
        "due_on": DAY,
        "due_precision": "day",
    }
    return made(Duty(agreement=cast.our_agreement, **{**given, **facts}))


def duty_done(cast: Cast, **facts: Any) -> DutyDone:
    return stated(DutyDone, cast, duty=duty(cast), done_on=DAY, **facts)


def amendment(cast: Cast, **facts: Any) -> Amendment:
    given = {"number": 901, "agreed_on": DAY, "summary": "Scope widened to samarium."}
    return made(Amendment(agreement=cast.our_agreement, **{**given, **facts}))


def agreement_step(cast: Cast, **facts: Any) -> AgreementStep:
    given = {"move": "suspend", "from_status": "signed", "to_status": "suspended", "taken_on": DAY}
    given |= {"decided_by_post": "Joint Secretary", "reason": "Sanctions.", "recorded_by": cast.manager}
    return made(AgreementStep(agreement=cast.our_agreement, **{**given, **facts}))


def feed(cast: Cast, **facts: Any) -> Feed:
    given = {
        "material": "ndpr_oxide",
        "tonnes": Decimal(10),
        "period_start": dt.date(2026, 4, 1),
        "period_end": dt.date(2026, 6, 30),
        "is_contracted": False,
    }
    return stated(Feed, cast, project=cast.our_project, **{**given, **facts})


def gate_plan(cast: Cast, **facts: Any) -> GatePlan:
    given = {
        "gate": "G3",
        "number": 1,
        "planned_on": dt.date(2027, 3, 31),
        "decided_on": DAY,
        "decided_by_post": "Joint Secretary",
    }
    return made(GatePlan(project=cast.our_project, **{**given, **facts}))


def document(text: str) -> archive.StoredFile:
    """Return a file kept in the archive."""
    return archive.store([f"%PDF-1.7 {text}".encode()], name=f"{text}.pdf", content_type="application/pdf")
