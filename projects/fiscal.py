"""The Indian financial year: 1 April to 31 March, written 2025-26 (rule R11)."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from projects.choices import Precision


@dataclass(frozen=True, order=True)
class FinancialYear:
    """A financial year by the calendar year in which it starts."""

    starts_in: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """Return the financial year that contains `day`."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.starts_in, 4, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.starts_in + 1, 3, 31)

    def next(self) -> Self:
        return type(self)(self.starts_in + 1)

    def __str__(self) -> str:
        return f"{self.starts_in}-{(self.starts_in + 1) % 100:02d}"


def quarter_of(day: dt.date) -> int:
    """Return 1 for April to June up to 4 for January to March."""
    return (day.month - 4) % 12 // 3 + 1


def last_day_of(day: dt.date, precision: str) -> dt.date:
    """Return the last day of the month, quarter, financial year or year around `day`; `day` itself for any other precision.

    A date that is not known to the day is stored as the end of its period.
    """
    if precision == Precision.FINANCIAL_YEAR:
        return FinancialYear.of(day).last_day
    if precision == Precision.YEAR:
        return dt.date(day.year, 12, 31)
    if precision == Precision.QUARTER:
        month = (day.month + 2) // 3 * 3
    elif precision == Precision.MONTH:
        month = day.month
    else:
        return day
    return dt.date(day.year, month, calendar.monthrange(day.year, month)[1])


def months_between(start: dt.date, end: dt.date) -> Fraction:
    """Return the months from `start` to `end`, both days included, a part of a month by its days.

    1 April 2024 to 31 March 2026 is exactly 24: a plan's pace is counted in months, because counting
    days would make a leap year move it.
    """
    day_after = end + dt.timedelta(days=1)
    whole = (day_after.year - start.year) * 12 + day_after.month - start.month
    return whole + _part_of_month(day_after) - _part_of_month(start)


def _part_of_month(day: dt.date) -> Fraction:
    return Fraction(day.day - 1, calendar.monthrange(day.year, day.month)[1])
