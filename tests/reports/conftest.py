"""Reports are asked for on the cast's day, with tokens as programs do."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import TokenGrant, User
from reports import clock
from tests.reports.orders import NOW

Api = Callable[[User], APIClient]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[dt.datetime]:
    """Stop the clock on the cast's day, also the database's, which the engine asks."""
    monkeypatch.setattr(clock, "now", timezone.now)
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def api(db: None, today: dt.datetime) -> Api:
    """Return a client that carries a token of the user."""

    def client(user: User) -> APIClient:
        made = APIClient()
        _kept, token = TokenGrant.issue(user, now=timezone.now())
        made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return made

    return client
