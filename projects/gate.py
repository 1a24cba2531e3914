"""Who must show a second factor and has not gets nothing but the pages on which it is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from projects.sign_in import lacks_second_factor

LEFT_OPEN = frozenset(
    {"second-factor", "sign-out", "display", "sign-in", "sign-in-code", "oidc-return", "oidc-start"}
)
ENROL = "second-factor"


class SecondFactorMiddleware:
    """Leads to the second factor from every page; the API asks for itself (projects/tokens.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.url_name in LEFT_OPEN or match.route.startswith("api/"):
            return None
        if not lacks_second_factor(request):
            return None
        messages.info(
            request, _("Your role asks for a second factor: set it up now, and everything else opens.")
        )
        return redirect(ENROL)
