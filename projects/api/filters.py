"""Filters of the lists that only the API has; those of the pages stand in projects/filters.py."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from projects.choices import MeasurementStatus, OrganisationKind, RelianceMetric, Visibility
from projects.filters import MilestoneFilter, SearchFilter, choice, day, named
from projects.models import Evidence, Measurement, Milestone, Mineral, Organisation, ReliancePoint, Target


class MilestoneCursorFilter(MilestoneFilter):
    """The page's filter without its sorting: a cursor keeps the order of recording."""

    sort = None  # type: ignore[assignment]  # django-filter's way to leave out an inherited filter


class OrganisationFilter(filters.FilterSet):
    q = SearchFilter(fields=("reference", "short_name", "name"))
    kind = choice(OrganisationKind.choices, _("Kind"))
    country = filters.CharFilter(lookup_expr="iexact", label=_("Country"), max_length=60)

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()


class MeasurementFilter(filters.FilterSet):
    target = named(Target, "target", _("Target"))
    status = choice(MeasurementStatus.choices, _("Status"))
    period_from = day("period_end", "gte", _("Period ends from"))
    period_to = day("period_end", "lte", _("Period ends to"))

    class Meta:
        model = Measurement
        fields: tuple[str, ...] = ()


class EvidenceFilter(filters.FilterSet):
    milestone = named(Milestone, "milestone", _("Milestone"))
    visibility = choice(Visibility.choices, _("Visibility"))
    sha256 = filters.CharFilter(label="SHA-256", max_length=64)

    class Meta:
        model = Evidence
        fields: tuple[str, ...] = ()


class RelianceFilter(filters.FilterSet):
    q = SearchFilter(fields=("reference", "product"))
    mineral = named(Mineral, "mineral", _("Mineral"))
    metric = choice(RelianceMetric.choices, _("Metric"))

    class Meta:
        model = ReliancePoint
        fields: tuple[str, ...] = ()
