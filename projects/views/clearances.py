"""The clearances of a project: the checklist, and the form by which one is recorded or changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from projects import permissions, uploads
from projects.choices import ClearanceType
from projects.clearance_forms import FACTS, ChangeClearanceForm, RecordClearanceForm
from projects.models import Clearance, Evidence, Project, audit
from projects.progress.clearances import clearance_figures
from projects.views.page import Page
from projects.views.record_form import RecordForm

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


class ClearancePage(RecordForm):
    """A form on a clearance: 404 unless the project is visible, 403 unless the actor may record."""

    template_name = "projects/clearance_form.html"
    section = "projects"
    right = RIGHT
    done = gettext_lazy("The clearance is recorded.")

    @property
    def project(self) -> Project:
        raise NotImplementedError

    @property
    def subject(self) -> Any:
        return self.project

    @property
    def back(self) -> str:
        return reverse("project-clearances", args=[self.project.reference])

    def save(self, **given: Any) -> None:
        # Kept before the record: writing files inside its transaction would stop every other writer.
        given["evidence"] = [uploads.keep(file) for file in given["evidence"]]
        self.keep(**given)

    def keep(self, **given: Any) -> None:
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

    def keep(self, **given: Any) -> None:
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

    def keep(self, **given: Any) -> None:
        self.row.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = permissions.allows(self.actor, "history.read", self.row)
        return super().get_context_data(
            clearance=self.row, history=audit.history(self.row) if reads else None, **kwargs
        )
