"""The clearances of a project: the checklist, and the form by which one is recorded or changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView

from projects import permissions, uploads
from projects.choices import ClearanceType
from projects.clearance_forms import FACTS, ChangeClearanceForm, RecordClearanceForm
from projects.models import Clearance, Evidence, Project, TransitionError, audit
from projects.progress.clearances import clearance_figures
from projects.views.page import Page, conflict

RIGHT = "clearance.record"


class ProjectClearances(Page, DetailView):
    """The checklist: every type, with what is recorded of it."""

    template_name = "projects/project_clearances.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        files = Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
        rows = list(
            Clearance.objects.visible_to(self.actor)
            .filter(project=self.object)
            .prefetch_related(Prefetch("evidence", queryset=files))
        )
        return super().get_context_data(
            project=self.object,
            figures=clearance_figures(rows, self.on),
            may_record=permissions.allows(self.actor, RIGHT, self.object),
            updated_at=max((row.updated_at for row in rows), default=self.object.updated_at),
            **kwargs,
        )


class ClearancePage(Page, FormView):
    """A form on a clearance: 404 unless the project is visible, 403 unless the actor may record."""

    template_name = "projects/clearance_form.html"
    section = "projects"

    @property
    def project(self) -> Project:
        raise NotImplementedError

    @property
    def subject(self) -> Any:
        return self.project

    @property
    def back(self) -> str:
        return reverse("project-clearances", args=[self.project.reference])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            permissions.require(self.actor, RIGHT, self.subject)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "actor": self.actor}

    def form_valid(self, form: Any) -> HttpResponse:
        given = dict(form.cleaned_data)
        # Kept before the record: writing files inside its transaction would stop every other writer.
        given["evidence"] = [uploads.keep(file) for file in given["evidence"]]
        try:
            self.save(**given)
        except TransitionError as error:
            return self.refuse(error)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        messages.success(self.request, _("The clearance is recorded."))
        return HttpResponseRedirect(self.back)

    def save(self, **given: Any) -> None:
        raise NotImplementedError

    def refuse(self, error: TransitionError) -> HttpResponse:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(project=self.project, back=self.back, **kwargs)


class ClearanceNew(ClearancePage):
    form_class = RecordClearanceForm

    @cached_property
    def project(self) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("type", "")
        return {"type": asked} if asked in ClearanceType.values else {}

    def save(self, **given: Any) -> None:
        Clearance.record(self.project, by=self.actor, **given)


class ClearanceChange(ClearancePage):
    form_class = ChangeClearanceForm

    @cached_property
    def row(self) -> Clearance:
        visible = Clearance.objects.visible_to(self.actor).select_related("project")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    @property
    def project(self) -> Project:
        return self.row.project

    @property
    def subject(self) -> Any:
        return self.row

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version, **{name: getattr(self.row, name) for name in FACTS}}

    def save(self, **given: Any) -> None:
        self.row.change(by=self.actor, **given)

    def refuse(self, error: TransitionError) -> HttpResponse:
        form: Any = self.get_form()
        now = Clearance.objects.get(pk=self.row.pk)
        return conflict(self.request, now, error, actor=self.actor, back=self.back, entered=form.entered())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = permissions.allows(self.actor, "history.read", self.row)
        return super().get_context_data(
            clearance=self.row, history=audit.history(self.row) if reads else None, **kwargs
        )
