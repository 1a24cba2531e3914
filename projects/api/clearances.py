"""Clearances over the API: the register, recorded and kept up by the ministry and the lead."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.filters import ClearanceFilter
from projects.api.paging import Cursors
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import Clearance
from projects.serializers.claims import bodies, with_files
from projects.serializers.clearances import (
    ChangeClearance,
    ClearanceDetailSerializer,
    ClearanceSerializer,
    RecordClearance,
)


class ClearanceViewSet(WithHistory, ScopedViewSet):
    """Clearances of the projects that you may see, in the order in which they were recorded."""

    model = Clearance
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = Cursors
    HAS_FIGURES = True
    serializer_class = ClearanceSerializer
    detail_serializer_class = ClearanceDetailSerializer
    filterset_class = ClearanceFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "clearance.record",
        "partial_update": "clearance.record",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        return self.with_documents(visible.select_related("project"))

    @extend_schema(request=bodies(RecordClearance), responses={201: ClearanceDetailSerializer})
    def create(self, request: Request) -> Response:
        """Record whether a clearance applies to a project, and how far it is."""
        return self.made(Clearance.record, with_files(RecordClearance), of="project")

    @extend_schema(request=bodies(ChangeClearance), responses=ClearanceDetailSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Record what became of a clearance: applied for, granted or refused, valid until."""
        clearance = self.subject()
        clearance.change(by=self.by, **self.kept(self.body(with_files(ChangeClearance))))
        return self.answer(clearance.pk)
