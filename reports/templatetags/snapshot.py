"""Filters that turn the values of a snapshot (docs/snapshot.md) into words of the active language."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _

from projects import choices, formats
from reports.sources import Sources

register = template.Library()

NONE = "\N{EN DASH}"


@register.filter
def fact_date(value: dict[str, str] | None) -> str:
    """Return a date of a fact no more exactly than it is known, or "not known"."""
    return formats.approximate(value["on"], value["precision"]) if value else formats.unknown()


@register.filter
def date_or_dash(value: dict[str, str] | None) -> str:
    """Return a date of a fact, or a dash where no date is expected (a milestone not yet achieved)."""
    return fact_date(value) if value else NONE


@register.filter
def or_dash(value: Any) -> str:
    """Return a number or text, or a dash where the row has none by its nature (days overdue of what is on time)."""
    if value is None:
        return NONE
    return formats.indian(value) if isinstance(value, int) else str(value)


@register.filter
def two_or_dash(value: str | None) -> str:
    """Return a mean with its two decimals, or a dash where there is nothing to take a mean of."""
    return NONE if value is None else formats.indian(value, 2)


@register.filter
def or_not_recorded(value: str | None) -> str:
    """Return an amount with its two decimals, or the words for a column in which no line is on record."""
    return _("not recorded") if value is None else formats.indian(value, 2)


@register.filter
def or_unknown(value: Any) -> str:
    return formats.unknown() if value is None else str(value)


@register.filter
def moment(value: str) -> str:
    """Return a moment as 7 Apr 2026, 06:00 IST."""
    at = datetime.fromisoformat(value)
    return _("%(day)s, %(time)s IST") % {"day": formats.day(at.date()), "time": f"{at:%H:%M}"}


@register.filter
def label(code: str | int | None, vocabulary: str) -> str:
    """Return the word for a code of `projects.choices`; a code it does not know is shown as it stands."""
    if code is None:
        return formats.unknown()
    known = getattr(choices, vocabulary)
    return str(known(code).label) if code in known.values else str(code).replace("_", " ")


@register.filter
def state(code: str) -> str:
    """Return the word for a milestone's state at the as-of date."""
    return {
        "achieved": _("achieved"),
        "open": _("open"),
        "undated": _("undated"),
        "recorded_after": _("recorded after the as-of date"),
        "cancelled": _("cancelled"),
    }[code]


@register.filter
def band(code: str | None) -> str:
    """Return the words for a delay band."""
    return {
        "m1_12": _("1–12 months"),
        "m13_24": _("13–24 months"),
        "m25_60": _("25–60 months"),
        "over_60": _("over 60 months"),
        None: NONE,
    }[code]


@register.filter
def quantity(value: dict[str, Any] | None, unit: str = "") -> str:
    """Return the value of a baseline, target or measurement with Indian grouping, or "not known"."""
    if value is None:
        return formats.unknown()
    return f"{formats.indian(value['value'])} {unit}".strip()


@register.filter
def cite(url: str | None, sources: Sources) -> str:
    """Return the number under which the list of sources names `url`."""
    return f"[{sources.number(url)}]" if url else NONE
