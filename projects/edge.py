"""The edge: from a request to an actor. The only place in this app that asks the clock for today."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from projects import permissions
from projects.permissions import Actor

EARLIEST, LATEST = (
    dt.date(1947, 1, 1),
    dt.date(2100, 12, 31),
)  # of an as-of date; beyond lies a slip of the pen


class RequestIdMiddleware:
    """Gives each request an id that its log lines and audit events share, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


def acting(request: Any) -> Actor:
    """Return the actor of a page's or an API's request, with the rights that hold today in India.

    One query, once; none where the access token brought the memberships along (projects/tokens.py).
    """
    known: Actor | None = getattr(request, "_acting", None)
    user = request.user
    if known is None or known.user != user:
        on = timezone.localdate()
        token = getattr(request, "auth", None)
        held = getattr(token, "held", None) if getattr(token, "held_on", None) == on else None
        known = permissions.actor(user, on=on, request_id=getattr(request, "request_id", ""), held=held)
        grant = getattr(token, "grant", None)
        if grant is not None:
            known = replace(known, scopes=frozenset(grant.scopes))
        request._acting = known
    return known


class BadDay(ValueError):
    """The request's `as_of` is not a day that figures can be worked out for."""


def as_of(request: Any) -> dt.date:
    """Return the day named by `?as_of=YYYY-MM-DD`, else today in India; `BadDay` when it names no usable day."""
    text = request.GET.get("as_of", "").strip()
    if not text:
        return acting(request).on
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadDay(text) from error
    # Python also reads 20260601 and 2026-W23-1 as days.
    if day.isoformat() != text or not EARLIEST.year <= day.year <= LATEST.year:
        raise BadDay(text)
    return day
