"""The notices of the caller: what waits, acknowledged or put off; and how they want to be told."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import inbox
from projects.api import finding
from projects.api.paging import Pages
from projects.edge import acting
from projects.models import Notice, NoticePreferences
from projects.serializers.notices import (
    ChangeNoticePreferences,
    NoticePreferencesSerializer,
    NoticeSerializer,
    SnoozeNotice,
)

KEY = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


class NoticeViewSet(viewsets.GenericViewSet):
    """What waits for you, by kind and age. Nobody sees the notices of others."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    pagination_class = Pages
    filter_backends = ()
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=NoticeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """What waits in your inbox; what you put off comes back on its day."""
        finding.require_known(request, {"format", *Pages.PARAMETERS})
        page: Any = self.paginate_queryset(inbox.pending(acting(request)))  # type: ignore[arg-type]  # a list is cut like a queryset
        return self.get_paginated_response(NoticeSerializer(page, many=True).data)

    @extend_schema(request=None, responses={204: None}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, **kwargs: Any) -> Response:
        """Take a notice out of your inbox; what it is about stays open until it is done."""
        self._own().notice.acknowledge(now=timezone.now())
        return Response(status=204)

    @extend_schema(request=SnoozeNotice, responses=NoticeSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, **kwargs: Any) -> Response:
        """Put a notice off until a day, with the reason; the audit trail keeps it."""
        entry = self._own()
        read = SnoozeNotice(data=request.data)
        read.is_valid(raise_exception=True)
        entry.notice.snooze(by=acting(request), **read.validated_data)
        return Response(NoticeSerializer(entry).data)

    def _own(self) -> inbox.Entry:
        by = acting(self.request)
        own = Notice.objects.filter(person=by.user, settled_at=None, acknowledged_at=None)
        told = inbox.entries(by, own.filter(pk=self.kwargs["pk"]))
        if not told:
            raise Http404
        return told[0]


class NoticePreferencesView(APIView):
    @extend_schema(responses=NoticePreferencesSerializer)
    def get(self, request: Request) -> Response:
        """How you are told of what waits: by a digest or not, and at which hours."""
        finding.require_known(request, {"format"})
        return Response(NoticePreferencesSerializer(NoticePreferences.of(acting(request).user)).data)

    @extend_schema(request=ChangeNoticePreferences, responses=NoticePreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change how you are told."""
        read = ChangeNoticePreferences(data=request.data)
        read.is_valid(raise_exception=True)
        kept = NoticePreferences.keep(acting(request).user, **read.validated_data)
        return Response(NoticePreferencesSerializer(kept).data)
