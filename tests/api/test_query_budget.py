"""What an answer costs the database: a fixed number of queries, however many rows; one row costs as much as twenty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects import agreeing, gating
from projects.choices import RelianceMetric
from projects.models import (
    Amendment,
    Clearance,
    Duty,
    DutyDone,
    Evidence,
    Feed,
    Finding,
    FundLine,
    KnowHowItem,
    Measurement,
    Milestone,
    Mineral,
    MineralListing,
    Organisation,
    Project,
    Readiness,
    ReliancePoint,
    ReplicationRun,
    SectorNeed,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from tests.api.conftest import SignIn
from tests.api.scene import document, indicator, target
from tests.cast import Cast, acting, agreement, milestone, organisation, project, system

# How many queries there are does not hang on the engine: counted on one of them.
pytestmark = pytest.mark.engine("postgres")

# One finds the access token with the memberships and what the tag of the answer hangs on; the day's first use is remembered.
# Counting a numbered list is one more, and stands with the list.
SIGNED_IN = 1

# address: queries beyond those of signing in, for the ministry and for a partner alike
LISTS = {
    "organisations": 2,
    "minerals": 3,
    "indicators": 2,
    "reliance": 2,
    "sector-needs": 2,
    "feeds": 2,
    "agreements": 32,
    "agreements/?standing=defined": 58,
    "projects": 1,
    "projects/?sector=ev&overdue=false&page_size=3": 1,
    "projects/?lead=INS-901": 1,
    "milestones": 1,
    "milestones/?project=PRJ-901&overdue=false": 1,
    "targets": 4,
    "targets/totals": 2,
    "measurements": 1,
    "fund-lines": 2,
    "clearances": 1,
    "gates": 1,
    "amendments": 1,
    "duties": 2,
    "duties-done": 1,
    "gate-plans": 1,
    "readiness": 1,
    "transfers": 10,
    "know-how-items": 1,
    "transfer-steps": 1,
    "trainings": 1,
    "replication-runs": 1,
    "evidence": 1,
    "findings": 2,
}
# for the ministry, for a lead: whether a lead may act is one question more
DETAILS = {
    "overview": (15, 15),  # has no tag
    "agreements/AGR-901": (32, 32),
    "agreements/AGR-901/life": (7, 7),
    "projects/PRJ-901": (1, 1),
    "projects/PRJ-901/roadmap": (4, 4),
    "milestones/MST-901": (6, 7),  # the agreement behind its project, and the record of slips
    "targets/TGT-901": (4, 4),
    "milestones/MST-901/history": (2, None),
    "findings/FND-001": (2, 2),  # with the files of its answers
    "projects/PRJ-901/mass-balance": (7, 7),
    "reliance/summary": (1, 1),
    "sector-needs/summary": (5, 5),
}


def furnish(cast: Cast, count: int) -> None:
    """Add `count` of everything, each with something of everything that hangs on it."""
    lithium = audit.create(Mineral(reference="MIN-800", name="Lithium"), by=system(), action="test.setup")
    measured = indicator("PRD-800")
    for number in range(800, 800 + count):
        partner = organisation(f"INS-{number}", f"Partner {number}")
        mineral = audit.create(
            Mineral(reference=f"MIN-{number + 1}", name=f"Mineral {number}"), by=system(), action="test.setup"
        )
        audit.create(
            MineralListing(mineral=mineral, official_list="mmdr_part_d", listed_from=dt.date(2023, 8, 17)),
            by=system(),
            action="test.setup",
        )
        indicator(f"CAP-{number}")
        audit.create(
            ReliancePoint(
                reference=f"REL-{number}",
                mineral=mineral,
                product="Magnets",
                metric=RelianceMetric.IMPORT_DEPENDENCE,
                period="2025-26",
                value=Decimal(80),
                unit="per cent",
            ),
            by=system(),
            action="test.setup",
        )
        signed = agreement(f"AGR-{number}", cast.ministry, cast.texmin, partner, parent=cast.our_agreement)
        work = project(f"PRJ-{number}", cast.texmin, partner, agreement=signed, parent=cast.our_project)
        with audit.open_door():
            work.minerals.set([lithium, mineral])
        claimed = milestone(f"MST-{number}", work, agreement=signed)
        claimed.claim(
            by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1), evidence=[document(f"proof {number}")]
        )
        goal = target(f"TGT-{number}", measured, project=work)
        FundLine.claim(
            work,
            by=acting(cast.our_lead),
            kind="spent",
            source="private",
            contributor=partner,
            amount_crore=Decimal(1),
            dated_on=dt.date(2026, 5, 31),
        )
        duty = Duty.record(signed, by=acting(cast.officer), party=cast.texmin, text="Name an officer.")
        DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
        Amendment.record(
            signed,
            by=acting(cast.officer),
            agreed_on=dt.date(2026, 6, 1),
            summary="Changed.",
            evidence=[document(f"amendment {number}")],
        )
        gating.plan(
            work, by=acting(cast.officer), gate="G3", planned_on=dt.date(2027, 3, 31), decided_by_post="JS"
        )
        gating.decide(
            work,
            by=acting(cast.manager),
            gate="G3",
            decision="hold",
            decided_on=dt.date(2026, 6, 1),
            decided_by_post="Secretary",
            reason="No feed.",
        )
        feed_of(work, cast, partner)
        audit.create(
            SectorNeed(reference=f"NEED-{number}", sector="ev", period="2025-26", tonnes=Decimal(100)),
            by=system(),
            action="test.setup",
        )
        handed_over(cast, work, partner)
        Clearance.record(work, by=acting(cast.our_lead), type="cto", is_applicable=True)
        Measurement.claim(goal, by=acting(cast.our_lead), value=Decimal(1), period_end=dt.date(2026, 5, 31))
        finding = Finding.raise_(
            claimed, by=acting(cast.auditor), kind="query", text="Why?", due_on=dt.date(2026, 7, 1)
        )
        finding.answer_(by=acting(cast.our_lead), answer="So.", evidence=[document(f"answer {number}")])
    enrich(cast, measured, count)


def feed_of(work: Any, cast: Cast, supplier: Any = None) -> None:
    Feed.claim(
        work,
        by=acting(cast.officer),
        material="ndpr_oxide",
        tonnes=Decimal(1),
        period_start=dt.date(2026, 5, 1),
        period_end=dt.date(2026, 5, 31),
        is_contracted=False,
        supplier=supplier,
    )


def handed_over(cast: Cast, work: Project, donor: Organisation) -> None:
    """A transfer with one of everything, and a readiness level."""
    by, day = acting(cast.our_lead), dt.date(2026, 5, 31)
    given = {"asset": "Process", "donor": donor, "recipient": cast.texmin, "agreement": work.agreement}
    row = Transfer.record(work, by=acting(cast.officer), **given)
    KnowHowItem.record(row, by=by, title="Manual", kind="manual")
    TransferStep.claim(row, by=by, stage="offered", reached_on=day)
    Training.claim(row, by=by, certified_on=day, persons=1, assessed_by="NFTDC")
    ReplicationRun.claim(row, by=by, run_on=day, guarantee_met=True, licensor_on_site=False)
    Readiness.claim(work, by=by, ladder="TRL", value=4, assessed_on=day, assessor="NTRAF panel")


def enrich(cast: Cast, measured: Any, count: int) -> None:
    """Hang `count` revisions, files and versions on the rows whose details are asked for."""
    target("TGT-901", measured, project=cast.our_project)
    audit.change(cast.our_project, by=system(), action="test.setup", changes={"sector": "ev"})
    magnets = indicator("PRD-MAG")
    met = indicator("INT-EV")
    for number in range(count):
        goal = target(f"TGT-M{number}", magnets, project=cast.our_project)
        share = target(f"TGT-S{number}", met, project=cast.our_project)
        for row in (goal, share):
            Measurement.claim(
                row, by=acting(cast.our_lead), value=Decimal(1), period_end=dt.date(2026, 5, 31)
            )
        feed_of(cast.our_project, cast)
        Milestone.objects.get(pk=cast.our_milestone.pk).revise(
            by=acting(cast.manager),
            new_on=dt.date(2027, 1, 1) + dt.timedelta(number),
            reason_code="funds",
            narrative="Late.",
        )
        Evidence.add(document(f"file {number}"), by=acting(cast.officer), milestone=cast.our_milestone)
        live(cast, number)


def live(cast: Cast, number: int) -> None:
    """Add a duty that is claimed, an amendment and a step to the agreement whose life is asked for."""
    row, officer = cast.our_agreement, acting(cast.officer)
    duty = Duty.record(row, by=officer, party=cast.texmin, text=f"Duty {number}.")
    DutyDone.claim(duty, by=acting(cast.our_lead), done_on=dt.date(2026, 6, 1))
    changed = {"agreed_on": dt.date(2026, 6, 1), "summary": f"Changed {number}."}
    Amendment.record(row, by=officer, evidence=[document(f"change {number}")], **changed)
    move = "resume" if row.status == "suspended" else "suspend"
    agreeing.take(
        row,
        move,
        by=acting(cast.manager),
        taken_on=dt.date(2026, 6, 1),
        decided_by_post="Secretary",
        reason="As agreed.",
    )


def cost(client: APIClient, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/api/v1/{address}" if "?" in address else f"/api/v1/{address}/")
    assert response.status_code == 200, response.content
    return len(queries) - SIGNED_IN


@pytest.mark.parametrize("count", [1, 6])
def test_an_answer_costs_the_same_whatever_hangs_on_it(count: int, cast: Cast, signed_in: SignIn):
    furnish(cast, count)
    for position, user in enumerate((cast.manager, cast.our_lead)):
        client = signed_in(user)
        client.get("/api/v1/me/")  # the first use of a day is written down
        expected = LISTS | {
            it: prices[position] for it, prices in DETAILS.items() if prices[position] is not None
        }
        assert {address: cost(client, address) for address in expected} == expected
