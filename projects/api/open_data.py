"""What is public, as JSON and as files, for everybody: facts of published sources with licence, day and provenance."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from projects import throttles
from projects.api.filters import (
    OpenMeasurementSorting,
    OpenMilestoneSorting,
    OpenProjectSorting,
    OpenTargetSorting,
)
from projects.api.scoped import ScopedViewSet
from projects.iati import public_projects
from projects.models import Measurement, Milestone, Project, Target
from projects.publishing import public_measurements, public_milestones, public_targets
from projects.serializers import open_data as shapes


class OpenViewSet(ScopedViewSet):
    """The same answer for everybody, so nobody's token is looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_reading = throttles.OPEN
    IS_AUDITED = False  # without a caller there is no tag

    @staticmethod
    def public() -> QuerySet:
        """Return the rows that the public may see."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet:
        return self.rows(self.public())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let what is between keep a public answer for an hour."""
        if response.status_code == 200 and "Cache-Control" not in response:
            response["Cache-Control"] = "public, max-age=3600"
        return super().finalize_response(request, response, *args, **kwargs)


class OpenProjectViewSet(OpenViewSet):
    """Public projects, as their published sources tell of them."""

    model = Project
    serializer_class = shapes.OpenProjectSerializer
    filterset_class = OpenProjectSorting
    public = staticmethod(public_projects)

    def rows(self, visible: QuerySet) -> QuerySet:
        known = Prefetch("parent", queryset=public_projects().only("pk", "reference"))
        return visible.select_related("lead").prefetch_related("partners", "minerals", known)


def _of_public_project() -> Prefetch:
    return Prefetch("project", queryset=public_projects().only("pk", "reference"))


class OpenMilestoneViewSet(OpenViewSet):
    """Public milestones, with whether they are verified."""

    model = Milestone
    serializer_class = shapes.OpenMilestoneSerializer
    filterset_class = OpenMilestoneSorting
    public = staticmethod(public_milestones)

    def rows(self, visible: QuerySet) -> QuerySet:
        return visible.prefetch_related(_of_public_project())


class OpenTargetViewSet(OpenViewSet):
    """Public targets, with their present value and due date; none on the needs of defence."""

    model = Target
    HAS_FIGURES = True
    serializer_class = shapes.OpenTargetSerializer
    filterset_class = OpenTargetSorting
    public = staticmethod(public_targets)

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.with_values(self.on)
        return found.select_related("indicator").prefetch_related(_of_public_project())


class OpenMeasurementViewSet(OpenViewSet):
    """Verified values of public targets that name their published source."""

    model = Measurement
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = shapes.OpenMeasurementSerializer
    filterset_class = OpenMeasurementSorting
    public = staticmethod(public_measurements)

    def rows(self, visible: QuerySet) -> QuerySet:
        found = visible.filter(target__in=public_targets().values("pk"), superseded_by=None)
        return found.select_related("target__indicator").order_by("pk")
