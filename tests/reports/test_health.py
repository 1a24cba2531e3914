"""/healthz/deep says without a login whether reports come as they are owed, and names what is wrong."""

import datetime as dt
import signal
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from projects import permissions
from projects.models import AuditEvent, Pulse, audit
from reports import checkpoints, clock, engine, ordering
from reports.choices import ReportKind, ReportState
from reports.models import Report, ReportSchedule
from tests.cast import Cast
from tests.emptying import past_triggers
from tests.reports.orders import schedule
from tracker import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_tick(db: None) -> None:
    Pulse.beat(Pulse.TICK, now=clock.now())


def asked() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/healthz/deep")
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()


def ordered(cast: Cast, minutes: int) -> Report:
    """Return a report that was ordered so many minutes ago."""
    when = clock.now() - dt.timedelta(minutes=minutes)
    by = permissions.actor(cast.officer, on=timezone.localdate(when))
    facts = {"kind": ReportKind.PROJECT, "project": cast.our_project, "as_of": dt.date(2026, 5, 31)}
    return ordering.order(by=by, now=when, **facts)


def test_a_machine_at_work_is_well(cast: Cast):
    ordered(cast, 10)
    status, said = asked()
    assert (status, said["status"], said["wrong"]) == (200, "ok", [])
    assert said["broker"] == ("ok" if settings.REDIS_URL else "polling")
    assert (said["chain"]["seq"], said["chain"]["fits"]) == (audit.head()[0], True)
    assert said["tick"]["age_seconds"] < 60


def test_a_report_that_waits_for_more_than_a_quarter_of_an_hour_is_an_alarm(cast: Cast):
    ordered(cast, 40)
    status, said = asked()
    assert (status, said["wrong"]) == (503, ["waiting"])
    assert said["waiting"] == {"count": 1, "oldest_minutes": 40}


def test_a_failed_report_is_an_alarm_until_somebody_tries_again(cast: Cast):
    report = ordered(cast, 1)
    Report.objects.filter(pk=report.pk).update(state=ReportState.FAILED, failure="the secret of the furnace")
    status, said = asked()
    assert (status, said["wrong"]) == (503, ["failed"])
    assert said["failed"] == {"count": 1, "serials": [report.serial]}
    assert "furnace" not in str(said)
    engine.retry(report, by=permissions.actor(cast.manager, on=dt.date(2026, 6, 15)), now=clock.now())
    assert asked()[0] == 200


def test_a_period_that_nobody_registers_is_an_alarm(cast: Cast):
    found = schedule(cast, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 3, 31))
    status, said = asked()
    assert (status, said["wrong"], said["unregistered"]) == (503, ["unregistered"], 1)
    ordering.open_owed(found, now=clock.now())
    assert asked()[0] == 200


def test_a_period_that_is_owed_for_a_moment_only_is_none(cast: Cast):
    found = schedule(cast, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 3, 31))
    due = found.due_at(found.owed(clock.now())[0])
    assert health._unregistered(ReportSchedule.objects.get(pk=found.pk), due + dt.timedelta(minutes=14)) == 0
    assert health._unregistered(ReportSchedule.objects.get(pk=found.pk), due + dt.timedelta(minutes=16)) == 1


def test_a_frozen_broker_is_named_and_waited_for_once(db, settings, redis_server):
    settings.REDIS_URL = redis_server.url
    assert asked()[1]["broker"] == "ok"
    redis_server.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    status, said = asked()
    redis_server.process.send_signal(signal.SIGCONT)
    assert (status, said["wrong"], said["broker"]) == (503, ["broker"], "no answer")
    assert time.monotonic() - began < 3


def test_a_disk_that_is_nearly_full_is_an_alarm(db, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    status, said = asked()
    assert (status, said["wrong"]) == (503, ["disk"])
    assert said["disk"]["free_megabytes"] > 0


def test_a_scheduler_that_never_came_or_is_silent_is_an_alarm(db):
    Pulse.objects.all().delete()
    assert asked()[1]["wrong"] == ["tick"]
    Pulse.beat(Pulse.TICK, now=clock.now() - dt.timedelta(minutes=6))
    status, said = asked()
    assert (status, said["wrong"]) == (503, ["tick"])
    assert 360 <= said["tick"]["age_seconds"] < 420
    engine.tick(now=clock.now())
    assert asked()[0] == 200


def test_a_trail_whose_end_does_not_fit_or_that_nothing_sealed_is_an_alarm(cast: Cast, monkeypatch):
    checkpoints.write_due(now=clock.now() - dt.timedelta(hours=49))
    assert asked()[1]["wrong"] == ["chain"]
    checkpoints.write_due(now=clock.now())
    assert asked()[1]["wrong"] == []
    with past_triggers(connection):
        AuditEvent.objects.filter(seq=audit.head()[0]).update(reason="never said")
    status, said = asked()
    assert (status, said["wrong"], said["chain"]["fits"]) == (503, ["chain"], False)
