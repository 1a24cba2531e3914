"""The figures of the public records, worked out once for the whole run."""

import datetime as dt

import pytest
from django.db import transaction

from projects import progress
from projects.models import audit
from tests import folders

DAYS = (dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30))
Figures = dict[dt.date, progress.Programme]


@pytest.fixture(scope="session")
def programmes(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Figures:
    """The programme as the shipped records give it on each of the days.

    Taken back before the first test sees it: the figures hold no open query, and no other test meets
    these records.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        everybody = audit.system_actor("test", on=DAYS[-1])
        found = {day: progress.programme(day, everybody) for day in DAYS}
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="session")
def march(programmes: Figures) -> progress.Programme:
    """The figures at the end of the financial year 2025-26."""
    return programmes[DAYS[0]]
