"""Targets as pages: the list with what it comes to, one target with every row behind its figures, and its forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from projects import permissions
from projects.choices import MeasureBasis
from projects.claiming import KINDS
from projects.filters import TargetFilter
from projects.models import Evidence, Measurement, Target, TargetVersion, audit
from projects.progress import measured, target_figures, target_row, target_total
from projects.progress.measured import Measured
from projects.progress.targets import with_measurements
from projects.target_forms import ReviseTargetForm, SetTargetForm
from projects.views.page import FilteredList, Page
from projects.views.record_form import RecordForm

KIND = KINDS["measurement"]


class TargetList(FilteredList):
    template_name = "projects/target_list.html"
    section = "targets"
    filterset_class = TargetFilter
    exported = "target-list"
    default_sort = "reference"

    def rows(self) -> QuerySet:
        return Target.objects.visible_to(self.actor).with_values(self.on)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The figures are those of everything that the filter finds, not of the page that is shown.
        chosen: Any = self.object_list
        figures = target_figures(chosen, self.on)
        page = Paginator(figures.rows, self.paginate_by).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            object_list=Target.objects.none(),
            figures=figures,
            total=target_total(figures.rows),
            targets=page.object_list,
            page_obj=page,
            may_set=permissions.allows(self.actor, "target.set"),
            may_import=bool(self.actor.role_for("measurement.claim")),
            **kwargs,
        )


class TargetDetail(Page, DetailView):
    """A target with its versions and measurements: the rows behind each of its figures."""

    template_name = "projects/target_detail.html"
    section = "targets"

    def get_object(self, queryset: QuerySet | None = None) -> Target:
        found = (
            Target.objects.visible_to(self.actor)
            .with_values(self.on)
            .select_related("indicator", "project", "agreement")
            .prefetch_related(with_measurements(), "versions")
        )
        return get_object_or_404(found, reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        target = self.object
        rows = list(target.measurements.all())
        level = target.indicator.minimum_level
        stands = measured.standings(rows, target.measure_basis, self.on, level)
        files: dict[int, list[Evidence]] = {}
        for file in Evidence.objects.visible_to(self.actor).filter(
            measurement__target=target, superseded_by=None
        ):
            files.setdefault(file.measurement_id or 0, []).append(file)
        may_claim = permissions.allows(self.actor, "measurement.claim", target)
        reads_history = permissions.allows(self.actor, "history.read", target)
        return super().get_context_data(
            target=target,
            row=target_row(target, self.on),
            versions=[(it, _held(it, target, self.on)) for it in reversed(target.versions.all())],
            stands=[(it, files.get(it.row.pk, [])) for it in stands],
            years_claimed=_years(rows, target, self.on),
            claim=KIND.address_of_form(target) if may_claim and not self._is_past else "",
            may_revise=permissions.allows(self.actor, "target.revise", target) and not self._is_past,
            history=audit.history(target) if reads_history else None,
            updated_at=max([target.updated_at, *(it.updated_at for it in rows)]),
            **kwargs,
        )

    @property
    def _is_past(self) -> bool:
        return self.on != self.actor.on


def _years(rows: list[Measurement], target: Target, on: dt.date) -> list[tuple[Measured, Measured | None]]:
    """Return each financial year that is measured, claimed beside verified; nothing where years are not added up."""
    if target.measure_basis != MeasureBasis.ANNUAL:
        return []
    proven = measured.years(measured.verified_rows(rows, on, target.indicator.minimum_level))
    by_year = {it.year: it for it in proven}
    return [(it, by_year.get(it.year)) for it in measured.years(measured.claimed_rows(rows, on))]


def _held(version: TargetVersion, target: Any, on: dt.date) -> str:
    """Return how a version stands on the day: the one that holds, an earlier one, or not yet decided."""
    if version.number == target.version_number:
        return "holds"
    return "later" if version.decided_on and version.decided_on > on else "earlier"


class TargetNew(RecordForm):
    template_name = "projects/target_form.html"
    section = "targets"
    right = "target.set"
    form_class = SetTargetForm
    done = gettext_lazy("The target is set.")

    @property
    def back(self) -> str:
        return reverse("target-list")

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in ("project", "agreement", "indicator")}

    def save(self, **given: Any) -> str:
        target = Target.set_(by=self.actor, **given)
        return reverse("target-detail", args=[target.reference])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back=self.back, **kwargs)


class TargetRevise(RecordForm):
    """404 unless visible, 403 unless the actor may revise, 409 when it was changed since the page was made."""

    template_name = "projects/target_form.html"
    section = "targets"
    right = "target.revise"
    form_class = ReviseTargetForm
    done = gettext_lazy("The target is revised.")

    @cached_property
    def target(self) -> Target:
        visible = Target.objects.visible_to(self.actor).select_related("indicator")
        return get_object_or_404(visible, reference=self.kwargs["reference"])

    @property
    def subject(self) -> Target:
        return self.target

    @property
    def back(self) -> str:
        return reverse("target-detail", args=[self.target.reference])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.target.version}

    def save(self, **given: Any) -> None:
        self.target.revise(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last = self.target.versions.order_by("-number").first()
        return super().get_context_data(target=self.target, last=last, back=self.back, **kwargs)
