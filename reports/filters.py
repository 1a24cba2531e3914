"""Filters of reports and schedules, shared by page and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects import edge
from projects.filters import ANY, AnyYesNo, SearchFilter, Sorting, choice, day, named
from projects.models import Agreement, Organisation, Project
from reports.choices import Cadence, Language, ReportKind, ReportState
from reports.models import Report, ReportSchedule


def _schedules(request: HttpRequest | None) -> QuerySet:
    rows = ReportSchedule.objects
    return rows.none() if request is None else rows.visible_to(edge.acting(request)).order_by("title", "pk")


class ReportFilter(filters.FilterSet):
    """For `Report.objects.visible_to(actor)`."""

    q = filters.CharFilter(field_name="serial", lookup_expr="icontains", label=_("Serial"), max_length=60)
    kind = choice(ReportKind.choices, _("Kind"))
    state = choice(ReportState.choices, _("State"))
    project = named(Project, "project", _("Project"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    organisation = named(Organisation, "organisation", _("Organisation"))
    schedule = filters.ModelChoiceFilter(queryset=_schedules, label=_("Schedule"), empty_label=ANY)
    language = filters.ChoiceFilter(
        field_name="editions__language",
        choices=Language.choices,
        label=_("Language of downloads"),
        empty_label=ANY,
    )
    late = filters.BooleanFilter(label=_("Late"), widget=AnyYesNo)
    as_of_from = day("as_of", "gte", _("As of, from"))
    as_of_to = day("as_of", "lte", _("As of, to"))

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()


class ReportListFilter(ReportFilter):
    """The same with an order, for the page; the API keeps the order of the register."""

    sort = Sorting(
        fields=(("serial", "serial"), ("as_of", "as_of")),
        field_labels={"serial": _("serial"), "as_of": _("day of the figures")},
        label=_("Sort by"),
        last="pk",
    )


class ScheduleFilter(filters.FilterSet):
    """For `ReportSchedule.objects.visible_to(actor)`."""

    q = SearchFilter(fields=("title",))
    kind = choice(ReportKind.choices, _("Kind"))
    cadence = choice(Cadence.choices, _("How often"))
    project = named(Project, "project", _("Project"))
    agreement = named(Agreement, "agreement", _("Agreement"))
    organisation = named(Organisation, "organisation", _("Organisation"))
    active = filters.BooleanFilter(label=_("Active"), widget=AnyYesNo)
    sort = Sorting(fields=("title", "kind", "cadence", "starts_on"), last="pk")

    class Meta:
        model = ReportSchedule
        fields: tuple[str, ...] = ()
