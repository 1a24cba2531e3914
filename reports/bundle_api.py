"""Evidence bundles over the API."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from projects import throttles
from projects.api.files import AsIs
from projects.api.scoped import ScopedViewSet
from projects.fiscal import FinancialYear
from projects.models import Project
from reports import bundle, downloads


class BundleViewSet(ScopedViewSet):
    """What an auditor takes home on one project and a period."""

    model = Project
    content_negotiation_class = AsIs
    RIGHTS: ClassVar[dict[str, str]] = {"download": bundle.RIGHT}
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"download": ("start", "end")}
    throttle_scopes: ClassVar[dict[str, str]] = {"download": throttles.HEAVY}

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "start", OpenApiTypes.DATE, description="First day; else that of the financial year."
            ),
            OpenApiParameter("end", OpenApiTypes.DATE, description="Last day, inclusive; else today."),
        ],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def download(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Reports, evidence and audit entries of a project in a period as one ZIP, its SHA-256 as ETag. Each download is recorded."""
        project = self.subject()
        end = _day(request, "end") or self.by.on
        start = _day(request, "start") or FinancialYear.of(end).first_day
        return downloads.evidence_bundle(project, start=start, end=end, by=self.by)


def _day(request: Request, name: str) -> dt.date | None:
    asked = request.query_params.get(name)
    if asked is None:
        return None
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:
        raise ValidationError({name: _("Give a day as 2026-03-31.")}) from None
