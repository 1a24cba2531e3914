"""Mails about reports: owed in the transaction of the event, sent later, with the link and never with the file."""

from __future__ import annotations

import datetime as dt

from reports.choices import MailAbout
from reports.models import Mail, Report


def owe_issue(report: Report, *, now: dt.datetime) -> None:
    """Owe a mail on the issue of `report` to every recipient of its schedule."""
    if report.schedule:
        for recipient in report.schedule.recipients.all():
            _owe(report, recipient.pk, MailAbout.ISSUED, now)


def owe_failure(report: Report, *, now: dt.datetime) -> None:
    """Owe a mail on the failure of `report` to the person in whose name it would have been issued."""
    _owe(report, report.responsible.pk, MailAbout.FAILED, now)


def _owe(report: Report, recipient: int, about: MailAbout, now: dt.datetime) -> None:
    Mail.objects.get_or_create(
        report=report, recipient_id=recipient, about=about, defaults={"queued_at": now}
    )
