"""The small shapes of a snapshot (docs/snapshot.md): numbers as text, dates with their precision, unknown as None."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects.choices import Precision
from projects.models import Agreement, Mineral, Organisation, User
from projects.models.audit import plain
from projects.progress import Spread, half_up
from reports.periods import IST

Shape = dict[str, Any]


def text(value: str | None) -> str | None:
    """Return a text; an empty one is unknown."""
    return value or None


def quantity(value: Decimal | None) -> str | None:
    """Return an exact number without trailing zeros."""
    return None if value is None else plain(value)


def places(value: Decimal | None) -> str | None:
    """Return a per cent, a mean or an amount in crore, with two decimals."""
    return None if value is None else f"{half_up(value):f}"


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: dt.datetime) -> str:
    """Return a moment on the clock of India, to the second."""
    return value.astimezone(IST).isoformat(timespec="seconds")


def date(on: dt.date | None, precision: str) -> Shape | None:
    """Return a date of a fact with how exactly it is known."""
    return {"on": on.isoformat(), "precision": precision or Precision.DAY.value} if on else None


def organisation(row: Organisation | None) -> Shape | None:
    return {"reference": row.reference, "name": row.name, "short_name": row.short_name} if row else None


def mineral(row: Mineral | None) -> Shape | None:
    return {"reference": row.reference, "name": row.name, "symbol": text(row.symbol)} if row else None


def person(row: User | None) -> str | None:
    """Return a post; what the system recorded from a source was said by nobody we know."""
    return None if row is None or row.is_system else row.by_post


def local_day(value: dt.datetime) -> str:
    """Return the day in India on which a moment fell."""
    return timezone.localtime(value, IST).date().isoformat()


def instrument(fact: Agreement) -> Shape:
    """Return what names an agreement wherever it stands, and how far it binds."""
    return {
        "reference": fact.reference,
        "title": fact.title,
        "type": fact.instrument,
        "status": fact.status,
        "binding": text(fact.binding),
    }


def mean_block(spread: Spread) -> Shape:
    return {
        "count": spread.count,
        "sum": int(spread.sum),
        "mean": places(spread.mean),
        "median": places(spread.median),
    }
