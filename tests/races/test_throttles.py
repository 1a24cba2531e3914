"""Many questions of one caller, really at once: exactly as many are answered as the rate allows. On both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from projects.models import Tally
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_twenty_at_once_seven_are_answered(settings, together: Together):
    settings.THROTTLES = {**settings.THROTTLES, "verify": (7, 3600)}

    def ask() -> int:
        return Client().post("/api/v1/verify/", {"sha256": "0" * 64}).status_code

    acts: list[Callable[[], Any]] = [ask] * 20
    outcomes = together(acts)
    assert sorted(outcomes) == [200] * 7 + [429] * 13
    assert Tally.objects.get().asked == 20
