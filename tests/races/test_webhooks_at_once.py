"""Workers that look for messages at the same moment: each event is owed once, and sent by one. On both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from projects import deliveries
from projects.models import Delivery, Webhook
from tests.cast import Cast, acting
from tests.hookserver import running
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_workers_one_sends(cast: Cast, together: Together, settings: Any):
    settings.WEBHOOKS_ALLOW_LOCAL = True
    with running() as receiver:
        receiver.pause = 0.2  # the others look while the message is under way
        Webhook.make(
            by=acting(cast.manager), name="Dashboard", url=receiver.address(), events=["milestone.claimed"]
        )
        cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
        now = timezone.now()
        outcomes = together([lambda: deliveries.run(now=now)] * 4)
        assert sorted(outcomes) == [0, 0, 0, 1]
        assert len(receiver.calls) == 1
        assert [row.state for row in Delivery.objects.all()] == ["delivered"]


def test_of_those_that_read_it_before_anybody_took_it_one_takes_it(cast: Cast, together: Together):
    made, _secret = Webhook.make(
        by=acting(cast.manager),
        name="Dashboard",
        url="https://hooks.example.org/",
        events=["milestone.claimed"],
    )
    now = timezone.now()
    row = deliveries.ping(made, by=acting(cast.manager), now=now)
    read = [Delivery.objects.get(pk=row.pk) for _number in range(6)]
    outcomes = together([lambda it=it: it.take(now, deliveries.LEASE) for it in read])  # type: ignore[misc]
    assert sorted(outcomes) == [False] * 5 + [True]
