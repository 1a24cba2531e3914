"""The audit trail and the one door through which audited rows are written.

`create` and `change` write a row and its AuditEvent in one transaction; an audited model refuses
every other way. The events form a hash chain: whoever alters one must alter all that follow, and
the chain's head is printed on every report.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, NoReturn, TypeVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models.base import ModelBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.scoped import Scoped, ScopedQuerySet
from projects.permissions import MAY, SYSTEM, Actor

GENESIS = "0" * 64
_LOCK_KEY = 0x4E434D4D  # "NCMM": the advisory lock that serialises the chain on PostgreSQL
HEAD = "SELECT seq, hash FROM projects_auditevent ORDER BY seq DESC LIMIT 1"
_CANONICAL: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
# What the hash covers: the columns, and the names under which it does.
HASHED_AS = (
    *("seq", "prev_hash", "at", "actor", "role", "action", "object_type", "object_id", "object_label"),
    *("before", "after", "reason", "request_id"),
)
HASHED = tuple("actor_id" if name == "actor" else name for name in HASHED_AS)
_door_is_open: ContextVar[bool] = ContextVar("audit_door_is_open", default=False)
AuditedT = TypeVar("AuditedT", bound="Audited")


class AuditBypass(RuntimeError):
    """Raised when an audited row is written without an audit event."""


def canonical(value: Any) -> str:
    """Return `value` as canonical JSON: sorted keys, no blanks, UTF-8 text kept as it is."""
    return json.dumps(value, cls=DjangoJSONEncoder, **_CANONICAL)


class AuditEvent(models.Model):
    """One thing that was done: by whom, in which role, to what, from what to what, and why."""

    seq = models.BigIntegerField(unique=True)
    prev_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    object_label = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("seq",)
        indexes = [models.Index(fields=["object_type", "object_id", "seq"], name="auditevent_object")]
        verbose_name = _("audit event")

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object_label}"

    def content(self) -> dict[str, Any]:
        """Return what the hash covers, as plain JSON values."""
        told = {name: getattr(self, column) for name, column in zip(HASHED_AS, HASHED, strict=True)}
        return {**told, "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")}

    def computed_hash(self) -> str:
        """Return the SHA-256 of the event's canonical content, in hexadecimal."""
        return hashlib.sha256(canonical(self.content()).encode()).hexdigest()


class DoorQuerySet(models.QuerySet):
    """Refuses bulk writes unless the door is open: under the rows' managers and their relations."""

    def update(self, **kwargs: Any) -> int:
        self._require_door("update")
        return super().update(**kwargs)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        self._require_door("bulk_create")
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._require_door("bulk_update")
        return super().bulk_update(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_door("delete")
        return super().delete()

    def _require_door(self, verb: str) -> None:
        if not door_is_open():
            refuse(self.model, verb)


class AuditedQuerySet(ScopedQuerySet):
    """Refuses the bulk writes that would leave no event behind."""

    def update(self, **kwargs: Any) -> int:
        refuse(self.model, "update")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        refuse(self.model, "bulk_create")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        refuse(self.model, "bulk_update")

    def delete(self) -> tuple[int, dict[str, int]]:
        refuse(self.model, "delete")


class AuditedBase(ModelBase):
    """Guards the manager beneath the named ones, too: Django writes by it when rows are added to a relation."""

    @property
    def _base_manager(self) -> Any:
        manager = self.__dict__.get("_guarded_manager")
        if manager is None:
            manager = models.Manager.from_queryset(DoorQuerySet)()
            manager.model, manager.name, manager.auto_created = self, "_base_manager", True
            self._guarded_manager = manager
        return manager


class Audited(Scoped, metaclass=AuditedBase):
    """A row whose every change is an audit event. `version` counts the changes."""

    UNAUDITED_FIELDS: ClassVar[frozenset[str]] = frozenset()
    _before: dict[str, Any] | None = None

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)
    updated_at = models.DateTimeField(_("updated at"), editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not door_is_open():
            refuse(type(self), "save")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AuditBypass(f"A {type(self).__name__} is never deleted: cancel, end or supersede it.")

    def get_constraints(self) -> Any:
        """Return the constraints to ask of; those alone that a change can have broken, while one is made.

        Each is a query, and most of what a change costs. The database holds the row to all of them in any case.
        """
        found = super().get_constraints()
        if self._before is None:
            return found
        kept = {name for name, value in self.facts().items() if self._before[name] == value}
        kept |= {it.name for it in self._meta.concrete_fields if it.attname in kept}
        return [(model, [it for it in of if not _named_by(it) <= kept]) for model, of in found]

    def facts(self) -> dict[str, Any]:
        """Return the row's audited field values as plain JSON values."""
        hidden = self.UNAUDITED_FIELDS | {"id", "created_at", "updated_at", "version"}
        return {
            f.attname: plain(f.value_from_object(self))
            for f in self._meta.concrete_fields
            if f.name not in hidden
        }


def _named_by(constraint: models.BaseConstraint) -> set[str]:
    """Return the fields that the constraint is about; one that nobody has where it cannot be told."""
    condition = getattr(constraint, "condition", None)
    named = set(condition.referenced_base_fields) if condition else set()
    if isinstance(constraint, models.UniqueConstraint) and not constraint.expressions:
        return named | set(constraint.fields)
    return named if isinstance(constraint, models.CheckConstraint) else {"*"}


def plain(value: Any) -> Any:
    """Return a field's value as JSON can hold it; decimals lose trailing zeros so that equal values look equal."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def create(
    obj: AuditedT,
    *,
    by: Actor,
    action: str,
    reason: str = "",
    related: Mapping[str, Iterable[Any]] | None = None,
) -> AuditedT:
    """Validate and insert `obj` with its event, and return it; `related` fills many-to-many fields."""
    with transaction.atomic():
        obj.created_at = obj.updated_at = timezone.now()
        obj.full_clean(exclude=foreign_keys(obj))
        with open_door():
            obj.save(force_insert=True)
        after = obj.facts() | _relate(obj, related)
        record(obj, by=by, action=action, before=None, after=after, reason=reason)
    return obj


def change(
    obj: AuditedT,
    *,
    by: Actor,
    action: str,
    changes: Mapping[str, Any],
    reason: str = "",
    related: Mapping[str, Iterable[Any]] | None = None,
) -> AuditedT:
    """Apply `changes` to the locked `obj`, validate and save it with its event, and return it; `related` as in `create`."""
    with transaction.atomic():
        before = obj.facts() | {name: _names(getattr(obj, name).all()) for name in related or {}}
        for name, value in changes.items():
            setattr(obj, name, value)
        obj.version += 1
        obj.updated_at = timezone.now()
        obj._before = before
        try:
            obj.full_clean(exclude=foreign_keys(obj))
        finally:
            obj._before = None
        with open_door():
            obj.save(force_update=True)
        after = obj.facts() | _relate(obj, related)
        moved = [name for name in after if after[name] != before[name]]
        record(
            obj,
            by=by,
            action=action,
            before={name: before[name] for name in moved},
            after={name: after[name] for name in moved},
            reason=reason,
        )
    return obj


def system_actor(name: str, *, on: dt.date) -> Actor:
    """Return the actor `system:name` for scheduled work and imports; it sees everything and cannot sign in."""
    manager = get_user_model()._default_manager
    return Actor(user=manager.system(name), on=on, roles=frozenset({SYSTEM}))


def record(
    obj: models.Model, *, by: Actor, action: str, before: Any, after: Any, reason: str = ""
) -> AuditEvent:
    """Append an event to the chain and return it. Must run inside the transaction of the change it records."""
    event = next_event(begun(), obj, by=by, action=action, before=before, after=after, reason=reason)
    event.save(force_insert=True)
    return event


def begun() -> tuple[int, str]:
    """Return the head of the chain once no other transaction can continue it."""
    if not connection.in_atomic_block:
        raise AuditBypass("An audit event belongs into the transaction of its change.")
    if connection.vendor != "postgresql":
        return head()
    # One after the other, each with its own view of the table, but in one message: others are waiting.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK_KEY}); {HEAD}")
        cursor.nextset()
        return cursor.fetchone() or (0, GENESIS)


def next_event(
    last: tuple[int, str],
    obj: models.Model,
    *,
    by: Actor,
    action: str,
    before: Any,
    after: Any,
    reason: str = "",
) -> AuditEvent:
    """Return the event that continues the chain after `last`; whoever asks writes it."""
    seq, prev_hash = last
    event = AuditEvent(
        seq=seq + 1,
        prev_hash=prev_hash,
        at=timezone.now(),
        actor=by.user,
        role=_role(by, action),
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:300],
        before=json.loads(canonical(before)),
        after=json.loads(canonical(after)),
        reason=reason,
        request_id=by.request_id,
    )
    event.hash = event.computed_hash()
    return event


def serialise() -> None:
    """Wait until no other transaction writes audited rows, and keep others waiting until this one ends.

    PostgreSQL needs the advisory lock; on SQLite an IMMEDIATE transaction is already alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def head() -> tuple[int, str]:
    """Return the number and the hash of the last event; (0, 64 zeros) before the first."""
    return AuditEvent.objects.order_by("-seq").values_list("seq", "hash").first() or (0, GENESIS)


class Link(NamedTuple):
    """An event that continues the chain, as far as others are held against it."""

    seq: int
    hash: str
    action: str
    object_type: str
    object_id: str
    after: Any


class Broken(Exception):
    """The chain is broken: the number of the first event that does not continue it, and in what way."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"event {seq}: {reason}")
        self.seq, self.reason = seq, reason


def links() -> Iterator[Link]:
    """Yield the events in order, each checked against the one before; Broken at the first that does not fit.

    Whatever their number, only some thousands are in memory. Values instead of instances, and one encoder: a million
    events are checked within a minute (`make bench-audit`).
    """
    encode = json.JSONEncoder(**_CANONICAL, default=DjangoJSONEncoder().default).encode
    rows = AuditEvent.objects.order_by("seq").values_list("hash", *HASHED)
    last = GENESIS
    for seq, (found, *content) in enumerate(rows.iterator(chunk_size=5000), start=1):
        told = dict(zip(HASHED_AS, content, strict=True))
        if told["seq"] != seq:
            raise Broken(seq, f"event {seq} is missing")
        if told["prev_hash"] != last:
            raise Broken(seq, "it does not continue the event before it")
        told["at"] = told["at"].astimezone(dt.UTC).isoformat(timespec="microseconds")
        if hashlib.sha256(encode(told).encode()).hexdigest() != found:
            raise Broken(seq, "its content was changed")
        last = found
        yield Link(seq, found, told["action"], told["object_type"], told["object_id"], told["after"])


def first_break() -> tuple[int, str] | None:
    """Return (seq, reason) of the first event that does not continue the chain, or None when all do."""
    try:
        for _link in links():
            pass
    except Broken as broken:
        return broken.seq, broken.reason
    return None


def history(obj: models.Model) -> models.QuerySet[AuditEvent]:
    """Return the events of one row, oldest first, with their actors."""
    return AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).select_related(
        "actor"
    )


def refuse(model: type[models.Model], verb: str) -> NoReturn:
    """Raise AuditBypass for a write of the model that would leave no event behind."""
    raise AuditBypass(f"{model.__name__}: {verb}() leaves no audit event: use audit.create or audit.change.")


def door_is_open() -> bool:
    """Whether `create` or `change` is writing just now."""
    return _door_is_open.get()


@contextlib.contextmanager
def open_door() -> Iterator[None]:
    """Let audited rows be written while the context lasts; for the door's own modules alone."""
    token = _door_is_open.set(True)
    try:
        yield
    finally:
        _door_is_open.reset(token)


def _relate(obj: models.Model, related: Mapping[str, Iterable[Any]] | None) -> dict[str, list[str]]:
    """Fill many-to-many fields and return their new content as the audit trail keeps it."""
    found = {}
    for name, rows in (related or {}).items():
        chosen = list(rows)
        with open_door():
            getattr(obj, name).set(chosen)
        found[name] = _names(chosen)
    return found


def _names(rows: Iterable[Any]) -> list[str]:
    return sorted(str(row) for row in rows)


def foreign_keys(obj: models.Model) -> set[str]:
    """Foreign keys are checked by the database: validating each would cost a query a key."""
    return {f.name for f in obj._meta.concrete_fields if f.is_relation}


def _role(by: Actor, action: str) -> str:
    from_table = by.roles & MAY.get(action, by.roles)
    return min(from_table, default="")
