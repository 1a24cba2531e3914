"""Reports are asked for on the cast's day, with tokens as programs do."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from knox.models import AuthToken
from rest_framework.test import APIClient

from projects.models import User
from tests.reports.orders import NOW

Api = Callable[[User], APIClient]


@pytest.fixture
def today() -> Iterator[dt.datetime]:
    """Stop the clock on the cast's day."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def api(db: None, today: dt.datetime) -> Api:
    """Return a client that carries a token of the user."""

    def client(user: User) -> APIClient:
        made = APIClient()
        _kept, token = AuthToken.objects.create(user=user)
        made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return made

    return client
