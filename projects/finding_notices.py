"""Notices of findings: to those who are to answer, to the auditor who asked, and to who answered once it is settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from projects import noticing
from projects.choices import NoticeKind, Role
from projects.models import AuditEvent, Finding, Notice
from projects.noticing import Owed, People

ACTIONS = {f"finding.{step}" for step in ("raise", "answer", "settle", "return", "withdraw")}
# What a step has answered: the notices that it takes out of the inboxes.
SETTLES = {
    "answer": (NoticeKind.TO_ANSWER,),
    "settle": (NoticeKind.ANSWERED,),
    "return": (NoticeKind.ANSWERED,),
    "withdraw": (NoticeKind.TO_ANSWER, NoticeKind.ANSWERED),
}


def owe(*, now: dt.datetime) -> None:
    """Write down whom the steps on findings since the last tick concern. Running it twice at once is safe."""
    noticing.follow("findings", ACTIONS, _told, now=now)


def _told(news: list[AuditEvent], now: dt.datetime) -> Iterator[Owed]:
    people = People(timezone.localdate(now))
    joined = Finding.objects.select_related("project", "agreement", "milestone")
    found = joined.prefetch_related("agreement__parties").in_bulk({int(event.object_id) for event in news})
    for event in news:
        row, step = found[int(event.object_id)], event.action.rpartition(".")[2]
        same = Notice.objects.filter(subject_type=event.object_type, subject_id=event.object_id)
        same.filter(kind__in=SETTLES.get(step, ()), settled_at=None).update(settled_at=now)
        kind, persons = _whom(row, step, people)
        for person in sorted(persons - {event.actor_id}):
            yield Owed(
                person,
                kind,
                event.object_type,
                event.object_id,
                f"entry {event.seq}",
                timezone.localdate(event.at),
            )


def _whom(row: Finding, step: str, people: People) -> tuple[NoticeKind, set[int]]:
    """Return what the step tells, and to whom; nobody of what is withdrawn."""
    if step in ("raise", "return"):
        post = row.milestone.owner_post if row.milestone else ""
        asked = people.responsible(row.acting_organisations()) | people.with_role(Role.MANAGER)
        return NoticeKind.TO_ANSWER, asked | people.at_post(post)
    if step == "answer":
        # Where the auditor who raised it is one no more, the others are told; whoever may not settle it is shown nothing.
        auditors = people.with_role(Role.AUDITOR)
        return NoticeKind.ANSWERED, {row.raised_by_id} if row.raised_by_id in auditors else auditors
    if step == "settle" and row.answered_by_id:
        return NoticeKind.SETTLED, {row.answered_by_id}
    return NoticeKind.SETTLED, set()
