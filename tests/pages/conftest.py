"""The pages are read on 15 June 2026, the cast's today, by somebody who is signed in."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from projects.models import User
from tests.cast import TODAY

NOON = dt.datetime.combine(TODAY, dt.time(12), tzinfo=ZoneInfo("Asia/Kolkata"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture(autouse=True)
def _no_figures_of_other_tests() -> None:
    cache.clear()  # what a page keeps would be served to the next test with the same records


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a browser in which the person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
