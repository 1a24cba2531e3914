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

from projects import permissions, throttles
from projects.api import conditions
from projects.api.files import AsIs, attachment, stored
from projects.api.filters import EvidenceFilter
from projects.api.paging import Cursors
from projects.api.scoped import ScopedViewSet
from projects.models import Evidence
from projects.serializers.evidence import AddedSerializer, AddEvidence, EvidenceSerializer, NewerFile

log = logging.getLogger(__name__)


class EvidenceViewSet(ScopedViewSet):
    """The files on which claims rest, as far as you see the claim and may read the file."""

    model = Evidence
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    pagination_class = Cursors
    RIGHTS: ClassVar[dict[str, str]] = {"create": "evidence.add", "supersede": "evidence.add"}
    throttle_scopes: ClassVar[dict[str, str]] = {"create": throttles.UPLOAD, "supersede": throttles.UPLOAD}

    def rows(self, visible: Any) -> QuerySet:
        return visible.select_related("milestone", "uploaded_by")

    @extend_schema(
        request={"multipart/form-data": AddEvidence}, responses={201: AddedSerializer}, filters=False
    )
    def create(self, request: Request) -> Response:
        """Add files to the claim of a milestone while it waits for its decision. Who adds one does not decide on the claim."""
        self.require_role()
        body = self.body(AddEvidence)
        milestone = body.pop("milestone")
        permissions.require(self.by, self.RIGHTS["create"], milestone)
        milestone.require_claimed()  # nothing is stored for a step that is not open
        known = set(milestone.evidence.values_list("pk", flat=True))
        files = self.kept(body)
        milestone.support(files.pop("evidence"), by=self.by, **files)
        added = self.get_queryset().filter(milestone=milestone).exclude(pk__in=known)
        shape = AddedSerializer({"evidence": added}, context=self.get_serializer_context())
        return Response(shape.data, status=201)

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
