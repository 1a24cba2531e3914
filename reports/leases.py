"""Who makes a report: one worker, as long as its lease runs.

Every write of a worker names its lease; once another worker has taken over, none of them finds the row.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, QuerySet

from reports import clock
from reports.choices import ReportState
from reports.models import Report

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has the report now: whatever this one made is of no use."""


@dataclass(frozen=True)
class Lease:
    """The right to make one report in one attempt; ends by itself unless it is extended."""

    report: int
    owner: str
    attempt: int

    def held(self) -> QuerySet[Report]:
        """Return the row, as long as the lease is still ours; the fence before every write."""
        return Report._base_manager.filter(
            pk=self.report, state=ReportState.RUNNING, lease_owner=self.owner, attempt=self.attempt
        )

    def write(self, **values: Any) -> None:
        """Write to the row, or raise LeaseLost and leave it as it is."""
        if not self.held().update(**values):
            raise LeaseLost(self.owner)

    def extend(self, now: dt.datetime) -> None:
        self.write(lease_until=until(now))


def until(now: dt.datetime) -> dt.datetime:
    """Return the end of a lease that begins at `now`."""
    return now + dt.timedelta(seconds=settings.REPORT_LEASE_SECONDS)


def claim(report: int, *, now: dt.datetime) -> Lease | None:
    """Return the lease of a report that waits or was abandoned; None when it is not to be had.

    One conditional UPDATE decides: of any number of workers that ask at once, one finds the row.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
    taken = (
        Report.objects.runnable(now)
        .filter(pk=report)
        .update(
            state=ReportState.RUNNING,
            lease_owner=owner,
            lease_until=until(now),
            attempt=F("attempt") + 1,
            started_at=now,
            progress=0,
        )
    )
    if not taken:
        return None
    row = Report.objects.filter(pk=report, lease_owner=owner).only("attempt").first()
    return Lease(report, owner, row.attempt) if row else None


@contextmanager
def kept(lease: Lease, moment: Callable[[], dt.datetime] = clock.now) -> Iterator[None]:
    """Extend the lease in the background, three times as often as needed, until the block is left."""
    done = threading.Event()
    every = settings.REPORT_LEASE_SECONDS / 3
    thread = threading.Thread(target=_beat, args=(lease, done, every, moment), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(lease: Lease, done: threading.Event, every: float, moment: Callable[[], dt.datetime]) -> None:
    while not done.wait(every):
        try:
            lease.extend(moment())
        except LeaseLost:
            logger.warning(
                "Report %s: the lease was lost; what is being made will not be published", lease.report
            )
            return
        except DatabaseError as error:
            logger.warning("Report %s: the lease could not be extended: %s", lease.report, error)
        finally:
            connection.close()  # this thread's own; an idle one would be kept for nothing
