"""Ticks and senders at the same moment: one notice, one digest. On both engines."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from projects import digests, noticing, post
from projects.models import Notice, NoticeDigest
from projects.noticing import Owed
from reports.periods import IST
from tests import mailserver
from tests.cast import TODAY, Cast
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 6, 15, 9, 30, tzinfo=IST)


def test_of_ticks_at_once_each_occasion_gives_one_notice_and_of_senders_one_digest_leaves(
    cast: Cast, together: Together, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    cast.our_lead.email = "our_lead@example.org"
    cast.our_lead.save()
    assert together([lambda: noticing.owe(now=NOW)] * 3) == [None] * 3
    # Overdue for 15 days: each lead of the own, and the manager of both.
    assert sorted(Notice.objects.values_list("kind", "person__username")) == [
        ("escalated", "manager"),
        ("escalated", "manager"),
        ("overdue", "our_lead"),
        ("overdue", "their_lead"),
    ]
    # Without the lock of the reader, the rows themselves stand once.
    one = Owed(cast.officer.pk, "overdue", "projects.milestone", "1", "2026-05-31", TODAY)
    assert together([lambda: noticing.write([one], now=NOW)] * 3) == [None] * 3
    assert Notice.objects.filter(person=cast.officer).count() == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailserver.running() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        send = post.send

        def slowly(message: Any) -> None:
            time.sleep(0.3)  # the others look while the message is under way
            send(message)

        monkeypatch.setattr(post, "send", slowly)
        assert together([lambda: digests.owe(now=NOW)] * 3) == [None] * 3
        assert NoticeDigest.objects.count() == 1
        outcomes = together([lambda: digests.send_due(now=NOW)] * 3)
        assert sorted(outcomes) == [0, 0, 1]
        assert len(server.inbox) == 1
