"""Notices of reports that were issued: to the people whom their schedule names, and to the partner that they are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from projects import noticing
from projects.choices import NoticeKind
from projects.models import AuditEvent
from projects.noticing import Owed, People
from projects.permissions import PARTNER
from reports.models import Mail, Report


def owe(*, now: dt.datetime) -> None:
    """Write down who is to be told of reports issued since the last tick. Running it twice at once is safe."""
    noticing.follow("reports", {"report.issue"}, _told, now=now)


def _told(news: list[AuditEvent], now: dt.datetime) -> Iterator[Owed]:
    """Yield the people of the report; whom a mail of the report itself tells, the digest does not tell again."""
    people = People(timezone.localdate(now))
    keys = [event.object_id for event in news]
    reports = Report.objects.filter(pk__in=keys).defer("snapshot").select_related("schedule")
    found = {str(row.pk): row for row in reports.prefetch_related("schedule__recipients")}
    seen_by = Report.objects.filter(pk__in=keys).seen_by()
    mailed = set(Mail.objects.filter(report__in=keys).values_list("report_id", "recipient_id"))
    for event in news:
        report = found.get(event.object_id)
        if report is None:
            continue
        named = {it.pk for it in report.schedule.recipients.all()} if report.schedule else set()
        of_partner = people.of(seen_by.get(report.pk, frozenset()), *PARTNER)
        responsible = report.responsible
        for person in sorted(named | of_partner | {responsible.pk}):
            yield Owed(
                person,
                NoticeKind.REPORT_ISSUED,
                event.object_type,
                event.object_id,
                f"entry {event.seq}",
                timezone.localdate(event.at),
                in_digest=(report.pk, person) not in mailed,
            )
