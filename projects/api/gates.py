"""Gates over the API: what was decided, what is planned."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.html import is_html_input

from projects import gating
from projects.api.filters import GatePlanFilter, StageGateFilter
from projects.api.paging import Cursors
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import GatePlan, StageGate
from projects.serializers.gates import (
    DecideGate,
    DecideGateWithFiles,
    GateDecisionDetailSerializer,
    GateDecisionSerializer,
    GatePlanSerializer,
    PlanGate,
)


class OnTheRoad(WithHistory, ScopedViewSet):
    """What is recorded of gates, in the order of recording."""

    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = Cursors


class StageGateViewSet(OnTheRoad):
    """Decisions at the gates of the projects that you may see, in the order of recording."""

    model = StageGate
    serializer_class = GateDecisionSerializer
    detail_serializer_class = GateDecisionDetailSerializer
    filterset_class = StageGateFilter
    RIGHTS: ClassVar[dict[str, str]] = {"create": "gate.decide", "history": "history.read"}

    def rows(self, visible: Any) -> QuerySet:
        return self.with_documents(visible.select_related("project", "recorded_by"))

    @extend_schema(
        request={"application/json": DecideGate, "multipart/form-data": DecideGateWithFiles},
        responses={201: GateDecisionDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Record a decision, with its documents, at the gate at which the project stands; a pass moves it to the next stage."""
        shape = DecideGateWithFiles if is_html_input(request.data) else DecideGate
        return self.made(gating.decide, shape, of="project")


class GatePlanViewSet(OnTheRoad):
    """When the gates of the projects that you may see are to be passed: baselines and forecasts."""

    model = GatePlan
    serializer_class = GatePlanSerializer
    filterset_class = GatePlanFilter
    RIGHTS: ClassVar[dict[str, str]] = {"create": "gate.plan", "history": "history.read"}

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.select_related("project")
        return found

    @extend_schema(request=PlanGate, responses={201: GatePlanSerializer})
    def create(self, request: Request) -> Response:
        """Plan a gate: the first plan is its baseline, each later one its forecast."""
        return self.made(gating.plan, PlanGate, of="project")
