"""What of the API is going to end, and when: the one table, told in headers (RFC 9745, RFC 8594) and in the OpenAPI document.

docs/api.md tells the policy. An entry names a route; it stays here until its last day is over and the route is gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

INDIA = ZoneInfo("Asia/Kolkata")
NOTICE = dt.timedelta(days=365)  # at least, between the first word and the last day


@dataclass(frozen=True)
class Ending:
    """A route that ends: told since `since`, answered through `last_day`; `instead` is the address to use."""

    since: dt.date
    last_day: dt.date
    instead: str

    def __post_init__(self) -> None:
        if self.last_day + dt.timedelta(days=1) - self.since < NOTICE:
            raise ValueError(
                f"{self.instead}: between {self.since} and {self.last_day} lies less than a year."
            )


ENDINGS: dict[str, Ending] = {}  # by the name of the route, as "api:feed-list"


class EndingMiddleware:
    """Tells with every answer of a route that ends since when, until when and what to use instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        ending = ENDINGS.get(request.resolver_match.view_name) if request.resolver_match else None
        if ending is not None:
            response["Deprecation"] = f"@{_moment(ending.since)}"
            response["Sunset"] = http_date(_moment(ending.last_day + dt.timedelta(days=1)))
            response["Link"] = f'<{ending.instead}>; rel="successor-version"'
        return response


def _moment(day: dt.date) -> int:
    """Return when a day begins in India, in seconds since 1970."""
    return int(dt.datetime.combine(day, dt.time.min, tzinfo=INDIA).timestamp())
