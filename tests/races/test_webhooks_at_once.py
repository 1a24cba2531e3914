"""Workers that look for messages at the same moment: each event is owed once, and sent by one. On both engines."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.db import transaction
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


@pytest.mark.engine("postgres")
def test_who_waited_for_the_row_finds_it_taken(cast: Cast, together: Together):
    """With a condition on the webhook in the UPDATE, PostgreSQL would ask the state before the other worker's."""
    made, _secret = Webhook.make(
        by=acting(cast.manager),
        name="Dashboard",
        url="https://hooks.example.org/",
        events=["milestone.claimed"],
    )
    now = timezone.now()
    key = deliveries.ping(made, by=acting(cast.manager), now=now).pk

    def slowly() -> bool:
        row = Delivery.objects.get(pk=key)
        with transaction.atomic():
            taken = row.take(now, deliveries.LEASE)
            time.sleep(0.6)
        return taken

    def meanwhile() -> bool:
        row = Delivery.objects.get(pk=key)
        time.sleep(0.2)
        return row.take(now, deliveries.LEASE)

    assert together([slowly, meanwhile]) == [True, False]
