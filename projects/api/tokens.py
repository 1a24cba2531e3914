"""The access tokens of the caller: listed, made with a name and scopes, ended."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from projects import sign_in, throttles
from projects.api import finding
from projects.api.filters import TokenSorting
from projects.api.paging import Pages
from projects.models import TokenGrant
from projects.serializers.people import GrantSerializer, MakeToken, NewGrantSerializer


def is_named_token(request: Request) -> bool:
    """Whether the request carries a token that was made for a program, not one of a sign-in: it makes no further key."""
    return bool(getattr(getattr(request.auth, "grant", None), "name", ""))


def is_strong(request: Request) -> bool:
    """Whether the caller has shown a second factor: at signing in, by page or by token."""
    grant = getattr(request.auth, "grant", None)
    return grant.is_strong if grant is not None else bool(request._request.session.get(sign_in.STRONG))


class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """Your access tokens that have not ended, the newest first. Nobody sees those of others."""

    serializer_class = GrantSerializer
    pagination_class = Pages
    filterset_class = TokenSorting
    throttle_scopes: ClassVar[dict[str, str]] = {"create": throttles.TOKEN}
    lookup_field = "reference"
    lookup_value_regex = "[0-9a-f-]{1,36}"

    def get_queryset(self) -> QuerySet[TokenGrant]:
        mine = TokenGrant.objects.filter(token__user=self.request.user.pk, token__expiry__gt=timezone.now())
        return mine.select_related("token").order_by("-token__created", "-name", "pk")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        finding.require_known(request, Pages.PARAMETERS | {"sort"})
        return super().list(request, *args, **kwargs)

    @extend_schema(request=MakeToken, responses={201: NewGrantSerializer})
    def create(self, request: Request) -> Response:
        """Make an access token for a program: with a name, the scopes that it needs, and a last day.

        Only somebody who has signed in may: a token with a name makes no other.
        """
        if is_named_token(request):
            raise PermissionDenied(_("An access token makes no other: sign in."))
        read = MakeToken(data=request.data)
        read.is_valid(raise_exception=True)
        asked: dict[str, Any] = read.validated_data
        last = dt.datetime.combine(asked["expires_on"], dt.time.max, tzinfo=timezone.get_current_timezone())
        grant, token = TokenGrant.issue(
            request.user,  # type: ignore[arg-type]  # nobody gets here without signing in
            now=timezone.now(),
            name=asked["name"],
            scopes=asked["scopes"],
            expiry=last,
            is_strong=is_strong(request),
        )
        grant.text = token  # type: ignore[attr-defined]
        response = Response(NewGrantSerializer(grant).data, status=201)
        response["Cache-Control"] = "no-store"
        return response

    def perform_destroy(self, instance: TokenGrant) -> None:
        """End the token: the next request that carries it is refused."""
        instance.token.delete()
