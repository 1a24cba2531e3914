"""Bounds on what a request may bring, held before anything reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from tracker import errors

FORM_FIELDS = 1024 * 1024  # beside the files of a form, its texts


class BodyLimitMiddleware:
    """Answers 413 to a body that is larger than any form with its files may be, without reading it.

    Django bounds what a form keeps in memory but neither the files nor the JSON that the API reads from the
    stream; and the check against forged requests reads a form before any view could refuse it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) <= _limit(request):
            return self.get_response(request)
        detail = _("The body is too large.")
        if errors.is_api(request):
            return errors.answer(413, errors.TOO_LARGE, detail)
        return HttpResponse(detail, status=413, content_type="text/plain; charset=utf-8")


def _length(request: HttpRequest) -> int:
    # A body without a length is empty to WSGI: Django reads no further than this number.
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0


def _limit(request: HttpRequest) -> int:
    if request.content_type == "multipart/form-data":
        return settings.EVIDENCE_MAX_BYTES * settings.EVIDENCE_MAX_FILES + FORM_FIELDS
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class BoundedJSONParser(JSONParser):
    """JSON, with brackets nested too deep refused like any other malformed text."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deep.")) from error
