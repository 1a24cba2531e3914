"""The audit chain under many writers: no number twice, none left out, each event on the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from projects.models import AuditEvent, Milestone, audit
from tests.cast import Cast, acting, milestone
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 8, 5


def test_the_chain_stays_unbroken_under_eight_writers(cast: Cast, together: Together):
    rows = [milestone(f"MST-{970 + number}", cast.our_project) for number in range(WRITERS)]
    before = AuditEvent.objects.count()

    def writer(pk: int) -> Callable[[], None]:
        def write() -> None:
            row = Milestone.objects.get(pk=pk)
            for number in range(EACH):
                row.revise(
                    by=acting(cast.manager),
                    new_on=dt.date(2027, 1, 1) + dt.timedelta(number),
                    reason_code="funds",
                    narrative=f"Delay {number}.",
                )

        return write

    outcomes = together([writer(row.pk) for row in rows])
    assert outcomes == [None] * WRITERS
    assert audit.first_break() is None
    # A revision is a change of the milestone and a row of its own.
    assert AuditEvent.objects.count() == before + 2 * WRITERS * EACH
    assert audit.head()[0] == AuditEvent.objects.count()
