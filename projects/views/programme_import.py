"""The import of a programme on a page: look at what the files would do, then import what was looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from projects.import_forms import FolderForm
from projects.intake import TABLES, Refused
from projects.intake.folders import RIGHT, admit_files
from projects.views.administration import AdministrationPage
from projects.views.imports import MOST_SHOWN


class ProgrammeImport(AdministrationPage, FormView):
    """Without `held` the files are looked at, with it what was looked at is imported."""

    right = RIGHT
    template_name = "administration/programme_import.html"
    form_class = FolderForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user_id": self.actor.user.pk}

    def form_valid(self, form: FolderForm) -> HttpResponse:
        looks = form.looks
        try:
            outcome = admit_files(form.cleaned_data["raw"], by=self.actor, now=timezone.now(), dry_run=looks)
        except Refused as refused:
            problems = refused.problems
            shown = {
                "problems": problems[:MOST_SHOWN],
                "problems_left": max(len(problems) - MOST_SHOWN, 0),
            }
            return self.render_to_response(self.get_context_data(form=form, **shown), status=400)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        if looks:
            held = form.hold() if outcome.added else ""
            return self.render_to_response(self.get_context_data(form=form, outcome=outcome, held=held))
        messages.success(
            self.request,
            ngettext("%(count)s record was imported.", "%(count)s records were imported.", outcome.added)
            % {"count": outcome.added},
        )
        return HttpResponseRedirect(reverse("administration"))

    def form_invalid(self, form: FolderForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [table.file for table in TABLES.values()]
        return super().get_context_data(names=names, title=_("Import a programme"), **kwargs)
