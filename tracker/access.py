"""One line in the log and one count in the metrics for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from projects import throttles
from tracker import logs, metrics

log = logging.getLogger("tracker.access")
# Asked every few seconds by machines: only their failures are worth a line.
ROUTINE = {"healthz", "readyz", "metrics"}


class AccessMiddleware:
    """Tells who asked what and how it was answered. The outermost: it sees what all others refuse.

    Neither the query nor headers nor bodies are written down: what is secret in a request stands there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        token = logs.answering.set(request)
        try:
            response = self.get_response(request)
            self._tell(request, response.status_code, time.perf_counter() - began)
        finally:
            logs.answering.reset(token)
        return response

    @staticmethod
    def _tell(request: HttpRequest, status: int, seconds: float) -> None:
        route = _route(request)
        metrics.count(route=route, method=request.method or "", status=status, seconds=seconds)
        if route in ROUTINE and status < 400:
            return
        path = logs.without_secrets(request.path)
        facts = {
            "method": request.method,
            "path": path,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "address": throttles.address(request),
        }
        log.info("%s %s %s", request.method, path, status, extra={"facts": facts})


def _route(request: HttpRequest) -> str:
    """Return the name of the route; whitenoise answers before one is looked for."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else ""
