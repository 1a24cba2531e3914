"""Evidence: what a file is and supports, its download, its preview apart from this site, and a newer version of it."""

from __future__ import annotations

import logging
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from projects import permissions, uploads
from projects.api.files import attachment, shown
from projects.archive import Altered
from projects.evidence_forms import NewerForm
from projects.models import DisplayCopy, Evidence, TransitionError
from projects.views.page import Page, conflict

log = logging.getLogger(__name__)


class OfEvidence(Page):
    """A page about one file; 404 unless the actor may read it."""

    section = "milestones"

    @cached_property
    def evidence(self) -> Evidence:
        rows = Evidence.objects.visible_to(self.actor).select_related("uploaded_by", "supersedes")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def altered(self) -> HttpResponse:
        log.exception("Evidence %s cannot be read", self.evidence.pk)
        return render(self.request, "projects/evidence_altered.html", {"evidence": self.evidence}, status=500)

    def told(self, what: str) -> None:
        log.info(
            "Evidence %s %s to %s, request %s",
            self.evidence.pk,
            what,
            self.actor.user.pk,
            self.actor.request_id,
        )


class EvidenceDownload(OfEvidence):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the file's bytes as an attachment; 404 unless the actor may read the document."""
        it = self.evidence
        try:
            response = attachment(it.sha256, name=it.name, content_type=it.content_type)
        except Altered:
            return self.altered()
        self.told("sent")
        return response


class EvidencePreview(OfEvidence):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the copy of a picture, or a PDF, to be looked at inside the page about it; anything else as an attachment.

        A picture is never shown as it came: its copy holds the same pixels, without the place and whatever else was in the file.
        """
        it = self.evidence
        try:
            if uploads.preview_of(it.content_type) != "image":
                response = shown(it.sha256, name=it.name, content_type=it.content_type)
            elif copy := DisplayCopy.of(it.sha256):
                name = f"{PurePath(it.name).stem}.jpg"
                response = shown(copy.sha256, name=name, content_type=copy.CONTENT_TYPE)
            else:
                response = attachment(it.sha256, name=it.name, content_type=it.content_type)
        except Altered:
            return self.altered()
        self.told("shown")
        return response


class EvidencePage(OfEvidence, TemplateView):
    """What the file is, what it supports, whether it is used elsewhere, and its versions."""

    template_name = "projects/evidence_about.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        it = self.evidence
        rows = Evidence.objects.visible_to(self.actor)
        elsewhere = rows.filter(pk=it.pk).used_elsewhere(self.actor).get(it.pk, [])
        kind = uploads.preview_of(it.content_type)
        copy = DisplayCopy.of(it.sha256) if kind == "image" else None
        try:
            it.refuse_newer()
            may_supersede = permissions.allows(self.actor, "evidence.add", it.subject)
        except TransitionError:
            may_supersede = False
        return super().get_context_data(
            evidence=it,
            subject=it.subject,
            subject_address=address_of(it),
            newer=rows.filter(supersedes=it).first(),
            older=rows.filter(pk=it.supersedes_id).first() if it.supersedes_id else None,
            elsewhere=elsewhere,
            may_supersede=may_supersede,
            kind=kind if kind != "image" or copy else "",
            holds_location=copy is not None and copy.holds_location,
            **kwargs,
        )


def address_of(it: Evidence) -> str:
    """Return the page of what the file supports, or "" where it has none of its own."""
    name, key = it.supported
    subject = it.subject
    try:
        if name in ("milestone", "finding"):
            return reverse(f"{name}-detail", args=[subject.reference])
        return reverse(f"{name.replace('_', '')}-detail", args=[key])
    except NoReverseMatch:
        return ""


class EvidenceSupersede(OfEvidence, FormView):
    """403 unless the actor may add evidence there; 409 where no newer version may take the file's place."""

    template_name = "projects/evidence_supersede.html"
    form_class = NewerForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, "evidence.add", self.evidence.subject)
            try:
                self.evidence.refuse_newer()
            except TransitionError as error:
                return self.refuse(error)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: NewerForm) -> HttpResponse:
        # Kept before the step begins: writing files inside its transaction would stop every other writer.
        (file,) = [uploads.keep(file) for file in form.cleaned_data["evidence"]]
        try:
            row = self.evidence.supersede(file, by=self.actor)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, _("The newer version is recorded; the older one stays beside it."))
        return HttpResponseRedirect(reverse("evidence-about", args=[row.pk]))

    def refuse(self, error: TransitionError) -> HttpResponse:
        back = reverse("evidence-about", args=[self.evidence.pk])
        return conflict(self.request, self.evidence, error, actor=self.actor, back=back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(evidence=self.evidence, subject=self.evidence.subject, **kwargs)
