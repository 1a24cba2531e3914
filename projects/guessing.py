"""Guesses at passwords and codes: counted before they are looked at, so that no two at once are one too many.

Counted by the name from one place, by the place, and by the name from everywhere (docs/adr/0024-sign-in.md). A name that
no account bears is counted and locked like any other.
"""

from __future__ import annotations

import math
import unicodedata

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from projects import throttles
from projects.models import Tally, User

SPREAD = 10  # as many times more may fail from one place for all names, and for one name from all places
CODES = ((5, 15 * 60), (30, 24 * 3600))  # wrong codes of one person, within seconds


class Locked(Exception):
    """Too many failures: nothing was looked at. `seconds` tells how long that lasts."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        minutes = self.minutes
        text = ngettext(
            "Too many failed sign-ins. Try again in %(minutes)d minute.",
            "Too many failed sign-ins. Try again in %(minutes)d minutes.",
            minutes,
        )
        return text % {"minutes": minutes}

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)


def begin(request: HttpRequest, username: str) -> None:
    """Count an attempt at the password of this name; Locked where there were too many.

    An attempt that is refused counts no further: one place alone cannot lock a name everywhere.
    """
    for most, caller in _counted(request, username):
        _count(caller, most, settings.SIGN_IN_LOCK_MINUTES * 60)


def succeeded(request: HttpRequest, username: str) -> None:
    """Take the attempt back, since the password was right; of the name from this place, all of them."""
    (_most, pair), *others = _counted(request, username)
    Tally.objects.filter(caller=pair).delete()
    Tally.objects.filter(caller__in=[caller for _most, caller in others], asked__gt=0).update(
        asked=F("asked") - 1
    )


def begin_code(user: User) -> None:
    """Count an attempt at the person's second factor; Locked where there were too many."""
    for most, seconds in CODES:
        _count(_code(user, seconds), most, seconds)


def code_succeeded(user: User) -> None:
    Tally.objects.filter(caller__in=[_code(user, seconds) for _most, seconds in CODES]).delete()


def forget(user: User) -> None:
    """Forget the failures of the person's codes and, from everywhere, of the name."""
    code_succeeded(user)
    Tally.objects.filter(caller=throttles.digest("guess", _plain(user.username))).delete()


def _counted(request: HttpRequest, username: str) -> list[tuple[int, str]]:
    name, place = _plain(username), throttles.network(throttles.address(request))
    most = settings.SIGN_IN_FAILURES
    return [
        (most, throttles.digest("guess", f"{name} {place}")),
        (most * SPREAD, throttles.digest("guess place", place)),
        (most * SPREAD, throttles.digest("guess", name)),
    ]


def _count(caller: str, most: int, seconds: int) -> None:
    now = int(timezone.now().timestamp())
    asked, ends = Tally.count(caller, now=now, seconds=seconds)
    if asked > most:
        raise Locked(max(1, ends - now))


def _code(user: User, seconds: int) -> str:
    return throttles.digest(f"code {seconds}", f"user {user.pk}")


def _plain(username: str) -> str:
    """Return the name as one writes it in different ways; the mark keeps a name with a blank from being a name and a place."""
    return unicodedata.normalize("NFKC", username).strip().casefold().replace(" ", "\0")
