"""The digest: at most one mail a person and day on what their inbox holds and no mail has told yet.

The row of the day is inserted where there is none; whoever sends it takes it, and the notices with it, by a conditional UPDATE
that is committed before a byte leaves. What was cut off in between stays "sending" and is not sent again: the inbox has it.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from projects import finding_notices, inbox, noticing, permissions, post
from projects.choices import DigestState
from projects.inbox import Entry
from projects.models import Notice, NoticeDigest, NoticePreferences, User

# Before the second attempt, the third and so on; after the last one the notices wait for the digest of the next day.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 10, 60))
HANGS_AFTER = dt.timedelta(minutes=15)
ROUND_SECONDS = 30  # a mail server that answers slowly must not keep a worker from other work
MOST_OF_A_KIND = 10  # named in one mail; the inbox has the rest

logger = logging.getLogger(__name__)


def run(*, now: dt.datetime) -> int:
    """Write down what people are to be told, send the digests that are due, and return how many left.

    Running it twice at once is safe.
    """
    noticing.owe(now=now)
    finding_notices.owe(now=now)
    owe(now=now)
    return send_due(now=now)


def owe(*, now: dt.datetime) -> None:
    """Insert the digest of the day for everybody to whom something is to be told and for whom it is time."""
    local = timezone.localtime(now)
    waiting = Notice.objects.untold(local.date()).order_by().values("person")
    people = User.objects.filter(is_active=True, is_system=False, pk__in=waiting).exclude(email="")
    without = people.exclude(pk__in=NoticeDigest.objects.filter(day=local.date()).values("person"))
    NoticeDigest.objects.bulk_create(
        [
            NoticeDigest(person=person, day=local.date(), queued_at=now)
            for person in without.select_related("notice_preferences")
            if _preferences(person).is_time(local)
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def _preferences(person: User) -> NoticePreferences:
    """Return the preferences that came with the person, or the defaults."""
    try:
        return person.notice_preferences
    except NoticePreferences.DoesNotExist:
        return NoticePreferences(person=person)


def send_due(*, now: dt.datetime) -> int:
    """Send what is due and return how many digests left."""
    until = time.monotonic() + ROUND_SECONDS
    sent = 0
    due = NoticeDigest.objects.filter(_is_due(now)).order_by("pk")
    for digest in due.select_related("person__notice_preferences"):
        if time.monotonic() > until:
            break  # the rest with the next tick
        sent += _send(digest, now)
    return sent


def _is_due(now: dt.datetime) -> Q:
    return Q(state=DigestState.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))


def take(key: int, now: dt.datetime) -> bool:
    """Take the digest from the queue with the notices that it tells, and return whether this call did.

    Durable: were this part of a transaction, a crash would take the mark back after the message had left.
    """
    with transaction.atomic(durable=True):
        taken = NoticeDigest.objects.filter(_is_due(now), pk=key).update(
            state=DigestState.SENDING, attempt=F("attempt") + 1, not_before=now + HANGS_AFTER
        )
        if taken:
            digest = NoticeDigest.objects.get(pk=key)
            Notice.objects.filter(person=digest.person_id).untold(timezone.localdate(now)).update(
                digest=digest
            )
    return bool(taken)


def _send(digest: NoticeDigest, now: dt.datetime) -> bool:
    """Send one digest, unless another worker has it, and return whether it left."""
    local = timezone.localtime(now)
    if digest.day != local.date():
        _give_up(digest, _("It could not be sent on its day; the next digest tells the same."))
        return False
    if not _preferences(digest.person).is_time(local) or not take(digest.pk, now):
        return False
    digest = NoticeDigest.objects.select_related("person").get(pk=digest.pk)
    person = digest.person
    try:
        with translation.override(post.language_of(person.language)):
            message, reason = _written(digest, person, local.date())
        if message is None:
            _ours(digest).update(state=DigestState.DROPPED, failure=reason, not_before=None)
            return False
        post.send(message)
    except post.NotTaken as error:
        _put_off(digest, str(error), now)
    except post.Unknown as error:
        _ours(digest).update(failure=str(error))
        logger.error("Digest to %s: %s", person.username, error)
    except Exception as error:  # one bad message must not stop the next
        logger.exception("The digest to %s could not be written", person.username)
        _put_off(digest, f"{type(error).__name__}: {error}"[:500], now)
    else:
        _ours(digest).update(state=DigestState.SENT, sent_at=now, not_before=None, failure="")
        logger.info("Digest to %s: %s", person.username, post.whereto())
        return True
    return False


def _written(digest: NoticeDigest, person: User, on: dt.date) -> tuple[EmailMessage | None, str]:
    """Return the message in the active language; or None and why there is none: the rights are those of the day."""
    if not person.is_active:
        return None, _("The account is closed.")
    if not person.email:
        return None, _("No e-mail address is known.")
    by = permissions.actor(person, on=on)
    told = inbox.entries(by, digest.notices.pending(on)[: inbox.MOST])
    if not told:
        return None, _("Nothing that it would tell holds any more, or may be seen by the person.")
    return letter(person, told), ""


def letter(person: User, told: list[Entry]) -> EmailMessage:
    """Return the digest of what is told, in the active language: names and links, no figure and no person."""
    groups = []
    for kind, found in groupby(told, key=lambda it: it.kind):
        rows = list(found)
        groups.append(
            {
                "kind": kind,
                "rows": rows[:MOST_OF_A_KIND],
                "more": max(0, len(rows) - MOST_OF_A_KIND),
                "count": len(rows),
            }
        )
    context = {
        "person": person,
        "groups": groups,
        "count": len(told),
        "site": settings.BASE_URL,
        "inbox": settings.BASE_URL + reverse("notice-list"),
        "preferences": settings.BASE_URL + reverse("notice-preferences"),
    }
    return post.letter(person, "projects/mail/digest_", context)


def _put_off(digest: NoticeDigest, reason: str, now: dt.datetime) -> None:
    """Queue the digest again after a pause, or give it up after the last attempt."""
    logger.warning("Digest to %s, attempt %d: %s", digest.person.username, digest.attempt, reason)
    if digest.attempt > len(PAUSES):
        _give_up(digest, reason)
        return
    again = now + PAUSES[digest.attempt - 1]
    _ours(digest).update(state=DigestState.QUEUED, not_before=again, failure=reason)


def _give_up(digest: NoticeDigest, reason: str) -> None:
    """End a digest that did not leave: its notices are told by the next one."""
    with transaction.atomic():
        unsent = NoticeDigest.objects.filter(
            pk=digest.pk, state__in=[DigestState.QUEUED, DigestState.SENDING], attempt=digest.attempt
        )
        if unsent.update(state=DigestState.FAILED, not_before=None, failure=reason):
            Notice.objects.filter(digest=digest).update(digest=None)


def _ours(digest: NoticeDigest) -> QuerySet[NoticeDigest]:
    return NoticeDigest.objects.filter(pk=digest.pk, state=DigestState.SENDING, attempt=digest.attempt)
