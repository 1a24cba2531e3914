"""The library of indicators as pages: what there is, what one means, and the forms by which administrators keep it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from projects import permissions
from projects.filters import IndicatorFilter
from projects.indicator_forms import FACTS, ChangeIndicatorForm, DefineIndicatorForm
from projects.models import Indicator, Target, audit
from projects.views.page import FilteredList, Page
from projects.views.record_form import RecordForm

RIGHT = "reference.change"


class IndicatorList(FilteredList):
    template_name = "projects/indicator_list.html"
    section = "indicators"
    filterset_class = IndicatorFilter
    exported = "indicator-list"
    left_out = ("as_of",)
    paginate_by = 100

    def rows(self) -> QuerySet:
        used = Target.objects.visible_to(self.actor).order_by().values("indicator").annotate(n=Count("pk"))
        self.used = {row["indicator"]: row["n"] for row in used}
        return Indicator.objects.visible_to(self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(may_change=permissions.allows(self.actor, RIGHT), **kwargs)
        found["indicators"] = [(it, self.used.get(it.pk, 0)) for it in found["object_list"]]
        return found


class IndicatorDetail(Page, DetailView):
    template_name = "projects/indicator_detail.html"
    section = "indicators"

    def get_object(self, queryset: QuerySet | None = None) -> Indicator:
        return get_object_or_404(Indicator.objects.visible_to(self.actor), code=self.kwargs["code"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reads = permissions.allows(self.actor, "history.read", self.object)
        return super().get_context_data(
            indicator=self.object,
            targets=Target.objects.visible_to(self.actor).filter(indicator=self.object),
            may_change=permissions.allows(self.actor, RIGHT, self.object),
            history=audit.history(self.object) if reads else None,
            updated_at=self.object.updated_at,
            **kwargs,
        )


class IndicatorPage(RecordForm):
    """A form on the library, for those who may change reference data."""

    template_name = "projects/indicator_form.html"
    section = "indicators"
    right = RIGHT
    done = gettext_lazy("The indicator is recorded.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back=self.back, **kwargs)


class IndicatorNew(IndicatorPage):
    form_class = DefineIndicatorForm

    @property
    def back(self) -> str:
        return reverse("indicator-list")

    def save(self, **given: Any) -> str:
        row = Indicator.define(by=self.actor, **given)
        return reverse("indicator-detail", args=[row.code])


class IndicatorChange(IndicatorPage):
    """404 unless it exists for the actor."""

    form_class = ChangeIndicatorForm

    @cached_property
    def indicator(self) -> Indicator:
        return get_object_or_404(Indicator.objects.visible_to(self.actor), code=self.kwargs["code"])

    @property
    def subject(self) -> Indicator:
        return self.indicator

    @property
    def back(self) -> str:
        return reverse("indicator-detail", args=[self.indicator.code])

    def get_form_kwargs(self) -> dict[str, Any]:
        used = Target.objects.filter(indicator=self.indicator).exists()
        return {**super().get_form_kwargs(), "fixed": Indicator.MEANING if used else frozenset()}

    def get_initial(self) -> dict[str, Any]:
        return {
            "version": self.indicator.version,
            **{name: getattr(self.indicator, name) for name in FACTS},
        }

    def save(self, **given: Any) -> None:
        self.indicator.change(by=self.actor, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(indicator=self.indicator, **kwargs)
