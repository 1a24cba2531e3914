"""What a file is, over the API: open to all, like the page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import formats, throttles
from reports import intake, verification
from reports.verify_serializers import AnswerSerializer, VerifyRequest


class VerifyView(APIView):
    """Asks what a file is. The same answer for everybody, so nobody's token is looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    RIGHTS: dict[str, str] = {}
    throttle_scope = throttles.VERIFY

    @extend_schema(
        request={"multipart/form-data": VerifyRequest, "application/json": VerifyRequest},
        responses=AnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        """Tell whether a file, or a SHA-256, is a report of this register: genuine, superseded, altered or unknown.

        The file is read once and not kept. A SHA-256 alone is never `altered`: only the bytes tell what they claim to be.
        What the report is on is not told.
        """
        if not intake.let_pass(request._request):
            limit = _("The file is larger than %(limit)s.") % {
                "limit": formats.size(settings.VERIFY_MAX_BYTES)
            }
            raise ValidationError({"file": [ErrorDetail(limit, "too_large")]})
        body = VerifyRequest(data=request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = body.validated_data
        if "file" in given:
            answer = verification.of_file(given["file"].reading)
        else:
            answer = verification.of_digest(given["sha256"])
        return Response(AnswerSerializer(answer, context={"request": request}).data)
