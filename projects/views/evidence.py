"""The download of evidence: checked against its digest, never shown as a page of this site."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from projects.api.files import attachment
from projects.archive import Altered
from projects.models import Evidence
from projects.views.page import Page

log = logging.getLogger(__name__)


class EvidenceDownload(Page):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the file's bytes as an attachment; 404 unless the actor may read the document."""
        evidence = get_object_or_404(Evidence.objects.visible_to(self.actor), pk=kwargs["pk"])
        try:
            response = attachment(evidence.sha256, name=evidence.name, content_type=evidence.content_type)
        except Altered:
            log.exception("Evidence %s cannot be read", evidence.pk)
            return render(request, "projects/evidence_altered.html", {"evidence": evidence}, status=500)
        log.info("Evidence %s sent to %s, request %s", evidence.pk, self.actor.user.pk, self.actor.request_id)
        return response
