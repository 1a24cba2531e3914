"""The calendar links of the caller: listed, made, ended."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from projects import calendar_file
from projects.api import finding
from projects.api.filters import CalendarLinkSorting
from projects.api.paging import Pages
from projects.api.tokens import is_named_token
from projects.models import CalendarLink
from projects.serializers.calendars import CalendarLinkSerializer, MakeCalendarLink, NewCalendarLinkSerializer


class CalendarLinkViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """Your private links to the due dates that you may see, the newest first. Nobody sees those of others."""

    serializer_class = CalendarLinkSerializer
    pagination_class = Pages
    filterset_class = CalendarLinkSorting
    lookup_field = "reference"
    lookup_value_regex = "[0-9a-f-]{1,36}"

    def get_queryset(self) -> QuerySet[CalendarLink]:
        return CalendarLink.objects.filter(user=self.request.user.pk)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        finding.require_known(request, Pages.PARAMETERS | {"sort"})
        return super().list(request, *args, **kwargs)

    @extend_schema(request=MakeCalendarLink, responses={201: NewCalendarLinkSerializer})
    def create(self, request: Request) -> Response:
        """Make a link for a calendar program. Its `address` is in this answer and in no other.

        Only somebody who has signed in may: an access token with a name makes none.
        """
        if is_named_token(request):
            raise PermissionDenied(_("An access token makes no calendar link: sign in."))
        read = MakeCalendarLink(data=request.data)
        read.is_valid(raise_exception=True)
        link, secret = CalendarLink.issue(request.user, now=timezone.now(), **read.validated_data)  # type: ignore[arg-type]  # nobody gets here without signing in
        link.address = calendar_file.address_of(secret)  # type: ignore[attr-defined]
        response = Response(NewCalendarLinkSerializer(link).data, status=201)
        response["Cache-Control"] = "no-store"
        return response

    def perform_destroy(self, instance: CalendarLink) -> None:
        """End the link: the next fetch finds nothing."""
        instance.delete()
