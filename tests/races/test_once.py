"""Twenty requests with one Idempotency-Key, really at once: one effect, twenty equal answers. On both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import AuditEvent, KeyedCall, Milestone, TokenGrant
from tests.cast import Cast
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {
    "project": "PRJ-901",
    "title": "Kiln ordered",
    "type": "construction",
    "baseline_on": "2026-12-31",
    "acceptance": "Order",
}


def test_one_acts_and_all_get_its_answer(cast: Cast, together: Together):
    _kept, token = TokenGrant.issue(cast.officer, now=timezone.now())
    before = AuditEvent.objects.count()

    def ask() -> tuple[int, bytes]:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}", HTTP_IDEMPOTENCY_KEY="one")
        answer: Any = client.post("/api/v1/milestones/", BODY, format="json")
        return answer.status_code, answer.content

    acts: list[Callable[[], Any]] = [ask] * 20
    outcomes = together(acts)
    assert {status for status, _content in outcomes} == {201}, outcomes
    assert len(set(outcomes)) == 1
    assert Milestone.objects.filter(title=BODY["title"]).count() == 1
    assert AuditEvent.objects.count() == before + 1
    assert KeyedCall.objects.count() == 1
