"""The engine of sessions (SESSION_ENGINE): they end after a time without use and after a time at all, and know their person.

One query a request, as Django's; one write every three minutes while somebody reads, so that being idle is told from reading.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from projects.models import SignIn

SINCE, BROWSER = "since", "browser"
NOTED = 10  # times in the time after which an unused session ends: so exact is that time


def idle() -> dt.timedelta:
    """Return how long a session may be left unused."""
    return dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES)


class SessionStore(db.SessionStore):
    cache_key_prefix = ""

    @classmethod
    def get_model_class(cls) -> type[SignIn]:
        return SignIn

    def _get_session_from_db(self) -> SignIn | None:
        now = timezone.now()
        try:
            row = SignIn.living(now=now, idle=idle()).get(session_key=self.session_key)
        except (SignIn.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None
        if row.user_id and now - row.seen_at > idle() / NOTED:
            SignIn.objects.filter(pk=row.pk).update(seen_at=now)
        return row

    def get_session_cookie_age(self) -> int:
        """Return the seconds until the session's end, which use does not put off."""
        since = self.get(SINCE)
        spent = int(timezone.now().timestamp()) - since if since else 0
        return max(1, settings.SESSION_COOKIE_AGE - spent)

    def create_model_instance(self, data: dict[str, Any]) -> SignIn:
        now = timezone.now()
        user = data.get(SESSION_KEY)
        if user and SINCE not in data:
            data[SINCE] = int(now.timestamp())
        row = cast(SignIn, super().create_model_instance(data))
        row.seen_at = now
        if user:
            row.user_id = int(user)
            row.since = dt.datetime.fromtimestamp(data[SINCE], tz=dt.UTC)
            row.browser = str(data.get(BROWSER, ""))[:60]
        return row
