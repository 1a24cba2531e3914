"""The API's tests run on the cast's day, 15 June 2026, and sign in with tokens as programs do."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from projects.models import TokenGrant, User
from tests.api.scene import Scene, assemble_scene
from tests.cast import TODAY

NOON = dt.datetime.combine(TODAY, dt.time(12), tzinfo=ZoneInfo("Asia/Kolkata"))

SignIn = Callable[[User | None], APIClient]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def signed_in(db: None) -> SignIn:
    """Return a client that carries a token of the user; of nobody, a client without one."""

    def client(user: User | None) -> APIClient:
        made = APIClient()
        if user is not None:
            _kept, token = TokenGrant.issue(user, now=timezone.now())
            made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return made

    return client


@pytest.fixture
def scene(db: None) -> Scene:
    """One of everything, for each half of the cast."""
    return assemble_scene()
