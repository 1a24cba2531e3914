"""Makes reports: `tick` registers and rings, `render` makes one. docs/adr/0004-report-engine.md tells why so.

Nothing here depends on who calls it, how often, or how many do at once; Celery's tasks, the polling runner and
the command `issue_report` call the same two functions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import archive, permissions, sessions
from projects.models import Pulse, SignIn, Tally, TransitionError, audit
from projects.permissions import Actor
from reports import bell, checks, clock, figures, leases, mails, ordering, pdf, printing, seal
from reports.checks import records
from reports.choices import Language, ReportState
from reports.figures import changes
from reports.leases import Lease, LeaseLost
from reports.models import MOST_ATTEMPTS, Edition, Report, ReportSchedule
from reports.models.scopes import sees

RUNG_AT_ONCE = 100
PAUSE = dt.timedelta(seconds=15)  # before a second attempt; before the third twice as long, and so on

logger = logging.getLogger(__name__)
Moment = Callable[[], dt.datetime]


class Refused(Exception):
    """The report must not be issued, and another attempt would change nothing; the text is the reason."""


@dataclass(frozen=True)
class Tick:
    """What a tick did."""

    opened: int
    given_up: int
    rung: int


def tick(*, now: dt.datetime) -> Tick:
    """Register every owed report, give up the exhausted ones, ring for those that wait, forget old counts and sessions, leave a sign of life."""
    opened = 0
    for schedule in ReportSchedule.objects.filter(active=True).select_related("owner"):
        try:
            opened += len(ordering.open_owed(schedule, now=now))
        except Exception:  # one bad schedule must not stop the next
            logger.exception("Schedule %s (%s) could not be read", schedule.pk, schedule)
    given_up = 0
    for report in Report.objects.exhausted(now):
        given_up += _give_up(report, now=now)
    waiting = list(Report.objects.runnable(now).order_by("pk").values_list("pk", flat=True)[:RUNG_AT_ONCE])
    rung = len(waiting) if bell.ring(*waiting) else 0
    Tally.forget(now=int(now.timestamp()))
    SignIn.forget(now=now, idle=sessions.idle())
    Pulse.beat(Pulse.TICK, now=now)
    return Tick(opened=opened, given_up=given_up, rung=rung)


def render(key: int, *, moment: Moment = clock.now) -> Report | None:
    """Make one report and return its row, issued or not; None, having done nothing, when another has it."""
    lease = leases.claim(key, now=moment())
    if lease is None:
        return None
    with leases.kept(lease, moment):
        try:
            _make(lease, moment)
        except LeaseLost:
            logger.warning("Report %s: taken over by another worker, nothing published", key)
        except Refused as refusal:
            _fail(lease, str(refusal), now=moment())
        except Exception as error:
            logger.exception("Report %s: attempt %d failed", key, lease.attempt)
            _end_attempt(lease, error, now=moment())
    report = Report.objects.get(pk=key)
    if not report.is_unfinished:
        _ring_for_the_next(report, now=moment())
    return report


def retry(report: Report, *, by: Actor, now: dt.datetime) -> Report:
    """Queue a failed report anew, with all attempts before it, and return it; its frozen figures stay."""
    permissions.require(by, "report.retry", report)
    with transaction.atomic():
        row = Report.objects.select_for_update().get(pk=report.pk)
        if row.state != ReportState.FAILED:
            raise TransitionError(
                _("%(serial)s is %(state)s: only a failed report can be tried again.")
                % {"serial": row.serial, "state": row.get_state_display()}
            )
        before = {"state": row.state, "failure": row.failure}
        Report.objects.filter(pk=row.pk).update(
            state=ReportState.QUEUED, failure="", attempt=0, progress=0, lease_owner="", lease_until=None
        )
        audit.record(
            row,
            by=by,
            action="report.retry",
            before=before,
            after={"state": ReportState.QUEUED, "failure": ""},
        )
        transaction.on_commit(lambda: bell.ring(row.pk))
    return Report.objects.get(pk=report.pk)


# --- one attempt ---


def _make(lease: Lease, moment: Moment) -> None:
    subjects = ("project", "agreement", "organisation")
    report = Report.objects.select_related("schedule__owner", "requested_by", *subjects).get(pk=lease.report)
    by = _rights_of_the_day(report, timezone.localdate(moment()))
    lease.write(progress=10)
    snapshot = _frozen(report, lease, by, moment)
    lease.write(progress=30)
    editions = []
    for number, language in enumerate(Language.values, 1):
        editions.append(_edition(report, snapshot, language, now=moment()))
        lease.write(progress=30 + 60 * number // len(Language.values))
    _publish(report, lease, editions, now=moment())


def _edition(report: Report, snapshot: figures.Snapshot, language: str, *, now: dt.datetime) -> Edition:
    """Return the edition of the report in `language`, unsaved, its file durable in the archive, sealed where wanted."""
    drawn = printing.rendered(report, snapshot, language)
    try:
        content = seal.sealed(drawn, now=now)
    except seal.Unusable as error:
        raise Refused(str(error)) from error
    file = archive.store([content], name=f"{report.slug}-{language}.pdf", content_type="application/pdf")
    return Edition(
        report=report,
        language=language,
        sha256=file.sha256,
        size=file.size,
        pages=drawn.pages,
        rendered_sha256=hashlib.sha256(drawn).hexdigest(),
        rendered_size=len(drawn),
    )


def _rights_of_the_day(report: Report, on: dt.date) -> Actor:
    """Return the responsible person with the rights of `on`, or refuse: rights may end between order and run."""
    person = report.responsible
    by = permissions.actor(person, on=on)
    if not permissions.allows(by, "report.issue"):
        raise Refused(
            _("%(person)s, in whose name it is issued, may not issue reports any more.")
            % {"person": person.by_post}
        )
    if not sees(by, report.subject):
        raise Refused(
            _("%(person)s, in whose name it is issued, may not see what it reports on.")
            % {"person": person.by_post}
        )
    return by


def _frozen(report: Report, lease: Lease, by: Actor, moment: Moment) -> figures.Snapshot:
    """Return the report's figures: worked out, checked and stored in the first attempt, read again in any later one."""
    if report.snapshot:
        return figures.read(report.snapshot)
    now = moment()
    report.late = ordering.is_late(report.due_at, now)
    with figures.one_view():
        report.compared_with = ordering.previous_of(report)
        previous = figures.read(report.compared_with.snapshot) if report.compared_with else None
        snapshot = figures.read(audit.canonical(figures.snapshot(report, by=by, now=now)))
        snapshot["changes"] = changes.changes(previous, snapshot)
        wrong = records.failures(snapshot, by=by) + checks.failures(snapshot, previous)
    if wrong:
        raise Refused(
            _("The figures contradict each other: %(list)s.") % {"list": "; ".join(map(str, wrong[:10]))}
        )
    text = audit.canonical(snapshot)
    lease.write(
        snapshot=text,
        snapshot_sha256=hashlib.sha256(text.encode()).hexdigest(),
        late=report.late,
        compared_with=report.compared_with,
        generator_version=settings.VERSION,
        audit_seq=snapshot["meta"]["audit"]["seq"],
        audit_hash=snapshot["meta"]["audit"]["hash"],
    )
    return figures.read(text)


def _publish(report: Report, lease: Lease, editions: list[Edition], *, now: dt.datetime) -> None:
    """Issue the report: its files are durable, its lease is still ours, and the event is in the same transaction."""
    by = _engine(now)
    with transaction.atomic():
        lease.extend(now)  # the fence: from here on nobody else can take the row
        for edition in editions:
            edition.save(force_insert=True)
        lease.write(state=ReportState.ISSUED, progress=100, issued_at=now, lease_until=None, failure="")
        row = Report.objects.get(pk=report.pk)
        issue = {
            "state": row.state,
            "snapshot_sha256": row.snapshot_sha256,
            "attempt": row.attempt,
            "editions": [
                {"language": it.language, "sha256": it.sha256, "size": it.size, "pages": it.pages}
                for it in editions
            ],
        }
        audit.record(row, by=by, action="report.issue", before={"state": ReportState.RUNNING}, after=issue)
        if row.supersedes_id:
            _supersede(row, by)
        mails.owe_issue(row, now=now)
    logger.info("Report %s issued in attempt %d", row.serial, row.attempt)


def _supersede(row: Report, by: Actor) -> None:
    old = Report.objects.select_for_update().get(pk=row.supersedes_id)
    Report.objects.filter(pk=old.pk).update(state=ReportState.SUPERSEDED)
    audit.record(
        old,
        by=by,
        action="report.supersede",
        before={"state": old.state},
        after={"state": ReportState.SUPERSEDED, "superseded_by": row.serial},
        reason=row.revision_reason,
    )


# --- attempts that end without a report ---


def _end_attempt(lease: Lease, error: Exception, *, now: dt.datetime) -> None:
    """Queue the report again after a pause, or fail it when that was the last attempt."""
    if lease.attempt >= MOST_ATTEMPTS:
        reason = _("None of %(count)d attempts succeeded. The last one: %(error)s")
        _fail(lease, reason % {"count": lease.attempt, "error": _in_words(error)}, now=now)
        return
    try:
        lease.write(
            state=ReportState.QUEUED, progress=0, lease_owner="", lease_until=now + PAUSE * lease.attempt
        )
    except LeaseLost:
        logger.warning("Report %s: taken over by another worker after a failed attempt", lease.report)


def _fail(lease: Lease, reason: str, *, now: dt.datetime) -> None:
    by = _engine(now)
    try:
        with transaction.atomic():
            lease.write(state=ReportState.FAILED, failure=reason, lease_until=None)
            _record_failure(Report.objects.get(pk=lease.report), by, now=now)
    except LeaseLost:
        logger.warning("Report %s: taken over by another worker, its failure is not recorded", lease.report)


def _give_up(report: Report, *, now: dt.datetime) -> bool:
    """Fail a report whose last worker was lost, and return whether this call did it."""
    reason = _(
        "None of %(count)d attempts came to an end. The last worker was lost while it made the report; "
        "most likely it was killed or ran out of memory."
    ) % {"count": report.attempt}
    by = _engine(now)
    with transaction.atomic():
        found = Report.objects.exhausted(now).filter(pk=report.pk)
        if not found.update(state=ReportState.FAILED, failure=reason, lease_until=None):
            return False
        _record_failure(Report.objects.get(pk=report.pk), by, now=now)
    return True


def _record_failure(row: Report, by: Actor, *, now: dt.datetime) -> None:
    mails.owe_failure(row, now=now)
    logger.error("Report %s failed: %s", row.serial, row.failure)
    audit.record(
        row,
        by=by,
        action="report.fail",
        before={"state": ReportState.RUNNING},
        after={"state": row.state, "attempt": row.attempt},
        reason=row.failure,
    )


def _in_words(error: Exception) -> str:
    """Return an error for the register: its own words where it was made for people, else its kind and words."""
    if isinstance(error, pdf.RenderError):
        return str(error)
    return f"{type(error).__name__}: {error}"[:500]


def _ring_for_the_next(report: Report, *, now: dt.datetime) -> None:
    """Ring for the next period of the same schedule, which had to wait for this one."""
    if report.schedule_id:
        waiting = Report.objects.runnable(now).filter(schedule=report.schedule_id).order_by("period_start")
        bell.ring(*waiting.values_list("pk", flat=True)[:1])


def _engine(now: dt.datetime) -> Actor:
    return audit.system_actor("reports", on=timezone.localdate(now))
