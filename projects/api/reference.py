"""Reference data over the API: organisations, minerals, indicators. Read only."""

from __future__ import annotations

from django.db.models import QuerySet

from projects.api.filters import OrganisationFilter
from projects.api.scoped import ScopedViewSet
from projects.models import Indicator, Mineral, Organisation
from projects.serializers.reference import (
    IndicatorSerializer,
    MineralSerializer,
    OrganisationSerializer,
)


class OrganisationViewSet(ScopedViewSet):
    """Organisations: all for the ministry, auditors and administrators; for partners their own and their counterparts."""

    model = Organisation
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilter

    def rows(self, visible: QuerySet) -> QuerySet:
        return visible.order_by("reference")


class MineralViewSet(ScopedViewSet):
    """The minerals of the programme, with the official lists they stand on."""

    model = Mineral
    serializer_class = MineralSerializer

    def rows(self, visible: QuerySet) -> QuerySet:
        return visible.prefetch_related("listings").order_by("reference")


class IndicatorViewSet(ScopedViewSet):
    """What targets measure: code, unit, basis, and the level from which a value counts as verified."""

    model = Indicator
    serializer_class = IndicatorSerializer
    lookup_field = "code"
