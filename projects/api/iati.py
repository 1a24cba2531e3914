"""Activities in the format of the International Aid Transparency Initiative: open to all, public fields only."""

from __future__ import annotations

import itertools

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from projects import iati, throttles
from projects.api import finding
from projects.api.files import AsIs


def publisher() -> iati.Publisher:
    """Return who publishes here."""
    return iati.Publisher(settings.IATI_PUBLISHER_ID, settings.IATI_PUBLISHER_NAME, settings.DATA_LICENCE)


class ActivitiesView(APIView):
    """The same answer for everybody, so nobody's token is looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AsIs
    throttle_reading = throttles.OPEN
    RIGHTS: dict[str, str] = {}
    MAY_FIND_NOTHING = True

    @extend_schema(operation_id="iati_list", responses={(200, "application/xml"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> StreamingHttpResponse:
        """All public projects with their results as IATI activities (2.03). Only what is verified is an actual."""
        finding.require_known(request, ())
        return self._answer(None)

    def _answer(self, reference: str | None) -> StreamingHttpResponse:
        projects = iati.public_projects()
        if reference is not None:
            projects = projects.filter(reference=reference)
        now = timezone.now()
        parts = iati.document(projects, publisher=publisher(), on=timezone.localdate(now), now=now)
        head, first = itertools.islice(parts, 2)
        if first == iati.END:
            raise Http404  # a document without an activity is none
        name = f"iati-{reference or 'activities'}.xml"
        response = StreamingHttpResponse(
            itertools.chain((head, first), parts), content_type="application/xml"
        )
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "public, max-age=3600"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ActivityView(ActivitiesView):
    @extend_schema(operation_id="iati_retrieve", responses={(200, "application/xml"): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str) -> StreamingHttpResponse:  # type: ignore[override]
        """One public project with its results as an IATI activity (2.03); 404 where it is not public."""
        finding.require_known(request, ())
        return self._answer(reference)
