"""A page costs the same number of queries for one row and for six."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import agreeing, archive, gating
from projects.choices import Direction, MeasureBasis, TargetBasis
from projects.models import (
    Amendment,
    Clearance,
    Duty,
    DutyDone,
    Evidence,
    Feed,
    FundLine,
    Indicator,
    KnowHowItem,
    Measurement,
    Mineral,
    Readiness,
    ReliancePoint,
    ReplicationRun,
    SectorNeed,
    Target,
    TargetVersion,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from tests.cast import acting, agreement, milestone, organisation, project, system
from tests.projects import results

# How many queries there are does not hang on the engine: counted on one of them.
pytestmark = pytest.mark.engine("postgres")

PAGES = {
    "/programme/": 44,
    "/public/": 9,
    "/agreements/": 36,  # the ten questions to all that are listed
    "/agreements/?standing=symbolic": 62,  # asked of all first, to find those of the class
    "/agreements/AGR-901/": 42,  # the ten questions ask as all parties together may see
    "/agreements/AGR-901/life/": 12,
    "/projects/": 13,
    "/projects/PRJ-901/": 35,
    "/projects/PRJ-901/roadmap/": 9,
    "/roadmap/": 14,
    "/projects/PRJ-901/feed/": 11,
    "/reliance/": 8,
    "/reliance/MIN-901/": 5,
    "/projects/PRJ-901/money/": 8,
    "/projects/PRJ-901/clearances/": 7,
    "/projects/PRJ-901/readiness/": 7,
    "/projects/PRJ-901/transfers/": 15,
    "/transfers/": 18,
    "/transfers/TRF-801/": 18,
    "/money/": 5,
    "/warnings/": 41,
    "/milestones/": 10,
    "/targets/": 8,
    "/targets/TGT-901/": 8,
    "/indicators/": 7,
    "/indicators/PRD-MAG/": 6,
    "/milestones/MST-901/": 16,  # with the record of slips, and whether the agreement is suspended
}


def cost(browser, path):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)


def one_more(cast, number):
    """Add an agreement, a project, a milestone with its claim, evidence and revision, a target with its value."""
    partner = organisation(f"INS-{number}", f"Partner {number}")
    agreement(f"AGR-{number}", cast.texmin, partner, parent=cast.our_agreement)
    inside = project(
        f"PRJ-{number}", cast.texmin, partner, agreement=cast.our_agreement, parent=cast.our_project
    )
    for owner in (inside, cast.our_project):
        row = milestone(f"MST-{number}-{owner.pk}", owner, agreement=cast.our_agreement)
        row.revise(
            by=acting(cast.officer), new_on=dt.date(2026, 6, 1), reason_code="land", narrative="Site moved."
        )
        file = archive.store([str(number).encode()], name="log.txt", content_type="text/plain")
        row.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 10), evidence=[file])
        _target(f"TGT-{number}-{owner.pk}", owner)
        _money(number, owner, cast)
        _road(number, owner, cast)
        _technology(number, owner, cast)
    _life(number, cast)
    _supply(number, cast)
    _measured(number, cast)
    due_on = dt.date(2026, 7, 1) + dt.timedelta(days=number)
    cast.our_milestone.revise(
        by=acting(cast.officer), new_on=due_on, reason_code="land", narrative="Site moved."
    )


def _life(number, cast):
    """Add a duty that is claimed, an amendment with its document, and a step."""
    file = archive.store([b"letter %d" % number], name="letter.txt", content_type="text/plain")
    day = dt.date(2026, 2, 1) + dt.timedelta(days=number - 900)
    duty = Duty.record(cast.our_agreement, by=acting(cast.officer), party=cast.texmin, text=f"Duty {number}.")
    DutyDone.claim(duty, by=acting(cast.our_lead), done_on=day)
    changed = {"agreed_on": day, "summary": "Changed.", "evidence": [file]}
    Amendment.record(cast.our_agreement, by=acting(cast.officer), **changed)
    for move in ("suspend", "resume"):
        agreeing.take(
            cast.our_agreement,
            move,
            by=acting(cast.manager),
            taken_on=day,
            decided_by_post="Secretary",
            reason="As agreed.",
            evidence=[file],
        )


def _road(number, owner, cast):
    """Add a decision with its document, and a plan."""
    file = archive.store([b"minutes %d" % number], name="minutes.txt", content_type="text/plain")
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number - 900)
    gating.plan(
        owner,
        by=acting(cast.officer),
        gate="G3",
        planned_on=day + dt.timedelta(days=400),
        decided_by_post="Joint Secretary",
        reason="Moved.",
    )
    gating.decide(
        owner,
        by=acting(cast.manager),
        gate="G3",
        decision="hold",
        decided_on=day,
        decided_by_post="Secretary",
        reason="No feed.",
        evidence=[file],
    )


def _measured(number, cast):
    """Give one target one more measurement, with its evidence."""
    goal = Target.objects.filter(reference="TGT-901").first() or _target("TGT-901", cast.our_project)
    day = dt.date(2026, 4, 1) + dt.timedelta(days=number - 910)
    file = archive.store([b"return %d" % number], name="return.txt", content_type="text/plain")
    Measurement.claim(
        goal, by=acting(cast.our_lead), value=1, period_start=day, period_end=day, evidence=(file,)
    )


def _money(number, owner, cast):
    file = archive.store([b"order %d" % number], name="order.txt", content_type="text/plain")
    spent = {"kind": "spent", "source": "psu", "amount_crore": 1, "dated_on": dt.date(2026, 6, 1)}
    FundLine.claim(owner, by=acting(cast.our_lead), contributor=cast.texmin, evidence=(file,), **spent)
    row = Clearance.record(
        owner, by=acting(cast.our_lead), type="ec", is_applicable=True, application_number=str(number)
    )
    Evidence.add(file, by=acting(cast.our_lead), clearance=row)


def _supply(number, cast):
    file = archive.store([b"receipt %d" % number], name="receipt.txt", content_type="text/plain")
    Feed.claim(
        cast.our_project,
        by=acting(cast.our_lead),
        material="ndpr_oxide",
        tonnes=1,
        period_start=dt.date(2026, 5, 1),
        period_end=dt.date(2026, 5, 31),
        is_contracted=False,
        supplier=cast.texmin,
        evidence=(file,),
    )
    goal = Target.objects.get(reference=f"TGT-{number}-{cast.our_project.pk}")
    Measurement.claim(goal, by=acting(cast.our_lead), value=5, period_end=dt.date(2026, 5, 31))
    mineral = Mineral.objects.first() or audit.create(
        Mineral(reference="MIN-901", name="Neodymium"), by=system(), action="test.setup"
    )
    for metric, supplier in (("import_quantity", ""), ("supplier_quantity", "China")):
        row = ReliancePoint(
            reference=f"REL-{number}-{metric[0]}",
            mineral=mineral,
            product=f"magnets {number}",
            metric=metric,
            period="2024-25",
            value=5,
            unit="t",
            supplier=supplier,
        )
        audit.create(row, by=system(), action="test.setup")
    need = SectorNeed(reference=f"NEED-{number}", sector="ev", period="2025-26", tonnes=9)
    audit.create(need, by=system(), action="test.setup")


def _technology(number, owner, cast):
    by, day = acting(cast.our_lead), dt.date(2026, 6, 1)
    file = archive.store([b"proof %d" % number], name="proof.txt", content_type="text/plain")
    given = {"donor": cast.ministry, "recipient": cast.texmin, "agreement": cast.our_agreement}
    Transfer.record(owner, by=by, asset=f"Process {number}", **given)
    Readiness.claim(owner, by=by, ladder="TRL", value=4, assessed_on=day, assessor="Panel", evidence=(file,))
    for transfer in Transfer.objects.filter(project=owner):
        item = KnowHowItem.record(transfer, by=by, title="Manual", kind="manual", due_on=day)
        Evidence.add(file, by=by, know_how_item=item)
        TransferStep.claim(transfer, by=by, stage="offered", reached_on=day, evidence=(file,))
        Training.claim(transfer, by=by, certified_on=day, persons=1, assessed_by="NFTDC")
        run = {"run_on": day, "guarantee_met": True, "licensor_on_site": False}
        ReplicationRun.claim(transfer, by=by, **run)


def _target(reference, owner):
    indicator = Indicator.objects.first() or audit.create(
        Indicator(code="PRD-MAG", name="Magnets", unit="t", measure_basis=MeasureBasis.ANNUAL),
        by=system(),
        action="test.setup",
    )
    target = audit.create(
        Target(
            reference=reference,
            project=owner,
            indicator=indicator,
            title="Magnets made",
            unit="t",
            measure_basis=MeasureBasis.ANNUAL,
            direction=Direction.INCREASE,
            target_basis=TargetBasis.COMPANY_PLAN,
        ),
        by=system(),
        action="test.setup",
    )
    audit.create(TargetVersion(target=target, number=1, value=100), by=system(), action="test.setup")
    return target


def test_a_page_costs_the_same_for_one_row_and_for_six(cast, as_user):
    browsers = {"officer": as_user(cast.officer), "our_lead": as_user(cast.our_lead)}

    def costs():
        return {(who, path): cost(browser, path) for who, browser in browsers.items() for path in PAGES}

    results.transfer(cast, "TRF-801", donor=cast.ministry, agreement=cast.our_agreement)
    one_more(cast, 910)
    for_one = costs()
    for number in range(911, 916):
        one_more(cast, number)

    assert costs() == for_one
    assert {path: max(for_one["officer", path], for_one["our_lead", path]) for path in PAGES} == PAGES
