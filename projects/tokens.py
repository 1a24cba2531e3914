"""Tokens of the API: knox's, which are kept as digests and end by themselves, with the scopes of their grants."""

from __future__ import annotations

import binascii
import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox import auth
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from projects import sign_in
from projects.models import AuditEvent, Membership, TokenGrant, User
from projects.models.questions import Listed, ask

DIGEST = "the digest that is asked for"


class SecondFactorRequired(PermissionDenied):
    """The role asks for a second factor, and none was shown."""

    default_code = "second_factor_required"
    default_detail = gettext_lazy(
        "Your role asks for a second factor: set it up on the page of your account, then sign in with its code."
    )


PARTS: tuple[tuple[Any, str], ...] = ((AuthToken, ""), (User, "user__"), (TokenGrant, "grant__"))


def latest() -> dict[str, Subquery]:
    """Return the last audit event's hash and the last change of a user's name: what any answer hangs on."""
    return {
        "last_event": Subquery(AuditEvent.objects.order_by("-seq").values("hash")[:1]),
        "last_name": Subquery(User.objects.order_by("-changed_at").values("changed_at")[:1]),
    }


class TokenAuthentication(auth.TokenAuthentication):
    """Knox's, but found by its digest with all that a request asks first, in one query; whatever is no living token answers alike.

    The token brings along its grant, the memberships of today (`held`, `held_on`) and the state of the whole (`state`).
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            digest = hash_token(token.decode())
        except (UnicodeDecodeError, TypeError, binascii.Error) as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
        now = timezone.now()
        found = _found(digest, timezone.localdate(now))
        if found is None or found.expiry is None or found.expiry <= now:
            raise AuthenticationFailed(_("Invalid token."))
        user, kept = self.validate_user(found)
        if not found.grant.is_strong and any(role in settings.SECOND_FACTOR_FOR for role, _at in found.held):
            raise SecondFactorRequired
        found.grant.used(found.held_on)
        return user, kept


class SessionAuthentication(authentication.SessionAuthentication):
    """The REST framework's, for those who have shown the second factor that their roles ask for."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is not None and sign_in.lacks_second_factor(request._request):
            raise SecondFactorRequired
        return found


def _found(digest: str, on: dt.date) -> Any:
    """Return the token with this digest, with its user, its grant, the memberships of the day and the state of the whole."""
    rows = ask(("token", on), lambda: _asked(on), {DIGEST: digest})
    if not rows:
        return None
    cells, made = list(rows[0]), []
    for model, _path in PARTS:
        names = [it.attname for it in model._meta.concrete_fields]
        made.append(model.from_db("default", names, cells[: len(names)]))
        del cells[: len(names)]
    token, token.user, token.grant = made
    token.held_on, token.held = on, json.loads(cells[0] or "[]")
    token.state = tuple(cells[1:])
    return token


def _asked(on: dt.date) -> QuerySet:
    columns = [path + it.attname for model, path in PARTS for it in model._meta.concrete_fields]
    held = Membership.objects.valid(on).filter(user=OuterRef("user_id")).order_by("role")
    living = AuthToken.objects.filter(digest=DIGEST, grant__isnull=False)
    return living.annotate(held=Listed(held, "role", "organisation_id"), **latest()).values_list(
        *columns, "held", "last_event", "last_name"
    )
