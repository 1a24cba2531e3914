"""Reference data over the API: organisations; minerals, read only; and the library of indicators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.filters import IndicatorListFilter, MineralListFilter, OrganisationFilter
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import Indicator, Mineral, Organisation
from projects.serializers.accounts import ChangeOrganisation, RecordOrganisation
from projects.serializers.reference import (
    ChangeIndicator,
    DefineIndicator,
    IndicatorSerializer,
    MineralSerializer,
    OrganisationSerializer,
)


class OrganisationViewSet(ScopedViewSet):
    """Organisations: all for the ministry, auditors and administrators; for partners their own and their counterparts."""

    model = Organisation
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "organisation.manage",
        "partial_update": "organisation.manage",
    }

    def rows(self, visible: QuerySet) -> QuerySet:
        return visible.order_by("reference")

    @extend_schema(request=RecordOrganisation, responses={201: OrganisationSerializer})
    def create(self, request: Request) -> Response:
        """Add an organisation; its reference is the next free one."""
        self.require_role()
        return self.answer(Organisation.record(by=self.by, **self.body(RecordOrganisation)).pk, status=201)

    @extend_schema(request=ChangeOrganisation, responses=OrganisationSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is known of an organisation; while it has members it stays a ministry, or none."""
        row = self.subject()
        row.change(by=self.by, **self.body(ChangeOrganisation))
        return self.answer(row.pk)


class MineralViewSet(ScopedViewSet):
    """The minerals of the programme, with the official lists they stand on."""

    model = Mineral
    serializer_class = MineralSerializer
    filterset_class = MineralListFilter

    def rows(self, visible: QuerySet) -> QuerySet:
        return visible.prefetch_related("listings").order_by("reference")


class IndicatorViewSet(WithHistory, ScopedViewSet):
    """What targets measure: code, unit, basis, and the level from which a value counts as verified."""

    model = Indicator
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorListFilter
    lookup_field = "code"
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "reference.change",
        "partial_update": "reference.change",
        "history": "history.read",
    }

    @extend_schema(request=DefineIndicator, responses={201: IndicatorSerializer})
    def create(self, request: Request) -> Response:
        """Add an indicator to the library."""
        self.require_role()
        return self.answer(Indicator.define(by=self.by, **self.body(DefineIndicator)).pk, status=201)

    @extend_schema(request=ChangeIndicator, responses=IndicatorSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change an indicator; what gives measured values their meaning stays once a target uses it."""
        indicator = self.subject()
        indicator.change(by=self.by, **self.body(ChangeIndicator))
        return self.answer(indicator.pk)
