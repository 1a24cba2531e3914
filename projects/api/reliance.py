"""Import reliance and the needs of sectors over the API: published figures, and what is worked out from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.filters import RelianceFilter, SectorNeedFilter
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import ReliancePoint, SectorNeed
from projects.progress.reliance import reliance
from projects.progress.sectors import sector_figures
from projects.serializers.reliance import (
    ChangeNeed,
    ChangeReliance,
    RecordNeed,
    RecordReliance,
    RelianceSerializer,
    RelianceSummarySerializer,
    SectorFiguresSerializer,
    SectorNeedSerializer,
)

RIGHTS: dict[str, str] = {
    "create": "reference.change",
    "partial_update": "reference.change",
    "history": "history.read",
}


class RelianceViewSet(WithHistory, ScopedViewSet):
    """Published figures on India's reliance on imports."""

    model = ReliancePoint
    serializer_class = RelianceSerializer
    filterset_class = RelianceFilter
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"summary": ("as_of",)}
    RIGHTS: ClassVar[dict[str, str]] = RIGHTS

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.select_related("mineral")
        return found

    @extend_schema(request=RecordReliance, responses={201: RelianceSerializer})
    def create(self, request: Request) -> Response:
        """Record a published figure with its source."""
        self.require_role()
        return self.answer(ReliancePoint.record(by=self.by, **self.body(RecordReliance)).pk, status=201)

    @extend_schema(request=ChangeReliance, responses=RelianceSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Correct a published figure; the history keeps what stood before."""
        point = self.subject()
        point.change(by=self.by, **self.body(ChangeReliance))
        return self.answer(point.pk)

    @extend_schema(responses=RelianceSummarySerializer, filters=False)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def summary(self, request: Request) -> Response:
        """Net import reliance, suppliers and concentration by mineral: what can be worked out, and what is missing."""
        return Response(RelianceSummarySerializer(reliance(self.get_queryset(), self.on)).data)


class SectorNeedViewSet(WithHistory, ScopedViewSet):
    """What sectors need of a material in a year; the needs of defence are internal."""

    model = SectorNeed
    serializer_class = SectorNeedSerializer
    filterset_class = SectorNeedFilter
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"summary": ("as_of",)}
    RIGHTS: ClassVar[dict[str, str]] = RIGHTS

    @extend_schema(request=RecordNeed, responses={201: SectorNeedSerializer})
    def create(self, request: Request) -> Response:
        """Record what a sector needs in a year, with its source."""
        self.require_role()
        return self.answer(SectorNeed.record(by=self.by, **self.body(RecordNeed)).pk, status=201)

    @extend_schema(request=ChangeNeed, responses=SectorNeedSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Correct what a sector needs; the history keeps what stood before."""
        need = self.subject()
        need.change(by=self.by, **self.body(ChangeNeed))
        return self.answer(need.pk)

    @extend_schema(responses=SectorFiguresSerializer, filters=False)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def summary(self, request: Request) -> Response:
        """Needs against the output of the projects that serve each sector, claimed beside verified."""
        return Response(SectorFiguresSerializer(sector_figures(self.on, self.by)).data)
