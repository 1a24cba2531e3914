"""The engine's clock: the database's, because it is the only one that all workers share.

A worker whose own clock is wrong would otherwise see leases run out that are alive, and open reports before
they are due.
"""

import datetime as dt

from django.db import connection
from django.utils import timezone


def now() -> dt.datetime:
    """Return the present moment, aware; on SQLite, which has one machine, that machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment
