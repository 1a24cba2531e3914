"""Schedules and reports for tests: what was scheduled, ordered, and how a worker takes it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

from reports import leases, ordering
from reports.choices import Cadence, ReportKind
from reports.leases import Lease
from reports.models import Report, ReportSchedule
from reports.periods import IST
from tests.cast import Cast, acting

NOW = dt.datetime(2026, 6, 15, 9, 0, tzinfo=IST)
MINUTE = dt.timedelta(minutes=1)


def schedule(cast: Cast, **fields: Any) -> ReportSchedule:
    """Return a quarterly programme schedule of the manager's that owes one report in the tests' today."""
    facts = {
        "title": "Quarterly",
        "kind": ReportKind.PROGRAMME,
        "cadence": Cadence.QUARTERLY,
        "due_day": 5,
        "due_hour": 6,
        "starts_on": dt.date(2026, 1, 1),
        **fields,
    }
    return ReportSchedule.create(by=acting(cast.manager), **facts)


def order(cast: Cast, **fields: Any) -> Report:
    """Return a report on our project that the officer has ordered."""
    facts = {"kind": ReportKind.PROJECT, "project": cast.our_project, "as_of": dt.date(2026, 5, 31), **fields}
    return ordering.order(by=acting(cast.officer), now=NOW, **facts)


def claimed(report: Report, now: dt.datetime = NOW) -> Lease:
    lease = leases.claim(report.pk, now=now)
    assert lease is not None
    return lease


def fresh(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def execute(statement: str, parameters: tuple[Any, ...] = ()) -> None:
    """Run a statement past the models, as a person at the database's prompt would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Call `act(0)` to `act(count - 1)` in threads that all start together; return what each gave or raised."""
    gate = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            gate.wait(30)
            results[number] = act(number)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results
