"""Signing in and out over the API, and who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox import views as knox_views
from knox.settings import knox_settings
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import second_factor, sign_in, throttles
from projects.api import finding
from projects.edge import acting
from projects.guessing import Locked
from projects.models import TokenGrant
from projects.serializers.people import MeSerializer, SignInBody, TokenSerializer
from projects.tokens import SecondFactorRequired, TokenAuthentication


class LockedOut(APIException):
    """Too many failed sign-ins: 429, with the seconds to wait."""

    status_code = 429
    default_code = "locked_out"

    def __init__(self, error: Locked) -> None:
        super().__init__(str(error))
        self.wait = error.seconds


class LoginView(APIView):
    """Signs in with user name and password and answers with a token."""

    authentication_classes = ()  # a token that has expired must not hinder getting a new one
    permission_classes = (AllowAny,)
    throttle_scope = throttles.SIGN_IN

    def get_authenticate_header(self, request: Request) -> str:
        """Return the scheme to use, so that a wrong password answers 401."""
        return str(knox_settings.AUTH_HEADER_PREFIX)

    @extend_schema(request=SignInBody, responses=TokenSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Exchange user name and password for a token. It is shown once, and ends by itself.

        A wrong password and an unknown, disabled or system account answer alike. Too many failures: 429 `locked_out`.
        Who has set up a second factor sends its `code` along; without it, or with a wrong one: 401 `second_factor_required`.
        Whose role asks for one and who has none yet sets it up on the pages first: 403 with the same code.
        """
        read = SignInBody(data=request.data)
        read.is_valid(raise_exception=True)
        asked: Any = read.validated_data
        try:
            user = sign_in.by_password(request._request, asked["username"], asked["password"])
            if user is None:
                raise AuthenticationFailed(_("User name or password are wrong."))
            has_factor = second_factor.is_on(user)
            if has_factor:
                self.check_code(request, user, asked.get("code", ""))
        except Locked as error:
            raise LockedOut(error) from error
        if not has_factor and sign_in.must_have_second_factor(user):
            raise SecondFactorRequired
        grant, token = TokenGrant.issue(user, now=timezone.now(), is_strong=has_factor)
        user_logged_in.send(sender=type(user), request=request._request, user=user)
        response = Response(TokenSerializer({"token": token, "expiry": grant.token.expiry}).data)
        response["Cache-Control"] = "no-store"
        return response

    def check_code(self, request: Request, user: Any, code: str) -> None:
        """Raise AuthenticationFailed unless the code is one of the person's second factor."""
        if not code:
            raise AuthenticationFailed(
                _("Send the code of your authenticator app along, as `code`."),
                SecondFactorRequired.default_code,
            )
        if not sign_in.by_code(request._request, user, code):
            raise AuthenticationFailed(
                _("The code is wrong, was used already, or is too old."), SecondFactorRequired.default_code
            )


class LogoutView(knox_views.LogoutView):
    authentication_classes = (TokenAuthentication,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, format: str | None = None) -> Response:
        """End the token that this request carries."""
        return super().post(request, format)


class LogoutAllView(knox_views.LogoutAllView):
    authentication_classes = (TokenAuthentication,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, format: str | None = None) -> Response:
        """End all of your tokens."""
        return super().post(request, format)


class MeView(APIView):
    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who you are, the roles you hold today, and what they let you do."""
        finding.require_known(request, ())
        return Response(MeSerializer(request.user, context={"by": acting(request)}).data)
