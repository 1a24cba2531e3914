"""Imports over the API: a CSV file of a list's rows, looked at first, then taken in as a whole."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.files import AsIs
from projects.intake.problems import Problem, Refused
from projects.intake.uploaded import Incoming, raw_of
from projects.serializers.imports import ImportFile, ImportSerializer

MOST_PROBLEMS = 200


class WithImport:
    """Adds `import/` and `import/template/` to a list; the class names what a file of it is."""

    incoming: ClassVar[type[Incoming]]

    @extend_schema(
        request={"multipart/form-data": ImportFile}, responses={200: ImportSerializer}, filters=False
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        filterset_class=None,
        pagination_class=None,
    )
    def import_rows(self: Any, request: Request) -> Response:
        """Look at a CSV file, or take it in: all of its rows or none, and the same rows only once.

        `dry_run` is true unless you say otherwise: the answer then tells what would happen. What cannot be taken in is named
        by line and column, as `file.12.period_end`.
        """
        self.require_role()
        body = self.body(ImportFile)
        raw = raw_of(body["file"])
        incoming = self.incoming(by=self.by, now=timezone.now())
        try:
            result = incoming.take_in(raw, dry_run=body["dry_run"])
        except Refused as refused:
            raise ValidationError({"file": _told(refused.problems)}) from refused
        return Response(ImportSerializer(result).data)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY}, filters=False)
    @action(
        detail=False,
        url_path="import/template",
        url_name="template",
        filterset_class=None,
        pagination_class=None,
        content_negotiation_class=AsIs,
    )
    def template(self: Any, request: Request) -> HttpResponse:
        """An empty file with the columns that an import knows."""
        return template_of(self.incoming)


def template_of(incoming: type[Incoming]) -> HttpResponse:
    response = HttpResponse(incoming.template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{incoming.TABLE.name}-template.csv"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _told(problems: list[Problem]) -> dict[str, Any]:
    """Return the problems by line and column, as the API names fields; the first ones where there are very many."""
    found: dict[str, Any] = {}
    for problem in problems[:MOST_PROBLEMS]:
        told = ErrorDetail(problem.reason[:1].upper() + problem.reason[1:], "row" if problem.line else "file")
        place = found.setdefault(str(problem.line), {}) if problem.line else found
        place.setdefault(problem.column or NON_FIELD_ERRORS, []).append(told)
    left = len(problems) - MOST_PROBLEMS
    if left > 0:
        more = _("There are %(count)s more problems: mend these first.") % {"count": left}
        found.setdefault(NON_FIELD_ERRORS, []).append(ErrorDetail(more, "more"))
    return found
