"""Evidence over the API: what there is, and the files themselves."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects import permissions
from projects.api import conditions
from projects.api.files import AsIs, attachment, stored
from projects.api.filters import EvidenceFilter
from projects.api.paging import Cursors
from projects.api.scoped import ScopedViewSet
from projects.models import Evidence
from projects.serializers.evidence import EvidenceSerializer, NewerFile

log = logging.getLogger(__name__)


class EvidenceViewSet(ScopedViewSet):
    """The files on which claims rest, as far as you see the claim and may read the file."""

    model = Evidence
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    pagination_class = Cursors
    RIGHTS: ClassVar[dict[str, str]] = {"supersede": "evidence.add"}

    def rows(self, visible: Any) -> QuerySet:
        return visible.select_related("milestone", "uploaded_by")

    @extend_schema(request={"multipart/form-data": NewerFile}, responses={201: EvidenceSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def supersede(self, request: Request, **kwargs: Any) -> Response:
        """Put a newer version in the file's place: one file, read by whoever may read the older one, which stays."""
        row = self.subject()
        row.refuse_newer()
        files = self.body(NewerFile)["evidence"]
        (file,) = stored(files)
        return self.answer(row.supersede(file, by=self.by).pk, status=201)

    def subject(self) -> Evidence:
        """Return the file: 404 unless visible, 403 unless the actor may add evidence to what it supports."""
        found: Evidence = self.get_object()
        permissions.require(self.by, self.RIGHTS[self.action], found.subject)
        conditions.require_none(self.request)
        return found

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, filterset_class=None, content_negotiation_class=AsIs)
    def content(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The file itself, checked against its SHA-256, as an attachment."""
        evidence = self.get_object()
        response = attachment(evidence.sha256, name=evidence.name, content_type=evidence.content_type)
        log.info("Evidence %s sent to %s, request %s", evidence.pk, self.by.user.pk, self.by.request_id)
        return response
