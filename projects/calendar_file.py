"""Due dates as a file for calendar programs (iCalendar, RFC 5545 and RFC 7986): the only module that knows icalendar."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from projects.progress.due_dates import DueDate

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESHED = dt.timedelta(hours=6)
LONGEST_TITLE = 200


def address_of(secret: str) -> str:
    """Return the address that a calendar program fetches."""
    return f"{settings.BASE_URL}{reverse('calendar-feed', args=[secret])}"


def written(entries: Iterable[DueDate]) -> bytes:
    """Return the file. The same entries give the same bytes: nothing in it depends on the moment."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Mission Tracker//{settings.VERSION}//{(get_language() or 'en').upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):  # the standard's name, and the one that most programs read
        calendar.add(name, _("Mission Tracker: due dates"))
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for entry in sorted(entries, key=lambda it: (it.day, it.key)):
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: DueDate) -> Event:
    address = f"{settings.BASE_URL}{entry.path}"
    event = Event()
    event.add("uid", f"{entry.key}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))  # without a METHOD: when it was last revised
    event.add("last-modified", entry.changed_at.astimezone(dt.UTC))
    event.add("sequence", entry.changes)
    event.add("dtstart", entry.day)  # a date alone: the whole day, in whatever zone the reader is
    event.add("summary", _plain(entry.title)[:LONGEST_TITLE])
    event.add("description", "\n".join([*map(_plain, entry.details), address]))
    event.add("url", address)
    event.add("categories", [entry.kind])
    event.add("transp", "TRANSPARENT")  # a due date keeps nobody busy
    event.add("class", "PRIVATE")
    return event


def _plain(text: str) -> str:
    """Return the text in one line: control characters may not stand in the file."""
    return "".join(" " if unicodedata.category(it) == "Cc" else it for it in text)
