"""Signing in through the provider of OpenID Connect, where the settings name one."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from projects import identities, oidc, sealing, throttles
from projects.models import Tally
from projects.oidc_provider import Provider
from projects.views.page import too_many
from projects.views.session import come_in

log = logging.getLogger(__name__)

COOKIE, SECONDS = "oidc", 10 * 60


class OfProvider:
    """What needs the provider that the settings name: 404 where they name none."""

    @property
    def provider(self) -> Provider:
        if settings.OIDC is None:
            raise Http404
        found: Provider = settings.OIDC
        return found


@method_decorator(never_cache, name="dispatch")
class OidcView(OfProvider, View):
    """Counted as signing in is."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        assert self.provider  # noqa: S101 - a page that is not there is not counted
        return too_many(request, throttles.SIGN_IN) or super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return f"{settings.BASE_URL}{reverse('oidc-return')}"

    def refuse(self, request: HttpRequest, why: str) -> HttpResponse:
        """Lead back to the sign-in page; why stands in the log, and is told to nobody."""
        log.warning("Sign-in through %s refused: %s", self.provider.name, why)
        messages.error(
            request,
            _("Signing in through %(name)s did not work. Try again, or ask your administrator.")
            % {"name": self.provider.name},
        )
        response = redirect("sign-in")
        response.delete_cookie(COOKIE, path=reverse("oidc-return"), samesite="Lax")
        return response


class OidcStart(OidcView):
    """Sends the browser to the provider. What it is to come back with goes along in a sealed cookie: nothing is written here."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        provider = self.provider
        after = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(
            after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            after = reverse(settings.LOGIN_REDIRECT_URL)
        try:
            address, asked = oidc.begin(provider, back=self.back, after=after)
        except oidc.Refused as error:
            return self.refuse(request, str(error))
        response = HttpResponseRedirect(address)
        response.set_cookie(
            COOKIE,
            sealing.sealed(json.dumps(dataclasses.astuple(asked))),
            max_age=SECONDS,
            path=reverse("oidc-return"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


class OidcReturn(OidcView):
    """Where the provider sends the browser back to. Each question is answered once, whoever repeats it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        provider = self.provider
        try:
            text = sealing.opened(request.COOKIES.get(COOKIE, ""), seconds=SECONDS)
            asked = oidc.Asked(*json.loads(text))
            now = int(timezone.now().timestamp())
            digest = throttles.digest("oidc", asked.state)
            if Tally.count(digest, now=now, seconds=2 * SECONDS)[0] > 1:
                return self.refuse(request, "this answer was given before")
            person = oidc.finish(provider, request.GET.dict(), asked, back=self.back)
        except sealing.Unreadable:
            return self.refuse(request, "the browser does not bring along what it was sent with")
        except oidc.Refused as error:
            return self.refuse(request, str(error))
        user = identities.account_of(
            issuer=provider.issuer,
            subject=person.subject,
            verified_email=person.verified_email,
            on=timezone.localdate(),
            request_id=getattr(request, "request_id", ""),
        )
        if user is None:
            return self.refuse(request, "no open account is known by this subject or e-mail")
        response = come_in(request, user, asked.after, is_strong=provider.is_second_factor)
        response.delete_cookie(COOKIE, path=reverse("oidc-return"), samesite="Lax")
        return response
