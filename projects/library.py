"""The indicator library that comes with the tracker: reference_data/indicators.csv. docs/rules/indicators.md explains it.

Loading brings what the library defines into the database and leaves alone what people have changed there.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from projects.models import AuditEvent, Indicator, audit

ACTION = "reference.load"
FILE = Path("reference_data") / "indicators.csv"
BOUNDS = ("plausible_from", "plausible_to")


@dataclass(frozen=True)
class Loaded:
    """What became of the library's indicators."""

    added: int
    brought_up: int
    """Made by an import or an earlier library, and changed by nobody since: now as the library defines them."""
    unchanged: int
    kept: tuple[str, ...]
    """Defined otherwise here by people, and left so."""


def definitions() -> Iterator[dict[str, Any]]:
    """Yield the facts of each indicator of the library, as the fields of the model."""
    path = Path(apps.get_app_config("projects").path) / FILE
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            bounds = {name: Decimal(row[name]) if row[name] else None for name in BOUNDS}
            yield {**row, **bounds, "minimum_level": int(row["minimum_level"])}


def load(*, now: dt.datetime) -> Loaded:
    """Load the library in one transaction. Safe to run again: what is as defined is not written."""
    added = brought_up = unchanged = 0
    kept: list[str] = []
    with transaction.atomic():
        list(
            Indicator.objects.select_for_update(no_key=True)
        )  # rows before the chain, as every step locks them
        audit.serialise()
        by = audit.system_actor("library", on=timezone.localdate(now))
        there = {it.code: it for it in Indicator.objects.all()}
        touched = _touched_by_people()
        for facts in definitions():
            row = there.get(facts["code"])
            if row is None:
                audit.create(Indicator(**facts), by=by, action=ACTION)
                added += 1
            elif all(getattr(row, name) == value for name, value in facts.items()):
                unchanged += 1
            elif str(row.pk) in touched:
                kept.append(row.code)
            else:
                audit.change(row, by=by, action=ACTION, changes=facts)
                brought_up += 1
    return Loaded(added=added, brought_up=brought_up, unchanged=unchanged, kept=tuple(sorted(kept)))


def _touched_by_people() -> frozenset[str]:
    """Return the keys of the indicators that somebody has made or changed, as audit events write them."""
    events = AuditEvent.objects.filter(object_type=Indicator._meta.label_lower, actor__is_system=False)
    return frozenset(events.values_list("object_id", flat=True))
