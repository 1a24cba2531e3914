"""How a report gets into the register: owed by a schedule, requested by a person, or as a revision.

The serial is given in the transaction that inserts the row, with the year's counter locked, so that numbers
have no gap whatever becomes of the report.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import Agreement, Organisation, Project, TransitionError, audit
from projects.permissions import Actor
from reports.choices import SCOPE_FIELDS, Cadence, ReportState
from reports.models import Report, ReportSchedule, SerialCounter, check_subject
from reports.models.serials import slug_of
from reports.periods import Period, period_of


def is_late(due_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a report whose figures are frozen at `now` is late: on a later day in India than the one it was due."""
    return due_at is not None and timezone.localdate(now) > timezone.localdate(due_at)


def open_owed(schedule: ReportSchedule, *, now: dt.datetime) -> list[Report]:
    """Insert every report that the schedule owes at `now` and return the new ones, oldest period first.

    Any number of processes may do so at once: each period is inserted once.
    """
    there = set(schedule.reports.values_list("period_start", flat=True))
    missing = [period for period in schedule.owed(now) if period.start not in there]
    opened = [_open_period(schedule, period, now) for period in missing]
    return [report for report in opened if report is not None]


def _open_period(schedule: ReportSchedule, period: Period, now: dt.datetime) -> Report | None:
    by = audit.system_actor("reports", on=timezone.localdate(now))
    try:
        with transaction.atomic():
            counter = SerialCounter.locked(schedule.kind, by.on)
            # With the counter locked nobody else is inserting, so the question has its final answer.
            if schedule.reports.filter(period_start=period.start).exists():
                return None
            due_at = schedule.due_at(period)
            return _insert(
                Report(
                    schedule=schedule,
                    kind=schedule.kind,
                    **schedule.subject_keys,
                    period_start=period.start,
                    period_end=period.end,
                    as_of=period.end,
                    due_at=due_at,
                    late=is_late(due_at, now),
                ),
                counter,
                by=by,
                now=now,
            )
    except IntegrityError:
        # Two who register the same period on either side of the financial year's turn hold different counters.
        if schedule.reports.filter(period_start=period.start).exists():
            return None
        raise


def order(
    *,
    kind: str,
    as_of: dt.date,
    by: Actor,
    now: dt.datetime,
    project: Project | None = None,
    agreement: Agreement | None = None,
    organisation: Organisation | None = None,
    period_start: dt.date | None = None,
) -> Report:
    """Register a report that `by` requests and return it; without a start its period is the quarter up to `as_of`."""
    permissions.require(by, "report.issue")
    on: dict[str, Any] = {"project": project, "agreement": agreement, "organisation": organisation}
    check_subject(kind, **on)
    if as_of > by.on:
        raise ValidationError({"as_of": _("This day lies in the future: nothing is known of it yet.")})
    start = period_start or period_of(Cadence.QUARTERLY, as_of).start
    if start > as_of:
        raise ValidationError({"period_start": _("The period cannot begin after the as-of date.")})
    with transaction.atomic():
        counter = SerialCounter.locked(kind, timezone.localdate(now))
        return _insert(
            Report(
                requested_by=by.user,
                kind=kind,
                **on,
                period_start=start,
                period_end=as_of,
                as_of=as_of,
            ),
            counter,
            by=by,
            now=now,
        )


def revise(old: Report, *, by: Actor, reason: str, now: dt.datetime) -> Report:
    """Register a revision of an issued report, with the reason, and return it; once issued it supersedes the old one."""
    permissions.require(by, "report.issue")
    if not reason.strip():
        raise ValidationError({"reason": _("Say what was wrong with the report.")})
    with transaction.atomic():
        counter = SerialCounter.locked(old.kind, timezone.localdate(now))
        old = Report.objects.select_for_update().get(pk=old.pk)
        if old.state != ReportState.ISSUED or Report.objects.filter(supersedes=old).exists():
            raise TransitionError(
                _("%(serial)s is %(state)s or has a revision already: only the latest issue can be revised.")
                % {"serial": old.serial, "state": old.get_state_display()}
            )
        return _insert(
            Report(
                schedule_id=old.schedule_id,
                requested_by=by.user,
                kind=old.kind,
                **old.subject_keys,
                period_start=old.period_start,
                period_end=old.period_end,
                as_of=old.as_of,
                due_at=old.due_at,
                late=is_late(old.due_at, now),
                revision=old.revision + 1,
                supersedes=old,
                revision_reason=reason.strip(),
            ),
            counter,
            by=by,
            now=now,
        )


def previous_of(report: Report) -> Report | None:
    """Return the report that `report` is compared with: the latest issue before it of its schedule, else on its subject."""
    issued = Report.objects.filter(
        state=ReportState.ISSUED, kind=report.kind, as_of__lt=report.as_of, **report.subject_keys
    ).order_by("-as_of", "-pk")
    own = issued.filter(schedule=report.schedule_id).first() if report.schedule_id else None
    return own or issued.first()


def _insert(report: Report, counter: SerialCounter, *, by: Actor, now: dt.datetime) -> Report:
    report.serial = counter.next()
    report.slug = slug_of(report.serial)
    report.queued_at = now
    report.save(force_insert=True)
    audit.record(
        report,
        by=by,
        action="report.order" if by.user.pk == report.requested_by_id else "report.owe",
        before=None,
        after=facts(report),
        reason=report.revision_reason,
    )
    return report


def facts(report: Report) -> dict[str, Any]:
    """Return what the audit trail keeps of a new row."""
    names = (
        "serial",
        "schedule_id",
        "kind",
        *(f"{name}_id" for name in SCOPE_FIELDS),
        "revision",
        "supersedes_id",
    )
    days = ("period_start", "period_end", "as_of")
    return {name: getattr(report, name) for name in names} | {
        name: getattr(report, name).isoformat() for name in days
    }
