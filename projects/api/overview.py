"""The figures of the front page over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import edge
from projects.models import Project
from projects.progress import programme
from projects.progress.funds import fund_totals
from projects.serializers.overview import OverviewSerializer, overview


class OverviewView(APIView):
    HAS_FIGURES = True

    @extend_schema(responses=OverviewSerializer)
    def get(self, request: Request) -> Response:
        """The mission in results on a day, over what you may see: the front page's own figures."""
        by, on = edge.acting(request), edge.as_of(request)
        funds = fund_totals(Project.objects.visible_to(by), on)
        return Response(OverviewSerializer(overview(programme(on, by), funds)).data)
