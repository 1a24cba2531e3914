"""A finding on a report: the form on its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from projects.finding_forms import RaiseFacts
from projects.models import TransitionError
from projects.views.page import Guarded
from reports import findings
from reports.models import Report
from reports.views.reports import OneReport


class ReportFinding(OneReport, Guarded, FormView):
    """404, 403 as everywhere, 409 before the issue; else the page of the finding."""

    template_name = "projects/finding_form.html"
    form_class = RaiseFacts
    right = "finding.raise"

    @cached_property
    def subject(self) -> Report:
        return self.found()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: RaiseFacts) -> HttpResponse:
        try:
            made = findings.raise_on(self.subject, by=self.actor, **form.cleaned_data)
        except TransitionError as error:
            return self.refused(self.subject, str(error), 409)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        text = _("%(reference)s is raised. Those who are to answer get a notice.")
        messages.success(self.request, text % {"reference": made.reference})
        return redirect("finding-detail", reference=made.reference)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("report-detail", args=[self.kwargs["slug"]])
        kwargs.setdefault("report", self.subject)
        return super().get_context_data(back=back, **kwargs)
