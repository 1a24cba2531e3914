"""How late, in the bands that Indian project monitoring prints: 1 to 12, 13 to 24, 25 to 60 and over 60 months."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Band(TextChoices):
    M1_12 = "m1_12", _("1 to 12 months")
    M13_24 = "m13_24", _("13 to 24 months")
    M25_60 = "m25_60", _("25 to 60 months")
    OVER_60 = "over_60", _("over 60 months")


_UP_TO = ((12, Band.M1_12), (24, Band.M13_24), (60, Band.M25_60))


def band(due_on: dt.date | None, reached_on: dt.date) -> Band | None:
    """Return the band in which `reached_on` lies after `due_on`, None when it does not lie after it.

    A month that has begun counts as a month: one day late is "1 to 12", twelve calendar months to the
    day still are, and a day more is "13 to 24".
    """
    if due_on is None or reached_on <= due_on:
        return None
    for months, name in _UP_TO:
        if reached_on <= months_after(due_on, months):
            return name
    return Band.OVER_60


def months_late(due_on: dt.date | None, reached_on: dt.date) -> int | None:
    """Return the calendar months by which `reached_on` lies after `due_on`, each begun one counted; None when not after.

    The same rule as `band`: one day late is 1 month, twelve calendar months to the day are 12, a day more 13.
    """
    if due_on is None or reached_on <= due_on:
        return None
    whole = (reached_on.year - due_on.year) * 12 + reached_on.month - due_on.month
    return whole if reached_on <= months_after(due_on, whole) else whole + 1


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` calendar months later; 31 January leads to the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
