"""Targets and measurements over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api import finding
from projects.api.claims import claims
from projects.api.filters import MeasurementFilter
from projects.api.imports import WithImport
from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.filters import TargetFilter
from projects.intake.measurement_rows import MeasurementRows
from projects.models import Agreement, Measurement, Project, Target
from projects.progress import target_figures, target_total
from projects.progress.targets import with_measurements
from projects.serializers.targets import (
    ClaimMeasurement,
    MeasurementSerializer,
    ReviseTarget,
    SetTarget,
    TargetDetailSerializer,
    TargetSerializer,
    TotalsSerializer,
)


class TargetViewSet(WithHistory, ScopedViewSet):
    """Targets of the projects and agreements that you may see, with what is claimed and what is verified of them."""

    model = Target
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "target.set",
        "revise": "target.revise",
        "history": "history.read",
    }
    HAS_FIGURES = True
    serializer_class = TargetSerializer
    detail_serializer_class = TargetDetailSerializer
    filterset_class = TargetFilter

    def rows(self, visible: Any) -> QuerySet:
        found = (
            visible.with_values(self.on)
            .select_related("indicator")
            .prefetch_related(with_measurements(), *as_seen(self.by, project=Project, agreement=Agreement))
        )
        return found if self.action in ("list", "history") else found.prefetch_related("versions")

    @extend_schema(request=SetTarget, responses={201: TargetDetailSerializer})
    def create(self, request: Request) -> Response:
        """Set a target for a project or an agreement, with its first version."""
        self.require_role()
        return self.answer(Target.set_(by=self.by, **self.body(SetTarget)).pk, status=201)

    @extend_schema(request=ReviseTarget, responses=TargetDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def revise(self, request: Request, **kwargs: Any) -> Response:
        """Give the target another value or due date by a decision; the earlier versions stay."""
        target = self.subject()
        target.revise(by=self.by, **self.body(ReviseTarget))
        return self.answer(target.pk)

    @extend_schema(responses=TotalsSerializer)
    @action(detail=False, pagination_class=None, serializer_class=TotalsSerializer)
    def totals(self, request: Request) -> Response:
        """What the targets that the filter finds come to: mean, capped mean and median, and their sum where there can be one."""
        finding.require_known(request, self.parameters() - {finding.FIELDS})
        chosen: Any = self.filter_queryset(Target.objects.visible_to(self.by).with_values(self.on))
        figures = target_figures(chosen, self.on)
        answer = {
            "as_of": figures.as_of,
            "total": figures.total,
            "with_claimed": figures.with_claimed,
            "with_verified": figures.with_verified,
            "claimed": figures.claimed,
            "verified": figures.verified,
            "sum": target_total(figures.rows),
        }
        return Response(TotalsSerializer(answer).data)


_Claims: Any = claims(
    Measurement,
    shape=MeasurementSerializer,
    body=ClaimMeasurement,
    filters=MeasurementFilter,
    doc="Measurements of the targets that you may see, in the order in which they were recorded.",
)


class MeasurementViewSet(WithImport, _Claims):
    __doc__ = _Claims.__doc__
    RIGHTS: ClassVar[dict[str, str]] = {**_Claims.RIGHTS, "import_rows": MeasurementRows.RIGHT}
    incoming = MeasurementRows

    def rows(self, visible: Any) -> QuerySet:
        # Whether a value is unusual is asked of its target's indicator.
        found: QuerySet = super().rows(visible).select_related("target__indicator")
        return found
