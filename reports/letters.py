"""What a mail says, and how it leaves: title, period and links of reports, never a file and never a figure."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import User
from reports.choices import Language, MailAbout
from reports.models import Mail, Report


class NotTaken(Exception):
    """The server could not be reached or has refused: the message did not leave, and may be tried again."""


class Unknown(Exception):
    """The line broke while the message was handed over: nobody here knows whether the server has it."""


def language_of(recipient: User) -> str:
    """Return the language in which the recipient reads; English where there is no such edition."""
    return recipient.language if recipient.language in Language.values else Language.ENGLISH


def written(recipient: User, mails: Sequence[Mail]) -> EmailMessage:
    """Return one message on all the mails, in the active language; they are all the recipient's."""
    issued = [_told(mail.report) for mail in mails if mail.about == MailAbout.ISSUED]
    failed = [_told(mail.report) for mail in mails if mail.about == MailAbout.FAILED]
    context = {"recipient": recipient, "issued": issued, "failed": failed, "site": settings.BASE_URL}
    subject = " ".join(render_to_string("reports/mail/subject.txt", context).split())
    return EmailMessage(
        subject,
        render_to_string("reports/mail/body.txt", context),
        to=[recipient.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _told(report: Report) -> dict[str, object]:
    page = reverse("report-detail", args=[report.slug])
    return {
        "report": report,
        "page": f"{settings.BASE_URL}{page}",
        "verify": settings.BASE_URL + reverse("verify-report", args=[report.slug]),
    }


def send(message: EmailMessage) -> None:
    """Hand the message over, or raise `NotTaken` or `Unknown`; each wait on the server has its time-out."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(_("The mail server cannot be used: %(error)s") % {"error": _words(error)}) from error
    try:
        connection.send_messages([message])
    except (
        smtplib.SMTPResponseException,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPNotSupportedError,
    ) as error:
        raise NotTaken(_("The mail server refused: %(error)s") % {"error": _words(error)}) from error
    except (OSError, smtplib.SMTPException) as error:
        text = _("The line broke while the mail was sent, so it may have arrived: %(error)s")
        raise Unknown(text % {"error": _words(error)}) from error
    finally:
        # What was handed over is handed over, however the server says goodbye.
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def whereto() -> str:
    """Return where messages go, for the log."""
    return str(getattr(settings, "EMAIL_FILE_PATH", None) or settings.EMAIL_HOST or settings.EMAIL_BACKEND)


def _words(error: Exception) -> str:
    """Return what the server said, in one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{code} {_text(text)}" for code, text in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        said = f"{type(error).__name__}: {error}"
    return " ".join(said.split())[:300]


def _text(said: object) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
