"""Mails about reports: owed in the transaction of the event, sent later, with the link and never with the file.

A mail is sent once by intent. Whoever sends takes its row to "sending" by a conditional UPDATE that is committed
before a byte leaves; what was cut off in between stays there, and only a person sends it again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from projects import permissions, post
from projects.models import TransitionError, User, audit
from projects.permissions import Actor
from reports import letters
from reports.choices import MailAbout, MailState, ReportState
from reports.models import Mail, Report
from reports.models.register import UNFINISHED

LONGEST_WAIT = dt.timedelta(hours=1)  # for the other reports of a schedule that is being caught up
# Before the second attempt, the third and so on; after the last one a person has to look.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 10, 60, 360))
HANGS_AFTER = dt.timedelta(minutes=15)  # longer than any attempt can take
ROUND_SECONDS = 30  # a mail server that answers slowly must not keep a worker from its reports

logger = logging.getLogger(__name__)


# --- owing ---


def owe_issue(report: Report, *, now: dt.datetime) -> None:
    """Owe a mail on the issue of `report` to every recipient of its schedule."""
    if report.schedule:
        for recipient in report.schedule.recipients.all():
            _owe(report, recipient.pk, MailAbout.ISSUED, now)


def owe_failure(report: Report, *, now: dt.datetime) -> None:
    """Owe a mail on the failure of `report` to the person in whose name it would have been issued; on each failure anew."""
    mail = _owe(report, report.responsible.pk, MailAbout.FAILED, now)
    over = Mail.objects.filter(pk=mail.pk, state__in=[MailState.SENT, MailState.FAILED, MailState.DROPPED])
    over.update(**_queued(now))


def _owe(report: Report, recipient: int, about: MailAbout, now: dt.datetime) -> Mail:
    mail, _created = Mail.objects.get_or_create(
        report=report, recipient_id=recipient, about=about, defaults={"queued_at": now}
    )
    return mail


def _queued(now: dt.datetime) -> dict[str, object]:
    return {
        "state": MailState.QUEUED,
        "attempt": 0,
        "failure": "",
        "queued_at": now,
        "not_before": None,
        "sent_at": None,
    }


# --- who is to get one ---


def ready(now: dt.datetime) -> QuerySet[User]:
    """Return the people to whom something is to be sent at `now`.

    Whoever gets the reports of a schedule that is being caught up waits until all are made, but an hour at most: a
    backlog of two years comes in one message.
    """
    queued = Mail.objects.filter(state=MailState.QUEUED)
    still_made = Report._base_manager.filter(schedule=OuterRef("report__schedule"), state__in=UNFINISHED)
    waits = queued.filter(Exists(still_made)).values("recipient")
    too_long = queued.filter(_due(now), queued_at__lte=now - LONGEST_WAIT).values("recipient")
    return User.objects.filter(
        ~Q(pk__in=waits) | Q(pk__in=too_long), pk__in=queued.filter(_due(now)).values("recipient")
    ).order_by("pk")


def undelivered(now: dt.datetime) -> QuerySet[Mail]:
    """Return the mails that only a person can send again: failed, or cut off while they were sent."""
    return Mail.objects.filter(Q(state=MailState.FAILED) | Q(state=MailState.SENDING, not_before__lte=now))


def _due(now: dt.datetime) -> Q:
    return Q(state=MailState.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))


# --- sending ---


def send_due(*, now: dt.datetime) -> int:
    """Send what is due, one message a recipient, and return how many messages left. Running it twice at once is safe."""
    until = time.monotonic() + ROUND_SECONDS
    sent = 0
    for recipient in ready(now):
        if time.monotonic() > until:
            break  # the rest with the next tick
        sent += _send_to(recipient, now)
    return sent


def send_again(mail: Mail, *, by: Actor, now: dt.datetime) -> None:
    """Queue an undelivered mail anew, as a person has decided; `TransitionError` when it is not undelivered any more."""
    permissions.require(by, "report.retry", mail.report)
    with transaction.atomic():
        if not undelivered(now).filter(pk=mail.pk).update(**_queued(now)):
            raise TransitionError(_("This mail is on its way or has arrived: it is not sent again."))
        facts = {"recipient": mail.recipient.username, "about": mail.about}
        audit.record(
            mail.report,
            by=by,
            action="mail.send_again",
            before=facts | {"state": mail.state},
            after=facts | {"state": MailState.QUEUED},
            reason=mail.failure,
        )


def _send_to(recipient: User, now: dt.datetime) -> bool:
    """Send the recipient one message on everything that is due, and return whether it left."""
    mails = _admitted(_taken(recipient, now), now)
    if not mails:
        return False
    recipient = mails[0].recipient
    try:
        with translation.override(post.language_of(recipient.language)):
            message = letters.written(recipient, mails)
        post.send(message)
    except post.NotTaken as error:
        _put_off(mails, str(error), now)
    except post.Unknown as error:
        _leave(mails, str(error), now)
    except Exception as error:  # one bad message must not stop the next
        logger.exception("The message to %s could not be written", recipient.username)
        _put_off(mails, f"{type(error).__name__}: {error}"[:500], now)
    else:
        _ours(mails).update(state=MailState.SENT, sent_at=now, not_before=None, failure="")
        logger.info(
            "Mail to %s on %s: %s",
            recipient.username,
            ", ".join(mail.report.serial for mail in mails),
            post.whereto(),
        )
        return True
    return False


def _taken(recipient: User, now: dt.datetime) -> list[Mail]:
    """Take what is due from the queue and return it: of any number of senders at once, one finds each row queued.

    Durable: were this part of a transaction, a crash would take the mark back after the message had left.
    """
    due = Mail.objects.filter(_due(now), recipient=recipient).order_by("pk")
    keys = list(due.values_list("pk", flat=True))
    with transaction.atomic(durable=True):
        mine = [key for key in keys if _take(key, now)]
    joined = ("report__project", "report__agreement", "report__organisation")
    return list(
        Mail.objects.filter(pk__in=mine)
        .select_related("recipient", "report", *joined)
        .defer("report__snapshot")
        .order_by("report__period_start", "report")
    )


def _take(key: int, now: dt.datetime) -> bool:
    return bool(
        Mail.objects.filter(pk=key, state=MailState.QUEUED).update(
            state=MailState.SENDING, attempt=F("attempt") + 1, not_before=now + HANGS_AFTER
        )
    )


def _admitted(mails: list[Mail], now: dt.datetime) -> list[Mail]:
    """Return those of one recipient's mails that they may still get; drop the others with the reason."""
    if not mails:
        return []
    recipient = mails[0].recipient
    by = permissions.actor(recipient, on=timezone.localdate(now))
    reports = [mail.report_id for mail in mails]
    seen = set(Report.objects.visible_to(by).filter(pk__in=reports).values_list("pk", flat=True))
    kept = []
    for mail in mails:
        reason = _reason_to_drop(mail, recipient, may_see=mail.report_id in seen)
        if reason:
            _ours([mail]).update(state=MailState.DROPPED, failure=reason, not_before=None)
            logger.info("Mail to %s on %s dropped: %s", recipient.username, mail.report.serial, reason)
        else:
            kept.append(mail)
    return kept


def _reason_to_drop(mail: Mail, recipient: User, *, may_see: bool) -> str:
    if not recipient.is_active:
        return _("The recipient's account is closed.")
    if not may_see:
        return _("The recipient may not see this report any more.")
    if not recipient.email:
        return _("No e-mail address of the recipient is known.")
    if mail.about == MailAbout.FAILED and mail.report.state != ReportState.FAILED:
        return _("The report was tried again meanwhile.")
    return ""


def _put_off(mails: Iterable[Mail], reason: str, now: dt.datetime) -> None:
    """Queue the mails again after a pause, or give up those that had their last attempt."""
    for mail in mails:
        last = mail.attempt > len(PAUSES)
        _ours([mail]).update(
            state=MailState.FAILED if last else MailState.QUEUED,
            not_before=None if last else now + PAUSES[mail.attempt - 1],
            failure=reason,
        )
        logger.warning("Mail to %s, attempt %d: %s", mail.recipient_id, mail.attempt, reason)


def _leave(mails: Iterable[Mail], reason: str, now: dt.datetime) -> None:
    """Leave the mails "sending", for a person to decide: they may have arrived."""
    _ours(mails).update(not_before=now, failure=reason)
    logger.error("Mail: %s", reason)


def _ours(mails: Iterable[Mail]) -> QuerySet[Mail]:
    return Mail.objects.filter(pk__in=[mail.pk for mail in mails], state=MailState.SENDING)
