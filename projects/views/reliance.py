"""Reliance on imports by mineral, the needs of sectors, and the forms by which administrators keep their figures."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import permissions
from projects.models import ReliancePoint, SectorNeed, audit
from projects.models.reliance import RIGHT
from projects.progress.reference import reliance_figures
from projects.progress.reliance import Flow, RelianceSummary, reliance
from projects.progress.sectors import sector_figures
from projects.reliance_forms import (
    NEED_FACTS,
    POINT_FACTS,
    ChangeNeedForm,
    ChangePointForm,
    RecordNeedForm,
    RecordPointForm,
)
from projects.views import drawings
from projects.views.page import Page
from projects.views.record_form import RecordForm


class ReliancePages(Page):
    section = "reliance"

    @cached_property
    def summary(self) -> RelianceSummary:
        points = ReliancePoint.objects.visible_to(self.actor).select_related("mineral")
        return reliance(points, self.on)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_keep=permissions.allows(self.actor, RIGHT), **kwargs)


class RelianceList(ReliancePages, TemplateView):
    template_name = "projects/reliance_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            summary=self.summary,
            chart=drawings.reliance_by_subject(self.summary),
            shares=drawings.top_shares(self.summary),
            sectors=sector_figures(self.on, self.actor),
            **kwargs,
        )


class RelianceDetail(ReliancePages, TemplateView):
    """One mineral, or one product without a mineral; 404 where nothing is recorded of it on the day."""

    template_name = "projects/reliance_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = self.summary.of(self.kwargs["reference"])
        if subject is None:
            raise Http404
        points = ReliancePoint.objects.visible_to(self.actor).filter(
            pk__in=[point.pk for point in subject.points]
        )
        return super().get_context_data(
            subject=subject,
            flows=list(Flow),
            trends=drawings.trends(reliance_figures(points)),
            updated_at=max(point.updated_at for point in subject.points),
            **kwargs,
        )


class FigurePage(RecordForm):
    """A form on a published figure, for those who keep reference data."""

    template_name = "projects/figure_form.html"
    section = "reliance"
    right = RIGHT
    done = gettext_lazy("The figure is recorded.")
    model: ClassVar[Any]
    title: ClassVar[Any]
    row: Any = None

    @property
    def subject(self) -> Any:
        return self.row

    @property
    def back(self) -> str:
        return reverse("reliance-list")

    def save(self, **given: Any) -> None:
        self.model.record(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=self.title, row=self.row, back=self.back, **kwargs)


class FigureChange(FigurePage):
    facts: ClassVar[tuple[str, ...]]

    @cached_property
    def row(self) -> Any:
        visible = self.model.objects.visible_to(self.actor)
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.row.version, **{name: getattr(self.row, name) for name in self.facts}}

    def save(self, **given: Any) -> None:
        self.row.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(history=audit.history(self.row), **kwargs)


class PointNew(FigurePage):
    model, form_class = ReliancePoint, RecordPointForm
    title = gettext_lazy("Record a reliance point")


class PointChange(FigureChange):
    model, form_class, facts = ReliancePoint, ChangePointForm, POINT_FACTS
    title = gettext_lazy("Correct a reliance point")


class NeedNew(FigurePage):
    model, form_class = SectorNeed, RecordNeedForm
    title = gettext_lazy("Record the need of a sector")


class NeedChange(FigureChange):
    model, form_class, facts = SectorNeed, ChangeNeedForm, NEED_FACTS
    title = gettext_lazy("Correct the need of a sector")
