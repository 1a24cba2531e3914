"""The edge: from a request to an actor. The only place in this app that asks the clock for today."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from projects import permissions
from projects.permissions import Actor


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
    """Return the actor of a page's or an API's request, with the rights that hold today in India; one query, once."""
    known: Actor | None = getattr(request, "_acting", None)
    if known is None or known.user != request.user:
        known = permissions.actor(
            request.user, on=timezone.localdate(), request_id=getattr(request, "request_id", "")
        )
        request._acting = known
    return known
