"""One shape for every error of the API: problem details (RFC 9457), as docs/api.md lists them.

`problem` is the API's exception handler. What goes wrong outside its views (an unknown address, a body that
is too large, a locked account) is answered in the same shape by the functions below it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from projects.archive import Altered, Unreachable
from projects.edge import BadDay
from projects.models import StaleError, TransitionError
from projects.refusals import AGAIN

log = logging.getLogger("django.request")

MEDIA_TYPE = "application/problem+json"
TOO_LARGE = "too_large"
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
UNREACHED = (OperationalError, InterfaceError, Unreachable)  # also a statement that took too long
RETRY_AFTER = 30  # seconds, for what the database, the archive or the scanner could not answer


def details(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """Return the members of a problem; `type` and `code` stay the same for good, texts may change."""
    return {
        "type": f"urn:mission-tracker:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
    }


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """Answer any exception of an API view; what nobody foresaw is logged and told to nobody."""
    request = context["request"]
    headers: dict[str, str] = {}
    known = _own(error, headers) or _framework(error, headers)
    if known is None:
        log.error("Internal Server Error: %s", request.path, exc_info=error)
        got_request_exception.send(sender=None, request=request._request)
        known = details(500, "error", _("Something went wrong here. It was logged; try again later."))
    # Whatever the view renders (a schema, a file), its errors are JSON.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
    return Response(known, status=known["status"], headers=headers, content_type=MEDIA_TYPE)


def _own(error: Exception, headers: dict[str, str]) -> dict[str, Any] | None:
    """Return the problem that one of our own or of Django's exceptions is; fills `headers`."""
    if isinstance(error, StaleError):
        return details(409, "stale", str(error))
    if isinstance(error, TransitionError):
        return details(409, "step_not_open", str(error))
    if isinstance(error, (IntegrityError, ProtectedError)):
        # Two at once: the database refused the second one. Its message names tables and is kept from callers.
        log.warning("Refused by the database: %s", error)
        return details(409, "conflict", _("Someone else was faster: read again and decide anew."))
    if isinstance(error, BadDay):
        reason = _("Give a day as YYYY-MM-DD.")
        return details(400, "invalid", reason, [{"field": "as_of", "code": "invalid", "detail": reason}])
    if isinstance(error, ValidationError):
        return _invalid(serializers.as_serializer_error(error), headers)
    if isinstance(error, PermissionDenied):
        return details(403, "permission_denied", str(error) or _("You may not do this."))
    if isinstance(error, Http404):
        return details(404, "not_found", _("Nothing here, or nothing that you may see."))
    if isinstance(error, TOO_BIG):
        return details(413, TOO_LARGE, _("The body is too large."))
    if isinstance(error, UNREACHED):
        log.error("No answer: %s", error)
        headers["Retry-After"] = str(RETRY_AFTER)
        return details(503, "unavailable", unavailable())
    if isinstance(error, SuspiciousOperation):
        return details(400, "invalid", _("The request is malformed."))
    if isinstance(error, Altered):
        log.error("%s", error)
        return details(500, "file_altered", str(error))
    return None


def _framework(error: Exception, headers: dict[str, str]) -> dict[str, Any] | None:
    """Return the problem that one of the REST framework's exceptions is; fills `headers`."""
    if not isinstance(error, exceptions.APIException):
        return None
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error.detail, headers)
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.Throttled):
        seconds = int(error.wait or 1)  # type: ignore[attr-defined]
        headers["Retry-After"] = str(seconds)
        return details(429, "throttled", wait_for(seconds))
    if getattr(error, "wait", 0):
        headers["Retry-After"] = str(error.wait)  # type: ignore[attr-defined]
    if isinstance(error, exceptions.NotFound):
        return details(404, "not_found", _("Nothing here, or nothing that you may see."))
    return details(error.status_code, str(error.get_codes()), str(error.detail))


def _invalid(found: Any, headers: dict[str, str]) -> dict[str, Any]:
    errors = list(_flat(found))
    if any(error["code"] in AGAIN for error in errors):
        headers["Retry-After"] = str(RETRY_AFTER)
        told = next(error["detail"] for error in errors if error["code"] in AGAIN)
        return details(503, "unavailable", told, errors)
    if any(error["code"] == TOO_LARGE for error in errors):
        return details(413, TOO_LARGE, errors[0]["detail"], errors)
    return details(400, "invalid", _("The request has errors; each is listed."), errors)


def _flat(found: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Yield the errors of a nested structure with the dotted path of each; "" is the body as a whole."""
    if isinstance(found, dict):
        for name, inner in found.items():
            general = name in (NON_FIELD_ERRORS, "non_field_errors")
            yield from _flat(inner, path if general else (*path, str(name)))
    elif isinstance(found, list):
        for position, inner in enumerate(found):
            yield from _flat(inner, (*path, str(position)) if isinstance(inner, dict) and inner else path)
    else:
        code = getattr(found, "code", None) or "invalid"
        yield {"field": ".".join(path), "code": str(code), "detail": str(found)}


# --- outside the API's views ---


def answer(status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem as a plain response."""
    return JsonResponse(details(status, code, detail), status=status, content_type=MEDIA_TYPE)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def wait_for(seconds: int) -> str:
    """Return the sentence for whoever asks too often."""
    text = ngettext(
        "Too many requests. Try again in %(seconds)d second.",
        "Too many requests. Try again in %(seconds)d seconds.",
        seconds,
    )
    return text % {"seconds": seconds}


def unavailable() -> str:
    """Return the sentence for whom the database or the archive did not answer, or not in time."""
    return _(
        "The answer took too long, or the database or the archive cannot be reached. Nothing was changed; try again later."
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413: a problem under /api/, a page elsewhere."""
    if is_api(request):
        return answer(413, TOO_LARGE, _("The body is too large."))
    return render(request, "413.html", {"form": request.path}, status=413)


def too_long(request: HttpRequest) -> HttpResponse:
    """Answer 414 to an address that is too long: a problem under /api/, a page elsewhere."""
    if is_api(request):
        return answer(414, "too_long", _("The address is too long."))
    return render(request, "400.html", status=414)


def unreached(request: HttpRequest) -> HttpResponse:
    """Answer 503, since the database or the archive did not answer in time: a problem under /api/, a page elsewhere."""
    if is_api(request):
        response: HttpResponse = answer(503, "unavailable", unavailable())
    else:
        response = HttpResponse(render_to_string("503.html", {"LANGUAGE_CODE": get_language()}), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 where the form was too large: a problem under /api/, a page elsewhere."""
    if isinstance(exception, TOO_BIG):
        return too_large(request)
    if is_api(request):
        return answer(400, "invalid", _("The request is malformed."))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: a problem under /api/, a page elsewhere."""
    if is_api(request):
        return answer(404, "not_found", _("Nothing here, or nothing that you may see."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: a problem under /api/, a page elsewhere."""
    if is_api(request):
        return answer(500, "error", _("Something went wrong here. It was logged; try again later."))
    return defaults.server_error(request)
