"""Files sent one by one, before the form that they belong to: for browsers with scripts (projects/static/projects/upload.js)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import formats, permissions, refusals, uploads
from projects.models import PendingUpload
from projects.views.page import Page


class UploadNew(Page):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check one file and keep it for a day; the answer names it for the form, or says what is wrong with it."""
        if not self.actor.role_for("evidence.add"):
            permissions.require(self.actor, "evidence.add")
        file = request.FILES.get("file")
        if file is None:
            return JsonResponse({"error": _("No file was sent.")}, status=400)
        try:
            uploads.check(file)
            row = PendingUpload.keep(
                self.actor.user, file.chunks(), name=uploads.name_of(file), now=timezone.now()
            )
        except ValidationError as error:
            status = 503 if refusals.is_passing(error) else 400
            return JsonResponse({"error": " ".join(error.messages)}, status=status)
        told = {"reference": str(row.reference), "name": row.name, "size": formats.size(row.size)}
        return JsonResponse(told, status=201)
