"""Notices are owed by the records and the audit trail, never by the request that changes them.

A tick reads what falls due and what is new in the trail, and inserts a row for each person and occasion; a row that is there
already is left alone. So a restart, a crash in between, or two ticks at once tell nobody anything twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from projects import permissions
from projects.choices import ActionState, AgreementStatus, FindingState, MeasurementStatus, NoticeKind, Role
from projects.models import (
    ActionPoint,
    AuditEvent,
    Duty,
    DutyDone,
    Finding,
    Membership,
    Milestone,
    Notice,
    NoticeProgress,
    User,
    audit,
)
from projects.permissions import CLAIMS

SOON = 14  # days before the due date
TO_THE_LEAD, TO_THE_MANAGER, TO_THE_REVIEW = 7, 15, 30  # days after it
DATED = (NoticeKind.DUE_SOON, NoticeKind.OVERDUE, NoticeKind.ESCALATED, NoticeKind.FOR_REVIEW)
LOOKS_BACK = dt.timedelta(days=7)  # of a tracker that tells for the first time
MOST_EVENTS = 2000  # of the trail, read at a time
AGAIN_AFTER = dt.timedelta(minutes=15)  # before dates that somebody may have changed are looked at again


@dataclass(frozen=True)
class Owed:
    """One person to be told of one occasion."""

    person: int
    kind: str
    subject_type: str
    subject_id: str
    occasion: str
    day: dt.date
    in_digest: bool = True

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.person, self.kind, self.subject_type, self.subject_id, self.occasion)


def owe(*, now: dt.datetime) -> None:
    """Write down what people of the programme are to be told. Running it twice at once is safe."""
    follow("trail", _actions(), _told, now=now)
    _owe_dates(now)


def write(found: Iterable[Owed], *, now: dt.datetime) -> None:
    """Insert a notice for each that there is none of yet."""
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=it.person,
                kind=it.kind,
                subject_type=it.subject_type,
                subject_id=it.subject_id,
                occasion=it.occasion,
                day=it.day,
                made_at=now,
                in_digest=it.in_digest,
            )
            for it in found
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


# --- people ---


class People:
    """Who holds which role on a day, and which post; two queries."""

    def __init__(self, on: dt.date) -> None:
        self.on = on

    @cached_property
    def held(self) -> list[tuple[int, str, int | None]]:
        valid = Membership.objects.valid(self.on).filter(user__is_active=True)
        return list(valid.values_list("user_id", "role", "organisation_id"))

    def with_role(self, *roles: str) -> set[int]:
        return {user for user, role, _organisation in self.held if role in roles}

    def of(self, organisations: Collection[int], *roles: str) -> set[int]:
        """Return who holds one of the roles in one of the organisations."""
        return {user for user, role, where in self.held if role in roles and where in organisations}

    def responsible(self, organisations: Collection[int]) -> set[int]:
        """Return the leads of the organisations; the officers, where none has a lead."""
        return self.of(organisations, Role.LEAD) or self.with_role(Role.OFFICER)

    @cached_property
    def posts(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        named = User.objects.filter(is_active=True, is_system=False).exclude(post="")
        for key, post in named.values_list("pk", "post"):
            found.setdefault(post.strip().casefold(), set()).add(key)
        return found

    def at_post(self, post: str) -> set[int]:
        """Return who holds the post; what they may not see, they are not shown."""
        return self.posts.get(post.strip().casefold(), set())


# --- what falls due ---


@dataclass(frozen=True)
class OpenDate:
    """Something open with a due date, and whom to ask for it."""

    subject_type: str
    subject_id: str
    due_on: dt.date
    organisations: frozenset[int]
    post: str


def rung(days: int) -> NoticeKind | None:
    """Return the kind of notice by the days past the due date, before it negative; None where nobody is told yet."""
    if days < -SOON:
        return None
    if days < TO_THE_LEAD:
        return NoticeKind.DUE_SOON
    if days < TO_THE_MANAGER:
        return NoticeKind.OVERDUE
    return NoticeKind.ESCALATED if days < TO_THE_REVIEW else NoticeKind.FOR_REVIEW


def dated(on: dt.date) -> Iterator[Owed]:
    """Yield what is due soon or overdue on the day: the lead is told from the first rung on, the manager from the second."""
    people = People(on)
    managers = people.with_role(Role.MANAGER)
    for it in open_dates(on):
        kind = rung((on - it.due_on).days)
        if kind is None:
            continue
        asked = people.responsible(it.organisations) | people.at_post(it.post)
        mine = NoticeKind.DUE_SOON if kind == NoticeKind.DUE_SOON else NoticeKind.OVERDUE
        told = dict.fromkeys(asked, mine)
        if kind in (NoticeKind.ESCALATED, NoticeKind.FOR_REVIEW):
            told |= dict.fromkeys(managers, kind)
        for person, which in told.items():
            yield Owed(person, which, it.subject_type, it.subject_id, it.due_on.isoformat(), it.due_on)


def open_dates(on: dt.date) -> Iterator[OpenDate]:
    """Yield the milestones, duties, action points and findings that are open on the day and due by fourteen days after it."""
    until = on + dt.timedelta(days=SOON)
    milestones = Milestone.objects.with_due(on).open(on).filter(due_on__lte=until)
    for row in milestones.select_related("project", "agreement").prefetch_related(
        "project__partners", "agreement__parties"
    ):
        yield _open(row, row.due_on, _concerned(row), row.owner_post)
    met = DutyDone.objects.filter(duty=OuterRef("pk"), done_on__lte=on).exclude(
        status=MeasurementStatus.RETURNED
    )
    duties = Duty.objects.filter(~Exists(met), due_on__lte=until)
    for duty in duties.exclude(agreement__status=AgreementStatus.TERMINATED):
        yield _open(duty, duty.due_on, frozenset({duty.party_id}), "")
    points = ActionPoint.objects.filter(status=ActionState.OPEN, due_on__lte=until)
    for point in points:
        yield _open(point, point.due_on, frozenset(point.acting_organisations()), point.owner_post)
    raised = Finding.objects.filter(status=FindingState.RAISED, due_on__lte=until)
    for finding in raised.select_related("project", "agreement", "milestone").prefetch_related(
        "agreement__parties"
    ):
        post = finding.milestone.owner_post if finding.milestone else ""
        yield _open(finding, finding.due_on, frozenset(finding.acting_organisations()), post)


def _open(row: Any, due_on: Any, organisations: frozenset[int], post: str) -> OpenDate:
    return OpenDate(row._meta.label_lower, str(row.pk), due_on, organisations, post)


def _concerned(row: Milestone) -> frozenset[int]:
    if row.project:
        own = {row.project.lead_id} if row.project.lead_id else set()
        return frozenset(own | {it.pk for it in row.project.partners.all()})
    return frozenset(it.pk for it in row.agreement.parties.all()) if row.agreement else frozenset()


def _owe_dates(now: dt.datetime) -> None:
    """Tell what falls due on a new day, or after somebody changed something; settle what is due no more."""
    on, seq = timezone.localdate(now), audit.head()[0]
    NoticeProgress.objects.get_or_create(name="dates", defaults={"seq": -1})
    with transaction.atomic():
        progress = NoticeProgress.objects.select_for_update().get(name="dates")
        last = progress.at
        is_new_day = last is None or timezone.localdate(last) < on
        if last is not None and not is_new_day and (progress.seq >= seq or now - last < AGAIN_AFTER):
            return
        found = {it.key: it for it in dated(on)}
        _settle(set(found), now)
        write(found.values(), now=now)
        NoticeProgress.objects.filter(name="dates").update(seq=seq, at=now)


def _settle(current: set[tuple[Any, ...]], now: dt.datetime) -> None:
    """Take what is not due any more out of the inboxes, and put back what is due again by the same date."""
    over, again = [], []
    columns = ("person_id", "kind", "subject_type", "subject_id", "occasion")
    for pk, settled, *key in Notice.objects.filter(kind__in=DATED).values_list("pk", "settled_at", *columns):
        if settled is None and tuple(key) not in current:
            over.append(pk)
        elif settled is not None and tuple(key) in current:
            again.append(pk)
    Notice.objects.filter(pk__in=over).update(settled_at=now)
    Notice.objects.filter(pk__in=again).update(settled_at=None)


# --- what is new in the trail ---


def follow(
    name: str,
    actions: Collection[str],
    told: Callable[[list[AuditEvent], dt.datetime], Iterable[Owed]],
    *,
    now: dt.datetime,
) -> None:
    """Write down what `told` makes of the new entries of the trail that record one of the actions, each entry once.

    A source that reads for the first time begins with the last seven days.
    """
    last = audit.head()[0]
    NoticeProgress.objects.get_or_create(name=name, defaults={"seq": _beginning(now)})
    if NoticeProgress.objects.filter(name=name, seq__gte=last).exists():
        return
    with transaction.atomic():
        progress = NoticeProgress.objects.select_for_update().get(name=name)
        upto = min(last, progress.seq + MOST_EVENTS)
        if upto <= progress.seq:
            return  # another worker was here
        news = AuditEvent.objects.filter(seq__gt=progress.seq, seq__lte=upto, action__in=actions)
        write(told(list(news.order_by("seq")), now), now=now)
        NoticeProgress.objects.filter(name=name).update(seq=upto, at=now)


def _beginning(now: dt.datetime) -> int:
    before = AuditEvent.objects.filter(at__lt=now - LOOKS_BACK).order_by("-seq").values_list("seq", flat=True)
    return before.first() or 0


STEPS = ("claim", "verify", "return")


def _actions() -> set[str]:
    return {f"{name}.{step}" for name in ("milestone", *CLAIMS) for step in STEPS}


def _told(news: list[AuditEvent], now: dt.datetime) -> Iterator[Owed]:
    """Yield whom the steps on claims concern: who may verify, whose claim came back, whose was verified."""
    people = People(timezone.localdate(now))
    rows = _rows(news)
    for event in news:
        row = rows.get((event.object_type, event.object_id))
        if row is None:
            continue
        step = event.action.rpartition(".")[2]
        this = (event.object_type, event.object_id, f"entry {event.seq}", timezone.localdate(event.at))
        _settle_step(event, row, step, now)
        if step == "claim":
            # Who may not verify this one claim is shown nothing (inbox): that is asked with the rights of the moment.
            roles = permissions.MAY[f"{row._meta.model_name}.verify"]
            for key in sorted(people.with_role(*roles) - {row.claimed_by_id}):
                yield Owed(key, NoticeKind.TO_VERIFY, *this)
        elif row.claimed_by_id and row.claimed_by_id != event.actor_id:
            kind = NoticeKind.VERIFIED if step == "verify" else NoticeKind.RETURNED
            yield Owed(row.claimed_by_id, kind, *this)


def _rows(news: list[AuditEvent]) -> dict[tuple[str, str], Any]:
    """Return the subjects of the entries by model and key; a query a model."""
    keys: dict[str, set[str]] = {}
    for event in news:
        keys.setdefault(event.object_type, set()).add(event.object_id)
    return {
        (label, str(row.pk)): row
        for label, wanted in keys.items()
        for row in apps.get_model(label)._default_manager.filter(pk__in=wanted)
    }


def _settle_step(event: AuditEvent, row: Any, step: str, now: dt.datetime) -> None:
    """Take out of the inboxes what this step has answered: a claim that waited, a return that was mended."""
    answered = Q(kind=NoticeKind.RETURNED if step == "claim" else NoticeKind.TO_VERIFY)
    keys = {event.object_id}
    if step == "claim" and getattr(row, "supersedes_id", None):
        keys.add(str(row.supersedes_id))
    same = Notice.objects.filter(answered, subject_type=event.object_type, subject_id__in=keys)
    same.filter(settled_at=None).update(settled_at=now)
