"""A page costs the same number of queries for one row and for twenty."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import archive
from projects.choices import Direction, MeasureBasis, TargetBasis
from projects.models import (
    Clearance,
    Evidence,
    FundLine,
    Indicator,
    KnowHowItem,
    Readiness,
    ReplicationRun,
    Target,
    TargetVersion,
    Training,
    Transfer,
    TransferStep,
    audit,
)
from tests.cast import acting, agreement, milestone, organisation, project, system
from tests.projects import results

PAGES = {
    "/": 15,
    "/agreements/": 9,
    "/agreements/AGR-901/": 30,  # the ten questions ask as all parties together may see
    "/projects/": 9,
    "/projects/PRJ-901/": 25,
    "/projects/PRJ-901/money/": 8,
    "/projects/PRJ-901/clearances/": 7,
    "/projects/PRJ-901/readiness/": 7,
    "/projects/PRJ-901/transfers/": 15,
    "/transfers/": 17,
    "/transfers/TRF-801/": 18,
    "/money/": 5,
    "/milestones/": 9,
    "/milestones/MST-901/": 9,
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
        _technology(number, owner, cast)
    due_on = dt.date(2026, 7, 1) + dt.timedelta(days=number)
    cast.our_milestone.revise(
        by=acting(cast.officer), new_on=due_on, reason_code="land", narrative="Site moved."
    )


def _money(number, owner, cast):
    file = archive.store([b"order %d" % number], name="order.txt", content_type="text/plain")
    spent = {"kind": "spent", "source": "psu", "amount_crore": 1, "dated_on": dt.date(2026, 6, 1)}
    FundLine.claim(owner, by=acting(cast.our_lead), contributor=cast.texmin, evidence=(file,), **spent)
    row = Clearance.record(
        owner, by=acting(cast.our_lead), type="ec", is_applicable=True, application_number=str(number)
    )
    Evidence.add(file, by=acting(cast.our_lead), clearance=row)


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


def test_a_page_costs_the_same_for_one_row_and_for_twenty(cast, as_user):
    browsers = {"officer": as_user(cast.officer), "our_lead": as_user(cast.our_lead)}

    def costs():
        return {(who, path): cost(browser, path) for who, browser in browsers.items() for path in PAGES}

    results.transfer(cast, "TRF-801", donor=cast.ministry, agreement=cast.our_agreement)
    one_more(cast, 910)
    for_one = costs()
    for number in range(911, 930):
        one_more(cast, number)

    assert costs() == for_one
    assert {path: max(for_one["officer", path], for_one["our_lead", path]) for path in PAGES} == PAGES
