"""How a message leaves: handed to the mail server, with what is known of its fate told apart from what is not."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from projects.models import User


class NotTaken(Exception):
    """The server could not be reached or has refused: the message did not leave, and may be tried again."""


class Unknown(Exception):
    """The line broke while the message was handed over: nobody here knows whether the server has it."""


def language_of(language: str) -> str:
    """Return the language in which a person reads, among those that there are; else English."""
    return language if language in dict(settings.LANGUAGES) else "en"


def letter(person: User, template: str, context: dict[str, Any]) -> EmailMessage:
    """Return a message to the person, in the active language, from `<template>subject.txt` and `<template>body.txt`."""
    return EmailMessage(
        " ".join(render_to_string(f"{template}subject.txt", context).split()),
        render_to_string(f"{template}body.txt", context),
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )


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
