"""The rows beside their audit events: whether the last that the trail tells of each audited row is what the row says now."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from projects import archive
from projects.models import AuditEvent, Evidence, audit
from projects.models.audit import Audited
from projects.models.relations import AuditedRelation

AT_ONCE = 500
RESTORE = (
    "Write down what the row says now and what its history tells; ask who had access to the database; put the row back "
    "through the application, with the reason, so that the trail tells of it."
)
# By relation, row and related row: the names of the related row.
Related = dict[str, dict[int, dict[int, set[str]]]]
RESTORE_FILE = (
    "Put the file back from a backup: its name is its SHA-256, so that the right one can be recognised."
)


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written: of what kind, where, what is wrong, and what to do."""

    kind: str  # chain, head, checkpoint, row, evidence, report
    place: str
    what: str
    todo: str
    seq: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@contextlib.contextmanager
def one_view() -> Iterator[None]:
    """Let everything in the context see the database as of one moment, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def audited_models() -> list[Any]:
    """Return every model whose rows are written through the door."""
    return [model for model in apps.get_models() if issubclass(model, Audited)]


def row_faults() -> Iterator[Fault]:
    """Yield each audited row that is not what its events say, that has none, or that is gone. Bounded memory."""
    for model in audited_models():
        yield from _against_events(model)
        yield from _without_events(model)


def evidence_faults() -> Iterator[Fault]:
    """Yield each file of evidence that is missing from the archive or is not what was uploaded."""
    known = Evidence._base_manager.order_by("pk").values_list("pk", "sha256", "size", "name")
    for pk, sha256, size, name in known.iterator(chunk_size=AT_ONCE):
        place = f"Evidence {pk}, {name}"
        try:
            found = len(archive.read(sha256))
        except archive.Altered as error:
            yield Fault("evidence", place, str(error), RESTORE_FILE)
            continue
        if found != size:
            yield Fault("evidence", place, f"its size is {found} bytes, not {size}", RESTORE)


def _against_events(model: Any) -> Iterator[Fault]:
    label = model._meta.label_lower
    events = AuditEvent.objects.filter(object_type=label).order_by("object_id", "seq")
    found = events.values_list("object_id", "seq", "after").iterator(chunk_size=2000)
    told = ((key, _last_told(events)) for key, events in groupby(found, key=lambda event: event[0]))
    while batch := dict(islice(told, AT_ONCE)):
        rows = {str(row.pk): row for row in model._base_manager.filter(pk__in=list(batch))}
        related = _related(model, [row.pk for row in rows.values()])
        for key, (first, last, after) in batch.items():
            row = rows.get(key)
            if row is None:
                what = f"the row is gone; its history begins with event {first}"
                yield Fault("row", f"{label} {key}", what, RESTORE, first)
                continue
            for name, now, then in _differences(row, related, after):
                what = f"{name} is {now}; the last that the trail tells of it is {then}, in the events up to {last}"
                yield Fault("row", f"{label} {key}, {row}", what, RESTORE, last)


def _last_told(events: Any) -> tuple[int, int, dict[str, Any]]:
    """Return the numbers of the first and the last event of a row, and all values as last told."""
    after: dict[str, Any] = {}
    first = last = 0
    for _key, seq, told in events:
        first, last = first or seq, seq
        after.update(told or {})
    return first, last, after


def _differences(row: Any, related: Related, after: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield name, value of the row and value of the trail where they differ.

    A column that was added after the row's last event stands in no event, and cannot be held against one.
    """
    for name, now in json.loads(audit.canonical(row.facts())).items():
        if name in after and now != after[name]:
            yield name, repr(now), repr(after[name])
    for name, pairs in related.items():
        rows, told = list(pairs.get(row.pk, {}).values()), after.get(name) or []
        if len(rows) != len(told) or not all(names & set(told) for names in rows):
            yield name, repr(sorted(min(names) for names in rows)), repr(told)


def _related(model: Any, keys: list[int]) -> Related:
    """Return, by relation, row and related row, the names by which the trail may know the related row."""
    found: Related = {}
    for field in model._meta.local_many_to_many:
        if not isinstance(field, AuditedRelation):
            continue
        other: Any = field.related_model
        through: Any = field.remote_field.through
        of = found.setdefault(field.name, {})
        source, target = field.m2m_field_name() + "_id", field.m2m_reverse_field_name() + "_id"
        pairs = list(through.objects.filter(**{f"{source}__in": keys}).values_list(source, target))
        rows = {row.pk: {str(row)} for row in other._base_manager.filter(pk__in={pk for _, pk in pairs})}
        for key, names in _earlier_names(other, rows):
            rows[key].update(names)
        for one, pk in pairs:
            of.setdefault(one, {})[pk] = rows[pk]
    return found


def _earlier_names(model: Any, keys: Any) -> Iterator[tuple[int, set[str]]]:
    """Yield the names under which the trail has told of the rows: names of people and organisations change."""
    events = AuditEvent.objects.filter(
        object_type=model._meta.label_lower, object_id__in=[str(key) for key in keys]
    )
    for key, label, before, after in events.values_list("object_id", "object_label", "before", "after"):
        said = [
            facts.get(name)
            for facts in (before or {}, after or {})
            for name in ("full_name", "username", "name")
        ]
        yield int(key), {label, *(str(it) for it in said if it)}


def _without_events(model: Any) -> Iterator[Fault]:
    label = model._meta.label_lower
    events = AuditEvent.objects.filter(object_type=label, object_id=Cast(OuterRef("pk"), CharField()))
    for row in model._base_manager.filter(~Exists(events)).order_by("pk").iterator(chunk_size=AT_ONCE):
        what = "the row has no event: it was not written by the application"
        yield Fault("row", f"{label} {row.pk}, {row}", what, RESTORE)
