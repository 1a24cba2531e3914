"""The one door by which people come in: password, second factor, session. Pages, API and OpenID Connect all end here.

Whatever is wrong, the answer is the same and takes the same time, so that nobody learns which accounts exist.
"""

from __future__ import annotations

import hmac
import logging
import re
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import edge, guessing, permissions, sealing, second_factor, sessions
from projects.models import User
from projects.permissions import Actor

log = logging.getLogger(__name__)

BACKEND = "django.contrib.auth.backends.ModelBackend"
STRONG = "strong"  # in a session: it was opened with a second factor
HALF = "half"  # in a session: who has shown the password and not yet the code
HALF_SECONDS = 5 * 60
WRONG = _("User name and password do not match an account that is open.")
FAMILIES = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")  # the first that is named
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")


def by_password(request: HttpRequest, username: str, password: str) -> User | None:
    """Return whose name and password these are, of an open account; None for anything else, Locked after too much of it.

    Django runs the hasher once whatever the name: there is no account without the time that a wrong password takes.
    """
    guessing.begin(request, username)
    user: Any = authenticate(request, username=username, password=password)
    if user is None:
        log.warning("Sign-in refused: user name or password are wrong.")
        return None
    guessing.succeeded(request, username)
    return user


def by_code(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this is a code of the person's second factor, good once; Locked after too many wrong ones."""
    guessing.begin_code(user)
    try:
        good = second_factor.accepts(user, code, by=acting_as(request, user), now=timezone.now())
    except sealing.Unreadable:
        log.error("The second factor of account %s was sealed under another SECRET_KEY.", user.pk)
        good = False
    if good:
        guessing.code_succeeded(user)
    else:
        log.warning("Sign-in of account %s refused: the code is wrong.", user.pk)
    return good


def is_right_password(request: HttpRequest, user: User, password: str) -> bool:
    """Whether this is the password of somebody who is signed in; Locked after too many wrong ones."""
    found = by_password(request, user.username, password)
    return found is not None and found.pk == user.pk


def go_half(request: HttpRequest, user: User, after: str) -> None:
    """Remember, for five minutes, that the person has shown the password; `after` is the page to open in the end."""
    request.session.cycle_key()
    at = int(timezone.now().timestamp())
    request.session[HALF] = [user.pk, user.get_session_auth_hash(), at, after]


def half(request: HttpRequest) -> tuple[User, str] | None:
    """Return who has shown the password in this session, and the page to open; None where nobody has, or too long ago."""
    pk, proof, at, after = request.session.get(HALF) or (None, "", 0, "")
    if pk is None or timezone.now().timestamp() - at > HALF_SECONDS:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not hmac.compare_digest(proof, user.get_session_auth_hash()):
        return None
    return user, after


def enter(request: HttpRequest, user: User, *, is_strong: bool) -> None:
    """Open the session, under a new key; `is_strong` where a second factor was shown."""
    request.session.pop(HALF, None)
    request.session.pop(STRONG, None)
    login(request, user, backend=BACKEND)
    request.session[sessions.BROWSER] = browser_of(request)
    if is_strong:
        request.session[STRONG] = True
    log.info("Account %s signed in%s.", user.pk, " with a second factor" if is_strong else "")


def lacks_second_factor(request: Any) -> bool:
    """Whether somebody is signed in without the second factor that a role of theirs demands (SECOND_FACTOR_FOR).

    Asks for the roles what the page asks anyway: no query of its own.
    """
    if not settings.SECOND_FACTOR_FOR or not request.user.is_authenticated or request.session.get(STRONG):
        return False
    return not edge.acting(request).roles.isdisjoint(settings.SECOND_FACTOR_FOR)


def must_have_second_factor(user: User) -> bool:
    """Whether a role that the person holds today demands a second factor."""
    held = (
        permissions.actor(user, on=timezone.localdate()).roles if settings.SECOND_FACTOR_FOR else frozenset()
    )
    return not held.isdisjoint(settings.SECOND_FACTOR_FOR)


def acting_as(request: HttpRequest, user: User) -> Actor:
    """Return the person as who acts before they are signed in: with no role."""
    return Actor(user=user, on=timezone.localdate(), request_id=getattr(request, "request_id", ""))


def browser_of(request: HttpRequest) -> str:
    """Return what the browser says it is, as one recognises it: "Firefox, Windows"."""
    told = request.headers.get("User-Agent", "")
    family = next((name for name in FAMILIES if re.search(rf"\b{name}\w*/", told)), "")
    system = next((name for name in SYSTEMS if name in told), "")
    return ", ".join(filter(None, (family.replace("Edg", "Edge").replace("OPR", "Opera"), system)))
