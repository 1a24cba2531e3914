"""Targets and measurements over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects import permissions
from projects.api.files import stored
from projects.api.filters import MeasurementFilter
from projects.api.paging import Cursors
from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.filters import TargetFilter
from projects.models import Agreement, Evidence, Measurement, Project, Target
from projects.serializers.targets import (
    ClaimMeasurement,
    ClaimMeasurementWithFiles,
    MeasurementDetailSerializer,
    MeasurementSerializer,
    ReturnMeasurement,
    TargetDetailSerializer,
    TargetSerializer,
    VerifyMeasurement,
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


class MeasurementViewSet(WithHistory, ScopedViewSet):
    """Measurements of the targets that you may see, in the order in which they were recorded."""

    model = Measurement
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = MeasurementSerializer
    detail_serializer_class = MeasurementDetailSerializer
    filterset_class = MeasurementFilter
    pagination_class = Cursors
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "measurement.claim",
        "verify": "measurement.verify",
        "send_back": "measurement.return",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        found = visible.select_related(
            "target", "claimed_by", "claimant_organisation", "verified_by", "superseded_by"
        )
        if self.action not in ("list", "history"):
            files = Evidence.objects.visible_to(self.by).select_related("milestone", "uploaded_by")
            found = found.prefetch_related(Prefetch("evidence", queryset=files))
        return found

    @extend_schema(
        request={"application/json": ClaimMeasurement, "multipart/form-data": ClaimMeasurementWithFiles},
        responses={201: MeasurementDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Claim a value for a period, with its evidence; a correction names the measurement that it supersedes."""
        self.require_role()
        body = self.body(ClaimMeasurementWithFiles)
        target = body.pop("target")
        permissions.require(self.by, self.RIGHTS["create"], target)
        body["evidence"] = tuple(stored(body.pop("evidence", ())))
        measurement = Measurement.claim(target, by=self.by, **body)
        return self.answer(measurement.pk, status=201)

    @extend_schema(request=VerifyMeasurement, responses=MeasurementDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def verify(self, request: Request, **kwargs: Any) -> Response:
        """Confirm the value at a level, as a second person."""
        measurement = self.subject()
        measurement.verify(by=self.by, **self.body(VerifyMeasurement))
        return self.answer(measurement.pk)

    @extend_schema(request=ReturnMeasurement, responses=MeasurementDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="return", url_name="return")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """Return the value with a reason, as a second person; a correction is a new measurement."""
        measurement = self.subject()
        measurement.return_(by=self.by, **self.body(ReturnMeasurement))
        return self.answer(measurement.pk)
