"""Reporting periods of the April-March year, and which of them are owed: pure calendar arithmetic (docs/rules/periods.md)."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS
from django.utils.translation import gettext

from projects import formats
from projects.fiscal import FinancialYear
from reports.choices import Cadence

IST = ZoneInfo("Asia/Kolkata")
APRIL = 4
MONTHS_IN = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.HALF_YEARLY: 6, Cadence.YEARLY: 12}


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends inclusive."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def cadence(self) -> Cadence | None:
        """The cadence whose period this is, or None for a span chosen by hand."""
        return next((cadence for cadence in MONTHS_IN if period_of(cadence, self.start) == self), None)

    @property
    def label(self) -> str:
        """The name people use, in the active language: "March 2026", "Q4 2025-26", "H1 2026-27", "2025-26"."""
        year = str(FinancialYear.of(self.start))
        number = _months_into_year(self.start)
        match self.cadence:
            case Cadence.MONTHLY:
                return f"{MONTHS[self.start.month]} {self.start.year}"
            case Cadence.QUARTERLY:
                return gettext("Q%(number)d %(year)s") % {"number": number // 3 + 1, "year": year}
            case Cadence.HALF_YEARLY:
                return gettext("H%(number)d %(year)s") % {"number": number // 6 + 1, "year": year}
            case Cadence.YEARLY:
                return year
        return gettext("%(start)s to %(end)s") % {
            "start": formats.day(self.start),
            "end": formats.day(self.end),
        }


def period_of(cadence: str, day: date) -> Period:
    """Return the period of `cadence` in which `day` falls."""
    length = MONTHS_IN[Cadence(cadence)]
    into = _months_into_year(day) % length
    first = _shift(day.replace(day=1), -into)
    last = _shift(first, length - 1)
    return Period(first, last.replace(day=monthrange(last.year, last.month)[1]))


def following(cadence: str, period: Period) -> Period:
    """Return the period that begins the day after `period` ends."""
    return period_of(cadence, period.end + timedelta(days=1))


def preceding(cadence: str, period: Period) -> Period:
    """Return the period that ends the day before `period` begins."""
    return period_of(cadence, period.start - timedelta(days=1))


def due_at(period: Period, due_day: int, due_hour: int) -> datetime:
    """Return the moment the report is owed: `due_day` days after the period's end, at `due_hour` in India.

    Day 1 is the day after the end. A report cannot be owed inside its own period: the figures of the
    last day are known only when it is over.
    """
    if due_day < 1:
        raise ValueError(f"a report is due at least one day after its period, not {due_day}")
    return datetime.combine(period.end + timedelta(days=due_day), time(due_hour), tzinfo=IST)


def scheduled(cadence: str, starts_on: date, ends_on: date | None = None) -> Iterator[Period]:
    """Yield, in order, every period that a schedule covers; without end when `ends_on` is None.

    The first is the period in which `starts_on` falls and the last the one in which `ends_on` falls,
    both reported whole: a schedule set up in mid-quarter reports that quarter.
    """
    period = period_of(cadence, starts_on)
    while ends_on is None or period.start <= ends_on:
        yield period
        period = following(cadence, period)


def owed(
    cadence: str, starts_on: date, ends_on: date | None, due_day: int, due_hour: int, now: datetime
) -> list[Period]:
    """Return, oldest first, every period whose report is due at `now` (an aware moment), issued or not.

    However long nobody asked, each period comes exactly once: an outage of two years is caught up.
    """
    if now.tzinfo is None:
        raise ValueError("owed() needs an aware moment: a naive one has no place on the clock of India")
    if ends_on is not None and ends_on < starts_on:
        return []
    covered = scheduled(cadence, starts_on, ends_on)
    return list(takewhile(lambda period: due_at(period, due_day, due_hour) <= now, covered))


def _months_into_year(day: date) -> int:
    return (day.month - APRIL) % 12


def _shift(first_of_month: date, months: int) -> date:
    year, month = divmod(first_of_month.month - 1 + months, 12)
    return date(first_of_month.year + year, month + 1, 1)
