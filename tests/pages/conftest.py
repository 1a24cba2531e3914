"""The pages are read on 15 June 2026, the cast's today, by somebody who is signed in."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from projects.models import User
from tests.cast import TODAY

NOON = dt.datetime.combine(TODAY, dt.time(12), tzinfo=ZoneInfo("Asia/Kolkata"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a browser in which the person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
