"""One worker makes a report; whoever lost the report writes nothing."""

import datetime as dt
import time

import pytest
from django.db import connections

from projects.models import AuditEvent
from reports import clock, engine, leases
from reports.choices import Language, ReportState
from reports.leases import LeaseLost
from reports.models import Edition
from tests.reports.issued import edition
from tests.reports.orders import MINUTE, NOW, at_once, claimed, fresh, order

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_ask_at_once_one_gets_the_report(cast):
    report = order(cast)
    found = at_once(8, lambda _number: leases.claim(report.pk, now=NOW))
    winners = [lease for lease in found if lease is not None]
    assert len(winners) == 1, found
    assert (fresh(report).attempt, fresh(report).lease_owner) == (1, winners[0].owner)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_over_an_abandoned_report(cast):
    report = order(cast)
    claimed(report)
    found = at_once(8, lambda _number: leases.claim(report.pk, now=NOW + 2 * MINUTE))
    assert [lease.attempt for lease in found if lease] == [2]


def test_a_report_is_not_taken_while_its_lease_runs(cast):
    report = order(cast)
    claimed(report)
    assert leases.claim(report.pk, now=NOW + dt.timedelta(seconds=59)) is None
    assert leases.claim(report.pk, now=NOW + dt.timedelta(seconds=60)) is not None


def test_an_extended_lease_lasts_longer(cast):
    report = order(cast)
    claimed(report).extend(NOW + MINUTE)
    assert leases.claim(report.pk, now=NOW + dt.timedelta(seconds=119)) is None


def test_a_worker_that_lost_its_report_writes_nothing(cast):
    report = order(cast)
    zombie = claimed(report)
    heir = claimed(report, NOW + 2 * MINUTE)
    for attempt in (
        lambda: zombie.extend(NOW + 3 * MINUTE),
        lambda: zombie.write(progress=90),
        lambda: zombie.write(state=ReportState.FAILED, failure="I failed."),
    ):
        with pytest.raises(LeaseLost):
            attempt()
    assert (fresh(report).lease_owner, fresh(report).progress) == (heir.owner, 0)


def test_a_worker_that_lost_its_report_publishes_nothing(cast):
    report = order(cast)
    zombie = claimed(report)
    zombie.write(snapshot="{}", snapshot_sha256="ab" * 32)
    editions = [edition(report, language) for language in Language.values]
    claimed(report, NOW + 2 * MINUTE)
    with pytest.raises(LeaseLost):
        engine._publish(report, zombie, editions, now=NOW + 3 * MINUTE)
    assert fresh(report).state == ReportState.RUNNING
    assert not AuditEvent.objects.filter(action="report.issue").exists()
    assert not Edition.objects.exists()


def test_a_worker_that_lost_its_report_does_not_record_a_failure(cast):
    report = order(cast)
    zombie = claimed(report)
    claimed(report, NOW + 2 * MINUTE)
    engine._fail(zombie, "I failed.", now=NOW + 3 * MINUTE)
    engine._end_attempt(zombie, OSError("disk"), now=NOW + 3 * MINUTE)
    assert (fresh(report).state, fresh(report).attempt) == (ReportState.RUNNING, 2)


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_keeps_the_lease_as_long_as_the_work_takes(cast, settings):
    settings.REPORT_LEASE_SECONDS = 1.5
    report = order(cast)
    lease = claimed(report, clock.now())
    with leases.kept(lease):
        time.sleep(2.5)
        assert leases.claim(report.pk, now=clock.now()) is None
    time.sleep(2)
    assert leases.claim(report.pk, now=clock.now()).attempt == 2


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_never_takes_a_lost_report_back(cast, settings):
    settings.REPORT_LEASE_SECONDS = 0.6
    report = order(cast)
    with leases.kept(claimed(report, clock.now())):
        heir = leases.claim(report.pk, now=clock.now() + MINUTE)
        time.sleep(1)
    assert fresh(report).lease_owner == heir.owner
    connections.close_all()
