"""Reports on the whole programme as the public records give them, with what the checks and the records say against them."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

from django.db import transaction

from projects.choices import Role
from projects.models import audit
from projects.permissions import Actor
from reports import checks, figures, ordering
from reports.checks import records as rechecked
from reports.checks.arithmetic import Failure
from tests import folders
from tests.cast import acting, person
from tests.reports.records import DAYS, NOW

Snapshot = dict[str, Any]
Made = tuple[Snapshot, list[Failure]]


def made(kind: str, by: Actor, as_of: dt.date, now: dt.datetime = NOW) -> Made:
    """Return the snapshot of a report as the engine would freeze it, and everything that speaks against it."""
    report = ordering.order(kind=kind, as_of=as_of, by=by, now=now)
    snapshot = json.loads(audit.canonical(figures.snapshot(report, by=by, now=now)))
    return snapshot, rechecked.failures(snapshot, by=by) + checks.failures(snapshot)


@cache
def recorded(kind: str) -> dict[dt.date, Made]:
    """Return the report of each of the days, from the public records alone."""
    with transaction.atomic():
        folders.shipped()
        by = acting(person("owner", Role.ADMINISTRATOR), NOW.date())
        found = {day: made(kind, by, day) for day in DAYS}
        transaction.set_rollback(True)
    return found
