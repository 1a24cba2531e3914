"""The one door for many rows at once: the same checks and the same events as `audit.create` and `audit.change`, in few queries.

Constraints are left to the database, which refuses the whole; whoever calls has found them row by row before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from django.db import transaction
from django.utils import timezone

from projects.models import audit
from projects.models.audit import AuditedT, AuditEvent
from projects.permissions import Actor

AT_ONCE = 500


@dataclass(frozen=True)
class Change(Generic[AuditedT]):
    """What becomes of a locked row, and why."""

    row: AuditedT
    changes: Mapping[str, Any]
    reason: str = ""


def create_many(rows: Sequence[AuditedT], *, by: Actor, action: str, reasons: Sequence[str]) -> None:
    """Validate and insert the rows, each with its event; `reasons` go with them one by one."""
    if not rows:
        return
    with transaction.atomic():
        now = timezone.now()
        for row in rows:
            row.created_at = row.updated_at = now
            _check(row)
        with audit.open_door():
            type(rows[0])._base_manager.bulk_create(rows, batch_size=AT_ONCE)
        _record(
            [(row, None, row.facts(), reason) for row, reason in zip(rows, reasons, strict=True)], by, action
        )


def change_many(changes: Sequence[Change[Any]], *, by: Actor, action: str) -> None:
    """Apply each change to its locked row, validate and save them, each with its event. All change the same fields."""
    if not changes:
        return
    with transaction.atomic():
        now, told, rows = timezone.now(), [], [change.row for change in changes]
        for change in changes:
            row, before = change.row, change.row.facts()
            for name, value in change.changes.items():
                setattr(row, name, value)
            row.version += 1
            row.updated_at = now
            _check(row)
            after = row.facts()
            moved = [name for name in after if after[name] != before[name]]
            facts = ({name: before[name] for name in moved}, {name: after[name] for name in moved})
            told.append((row, *facts, change.reason))
        names = {row._meta.get_field(name.removesuffix("_id")).name for name in changes[0].changes}
        with audit.open_door():
            type(rows[0])._base_manager.bulk_update(
                rows, [*sorted(names), "version", "updated_at"], batch_size=AT_ONCE
            )
        _record(told, by, action)


def _check(row: audit.Audited) -> None:
    row.full_clean(exclude=audit.foreign_keys(row), validate_unique=False, validate_constraints=False)


def _record(told: Sequence[tuple[Any, Any, Any, str]], by: Actor, action: str) -> None:
    last, events = audit.begun(), []
    for row, before, after, reason in told:
        event = audit.next_event(last, row, by=by, action=action, before=before, after=after, reason=reason)
        last = (event.seq, event.hash)
        events.append(event)
    AuditEvent._base_manager.bulk_create(events, batch_size=AT_ONCE)
