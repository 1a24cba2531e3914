"""Filters of reports and schedules, shared by page and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects import edge
from projects.models import Project
from reports.choices import Cadence, ReportKind, ReportState
from reports.models import Report, ReportSchedule


def _visible_projects(request: HttpRequest | None) -> QuerySet:
    return Project.objects.none() if request is None else Project.objects.visible_to(edge.acting(request))


class ReportFilter(filters.FilterSet):
    """For `Report.objects.visible_to(actor)`."""

    q = filters.CharFilter(field_name="serial", lookup_expr="icontains", label=_("Serial"))
    kind = filters.ChoiceFilter(choices=ReportKind.choices, label=_("Kind"), empty_label=_("any"))
    state = filters.ChoiceFilter(choices=ReportState.choices, label=_("State"), empty_label=_("any"))
    project = filters.ModelChoiceFilter(
        queryset=_visible_projects, to_field_name="reference", label=_("Project"), empty_label=_("any")
    )
    schedule = filters.NumberFilter(field_name="schedule_id", label=_("Schedule"))
    late = filters.BooleanFilter(label=_("Late"))
    as_of_from = filters.DateFilter(field_name="as_of", lookup_expr="gte", label=_("As of, from"))
    as_of_to = filters.DateFilter(field_name="as_of", lookup_expr="lte", label=_("As of, to"))

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()


class ScheduleFilter(filters.FilterSet):
    """For `ReportSchedule.objects.visible_to(actor)`."""

    kind = filters.ChoiceFilter(choices=ReportKind.choices, label=_("Kind"), empty_label=_("any"))
    cadence = filters.ChoiceFilter(choices=Cadence.choices, label=_("Cadence"), empty_label=_("any"))
    project = filters.ModelChoiceFilter(
        queryset=_visible_projects, to_field_name="reference", label=_("Project"), empty_label=_("any")
    )
    active = filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = ReportSchedule
        fields: tuple[str, ...] = ()
