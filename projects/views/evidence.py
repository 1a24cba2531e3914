"""The download of evidence: checked against its digest, never shown as a page of this site."""

from __future__ import annotations

import logging
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header

from projects import archive
from projects.models import Evidence
from projects.views.page import Page

logger = logging.getLogger(__name__)


class EvidenceDownload(Page):
    @method_decorator(csp_replace({"default-src": ["'none'"], "sandbox": True}))
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the file's bytes as an attachment; 404 unless the actor may read the document."""
        evidence = get_object_or_404(Evidence.objects.visible_to(self.actor), pk=kwargs["pk"])
        try:
            content = archive.read(evidence.sha256)
        except archive.Altered:
            logger.exception("evidence %s cannot be read", evidence.pk)
            return render(request, "projects/evidence_altered.html", {"evidence": evidence}, status=500)
        logger.info("evidence %s downloaded by user %s", evidence.pk, request.user.pk)
        response = HttpResponse(content, content_type=evidence.content_type)
        response["Content-Disposition"] = content_disposition_header(True, evidence.name)  # noqa: FBT003 - Django's signature
        response["ETag"] = f'"{evidence.sha256}"'
        return response
