"""How often one caller may ask, counted in the database for all processes together (docs/adr/0017-throttles.md).

Reading by people who are signed in is not counted: a count costs a write. Counted are questions of strangers, sign-ins, and
what writes or works much. Where the count cannot be written, nothing passes (tracker/errors.py answers 503).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from projects.models import Tally

VERIFY, SIGN_IN, TOKEN, WRITE, HEAVY = "verify", "sign_in", "token", "write", "heavy"
OPEN, PING, UPLOAD, FEEDBACK = "open", "ping", "upload", "feedback"
IN_PARTS = "multipart/form-data"  # the type of a body that may hold files
BY_ADDRESS = frozenset(
    {VERIFY, SIGN_IN, OPEN, FEEDBACK}
)  # of strangers nothing else is known; the others count by person


class PerCaller(BaseThrottle):
    """Counts the requests of the API that `scope_of` tells to count."""

    seconds = 0

    def allow_request(self, request: Any, view: Any) -> bool:
        scope = scope_of(view, request.method)
        if scope == WRITE and (request.content_type or "").startswith(IN_PARTS):
            scope = UPLOAD  # claims and decisions bring their files along
        self.seconds = wait(request, scope) if scope else 0
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds


def scope_of(view: Any, method: str | None) -> str:
    """Return by which rate a request of this view is counted; "" where it is not.

    A view names the scope of its writes in `throttle_scope`, of its reads, where they are counted, in `throttle_reading`,
    and of single actions, reading ones too, in `throttle_scopes`. Every other write is counted as such.
    """
    single: dict[str, str] = getattr(view, "throttle_scopes", {})
    action = getattr(view, "action", None)
    if action in single:
        return single[action]
    if method in SAFE_METHODS:
        return str(getattr(view, "throttle_reading", ""))
    return getattr(view, "throttle_scope", WRITE)


def wait(request: Any, scope: str) -> int:
    """Count this request and return for how many seconds its caller has to wait; 0 where it may pass. One query."""
    most, seconds = settings.THROTTLES[scope]
    who = network(address(request)) if scope in BY_ADDRESS else f"user {request.user.pk}"
    now = int(timezone.now().timestamp())
    asked, ends = Tally.count(digest(scope, who), now=now, seconds=seconds)
    return max(1, ends - now) if asked > most else 0


def digest(scope: str, who: str) -> str:
    """Return the name under which a caller is counted, from which nobody reads an address."""
    return salted_hmac("throttles", f"{scope} {who}", algorithm="sha256").hexdigest()


def address(request: HttpRequest) -> str | None:
    """Return the address of the caller; None where the request has none.

    Each proxy of `PROXIES` appends to X-Forwarded-For whom it heard: the last of these many names are believed, and
    nothing in front of them, which anybody may have written.
    """
    told = str(request.META.get("REMOTE_ADDR", ""))
    names = [name.strip() for name in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if name.strip()]
    if settings.PROXIES and names:
        told = names[-min(settings.PROXIES, len(names))]
    try:
        found = ipaddress.ip_address(told)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def network(found: str | None) -> str:
    """Return the network by which strangers are counted: of IPv6 one caller has all addresses of a /64."""
    if found is None or ":" not in found:
        return found or "unknown"
    return str(ipaddress.ip_network((found.partition("%")[0], 64), strict=False))
