"""The evidence bundle of a project: a form with its period, which answers with the file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView

from projects import throttles
from projects.fiscal import FinancialYear
from projects.models import Project, audit
from projects.views.page import Guarded, too_many
from reports import bundle, downloads
from reports.forms import BundleForm

MOST_SHOWN = 10


class EvidenceBundle(Guarded, FormView):
    """404 where the project is not seen, 403 for who may not take it home; else the form, and the ZIP."""

    template_name = "reports/bundle.html"
    section = "projects"
    form_class = BundleForm
    right = bundle.RIGHT

    @cached_property
    def subject(self) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def get_initial(self) -> dict[str, Any]:
        return {"start": FinancialYear.of(self.actor.on).first_day, "end": self.actor.on}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        busy = too_many(request, throttles.HEAVY)
        return busy if busy is not None else super().post(request, *args, **kwargs)

    def form_valid(self, form: BundleForm) -> HttpResponseBase:  # type: ignore[override]  # a file is streamed
        try:
            return downloads.evidence_bundle(self.subject, by=self.actor, **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        taken = audit.history(self.subject).filter(action=bundle.DOWNLOADED).order_by("-seq")
        return super().get_context_data(
            project=self.subject,
            back=reverse("project-detail", args=[self.subject.reference]),
            taken=taken[:MOST_SHOWN],
            **kwargs,
        )
