"""Claims of any kinds verified or returned together over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from projects.api.scoped import ScopedViewSet
from projects.claiming_together import RowErrors
from projects.deciding_together import return_together, verify_together
from projects.models import Milestone
from projects.serializers.decisions import DecidedSerializer, ReturnTogether, VerifyTogether


class DecisionsViewSet(ScopedViewSet):
    """Decisions of a second person on up to 100 claims at once: milestones, measurements, fund lines and all the others."""

    model = Milestone  # the first of the kinds; the rights of all are the same
    serializer_class = DecidedSerializer
    pagination_class = None
    RIGHTS: ClassVar[dict[str, str]] = {"verify": "milestone.verify", "send_back": "milestone.return"}

    @extend_schema(request=VerifyTogether, responses=DecidedSerializer(many=True), filters=False)
    def verify(self, request: Request) -> Response:
        """Verify up to 100 claims of any kinds at once: all of them, or none and the errors of each."""
        return self._decided("verifications", VerifyTogether, verify_together)

    @extend_schema(request=ReturnTogether, responses=DecidedSerializer(many=True), filters=False)
    def send_back(self, request: Request) -> Response:
        """Return up to 100 claims of any kinds at once, each with its reason: all of them, or none and the errors of each."""
        return self._decided("returns", ReturnTogether, return_together)

    def _decided(self, name: str, shape: Any, decide: Callable[..., Any]) -> Response:
        self.require_role()
        try:
            rows = decide(self.body(shape)[name], by=self.by)
        except RowErrors as refused:
            told = [as_serializer_error(it) if it else {} for it in refused.rows]
            raise ValidationError({name: told}) from refused
        return Response(DecidedSerializer(rows, many=True).data)
