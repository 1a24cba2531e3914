"""What a mail says: title, period and links of reports, never a file and never a figure."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from projects import post
from projects.models import User
from reports.choices import MailAbout
from reports.models import Mail, Report


def written(recipient: User, mails: Sequence[Mail]) -> EmailMessage:
    """Return one message on all the mails, in the active language; they are all the recipient's."""
    issued = [_told(mail.report) for mail in mails if mail.about == MailAbout.ISSUED]
    failed = [_told(mail.report) for mail in mails if mail.about == MailAbout.FAILED]
    context = {"recipient": recipient, "issued": issued, "failed": failed, "site": settings.BASE_URL}
    return post.letter(recipient, "reports/mail/", context)


def _told(report: Report) -> dict[str, object]:
    page = reverse("report-detail", args=[report.slug])
    return {
        "report": report,
        "page": f"{settings.BASE_URL}{page}",
        "verify": settings.BASE_URL + reverse("verify-report", args=[report.slug]),
    }
