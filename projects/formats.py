"""How numbers, money and dates are written: Indian digit grouping, crore, 23 Nov 2026, ≈ for what is not exact."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from projects.choices import Precision
from projects.fiscal import FinancialYear, quarter_of

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
APPROXIMATELY = f"≈{NO_BREAK_SPACE}"
MINUS = "\N{MINUS SIGN}"

# Names of months are Django's own words. They stand here so that the catalogue of this project holds them, which is
# asked before Django's: Hindi writes months in full (31 मार्च 2026), and Django's Hindi misspells three of them.
SHORT_MONTHS = (
    gettext_noop("jan"),
    gettext_noop("feb"),
    gettext_noop("mar"),
    gettext_noop("apr"),
    gettext_noop("may"),
    gettext_noop("jun"),
    gettext_noop("jul"),
    gettext_noop("aug"),
    gettext_noop("sep"),
    gettext_noop("oct"),
    gettext_noop("nov"),
    gettext_noop("dec"),
)
MISSPELT_MONTHS = (gettext_noop("September"), gettext_noop("November"), gettext_noop("December"))


def unknown() -> str:
    """Return the words for what is not known; an empty value is never shown as zero."""
    return _("not known")


def indian(value: Decimal | float | str | None, decimals: int | None = None) -> str:
    """Return a number grouped the Indian way (12,34,567.5); `decimals` fixes the places, half up.

    Without `decimals` the number keeps the places it has, less trailing zeros. None gives the words
    for "not known".
    """
    if value is None or value == "":
        return unknown()
    number = Decimal(str(value))
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = format(abs(number), "f")
    whole, _dot, fraction = text.partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    grouped = ",".join([*reversed(groups), tail]) if head else tail
    sign = MINUS if number < 0 else ""
    return f"{sign}{grouped}.{fraction}" if fraction else f"{sign}{grouped}"


def crore(value: Decimal | float | str | None, decimals: int | None = None) -> str:
    """Return an amount in crore rupees, as in "₹ 16,300 crore"; `decimals` fixes the places."""
    if value is None or value == "":
        return unknown()
    return (_("₹ %(amount)s crore") % {"amount": indian(value, decimals)}).replace(" ", NO_BREAK_SPACE)


def per_cent(value: Decimal | float | str | None, decimals: int = 2) -> str:
    """Return a percentage, as in "35.42 %"."""
    if value is None or value == "":
        return unknown()
    return f"{indian(value, decimals)}{NO_BREAK_SPACE}%"


def day(value: dt.date | str | None) -> str:
    """Return a date as 23 Nov 2026, with the month's name in the active language."""
    if not value:
        return unknown()
    return date_format(_as_date(value), "j M Y")


def approximate(value: dt.date | str | None, precision: str = Precision.DAY) -> str:
    """Return a date no more exactly than it is known: ≈ Mar 2026, ≈ FY 2026-27, ≈ 23 Nov 2026."""
    if not value:
        return unknown()
    date = _as_date(value)
    if precision in (Precision.DAY, ""):
        return day(date)
    if precision == Precision.MONTH:
        shown = date_format(date, "M Y")
    elif precision == Precision.QUARTER:
        shown = _("Q%(quarter)s of FY %(year)s") % {
            "quarter": quarter_of(date),
            "year": FinancialYear.of(date),
        }
    elif precision == Precision.FINANCIAL_YEAR:
        shown = _("FY %(year)s") % {"year": FinancialYear.of(date)}
    elif precision == Precision.YEAR:
        shown = str(date.year)
    else:
        shown = day(date)
    return APPROXIMATELY + shown


def size(value: int) -> str:
    """Return a file's size in bytes, KB or MB."""
    if value < 1000:
        return _("%(n)s bytes") % {"n": value}
    if value < 1_000_000:
        return _("%(n)s KB") % {"n": indian(Decimal(value) / 1000, 0)}
    return _("%(n)s MB") % {"n": indian(Decimal(value) / 1_000_000, 1)}


def _as_date(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
