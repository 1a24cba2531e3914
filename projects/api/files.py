"""Files over the API: evidence is taken in before the step's transaction, and sent out as an attachment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation

from projects import archive, uploads
from projects.archive import StoredFile


class AsIs(BaseContentNegotiation):
    """A file is what it is: whatever the caller accepts, the answer is the file, or a problem as JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def stored(files: Sequence[UploadedFile]) -> list[StoredFile]:
    """Return the files, kept in the archive; when one of them cannot be evidence, none is kept."""
    if len(files) > settings.EVIDENCE_MAX_FILES:
        limit = _("At most %(limit)d files at a time.") % {"limit": settings.EVIDENCE_MAX_FILES}
        raise ValidationError({"evidence": ValidationError(limit, code="too_many")})
    errors: list[Any] = []
    for file in files:
        try:
            uploads.check(file)
        except ValidationError as error:
            errors += error.error_list
    if errors:
        raise ValidationError({"evidence": errors})
    return [uploads.keep(file) for file in files]


def attachment(sha256: str, *, name: str, content_type: str) -> HttpResponse:
    """Answer with an archived file, checked against its digest: to be saved, never shown as a page of this site."""
    response = HttpResponse(archive.read(sha256), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def shown(sha256: str, *, name: str, content_type: str) -> HttpResponse:
    """Answer with an archived picture or PDF to be looked at in a frame of this site; anything else as an attachment.

    It stands in a sandbox: it runs nothing, loads nothing, sends nothing, and is framed by nobody else.
    """
    if not uploads.preview_of(content_type):
        return attachment(sha256, name=name, content_type=content_type)
    response = HttpResponse(archive.read(sha256), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
    )
    return response
