"""The figures of the front page, and the early warning, over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import edge
from projects.api import finding
from projects.models import Project
from projects.progress import programme
from projects.progress.funds import fund_totals
from projects.progress.warnings import early_warning
from projects.serializers.overview import OverviewSerializer, overview
from projects.serializers.warnings import EarlyWarningSerializer


class OverviewView(APIView):
    HAS_FIGURES = True

    @extend_schema(responses=OverviewSerializer)
    def get(self, request: Request) -> Response:
        """The mission in results on a day, over what you may see: the front page's own figures."""
        finding.require_known(request, ("as_of",))
        by, on = edge.acting(request), edge.as_of(request)
        funds = fund_totals(Project.objects.visible_to(by), on)
        return Response(OverviewSerializer(overview(programme(on, by), funds)).data)


class WarningsView(APIView):
    HAS_FIGURES = True

    @extend_schema(responses=EarlyWarningSerializer)
    def get(self, request: Request) -> Response:
        """What needs a decision on a day, by rule, and the forecasts of what is still open."""
        finding.require_known(request, ("as_of",))
        found = early_warning(edge.as_of(request), edge.acting(request))
        return Response(EarlyWarningSerializer(found).data)
