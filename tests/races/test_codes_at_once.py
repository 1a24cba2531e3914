"""One code and one recovery code shown in several browsers really at once: each opens once. On both engines."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils import timezone

from projects import second_factor
from tests.cast import Cast, acting
from tests.races.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_eight_at_once_one_is_let_in(cast: Cast, together: Together):
    user, by, now = cast.our_lead, acting(cast.our_lead), timezone.now()
    secret = second_factor.new_secret()

    def code(moment: dt.datetime) -> str:
        app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what apps understand
        return app.generate(int(moment.timestamp())).decode()

    hour_ago = now - dt.timedelta(hours=1)
    codes = second_factor.enrol(user, secret, code(hour_ago), by=by, now=hour_ago)
    for shown in (code(now), codes[0]):

        def show(shown: str = shown) -> bool:
            return second_factor.accepts(user, shown, by=by, now=now)

        assert sorted(together([show] * 8)) == [False] * 7 + [True]
