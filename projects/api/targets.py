"""Targets and measurements over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from projects.api.claims import claims
from projects.api.filters import MeasurementFilter
from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.filters import TargetFilter
from projects.models import Agreement, Measurement, Project, Target
from projects.serializers.targets import (
    ClaimMeasurement,
    MeasurementSerializer,
    TargetDetailSerializer,
    TargetSerializer,
)


class TargetViewSet(WithHistory, ScopedViewSet):
    """Targets of the projects and agreements that you may see, with what is claimed and what is verified of them."""

    model = Target
    RIGHTS: ClassVar[dict[str, str]] = {"history": "history.read"}
    HAS_FIGURES = True
    serializer_class = TargetSerializer
    detail_serializer_class = TargetDetailSerializer
    filterset_class = TargetFilter

    def rows(self, visible: Any) -> QuerySet:
        found = (
            visible.with_values(self.on)
            .select_related("indicator")
            .prefetch_related(*as_seen(self.by, project=Project, agreement=Agreement))
        )
        return found.prefetch_related("versions") if self.action == "retrieve" else found


MeasurementViewSet = claims(
    Measurement,
    shape=MeasurementSerializer,
    body=ClaimMeasurement,
    filters=MeasurementFilter,
    doc="Measurements of the targets that you may see, in the order in which they were recorded.",
)
