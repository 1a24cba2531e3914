"""Tokens of the API: knox's, which are kept as digests and end by themselves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from knox import auth
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(auth.TokenAuthentication):
    """Knox's, but a token that is no text is an invalid one, not an error of ours."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            return super().authenticate_credentials(token)
        except UnicodeDecodeError as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
