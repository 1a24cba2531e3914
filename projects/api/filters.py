"""Filters of the lists that only the API has; those of the pages stand in projects/filters.py."""

from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from projects.choices import (
    ClearanceType,
    FundKind,
    FundSource,
    Gate,
    GateDecision,
    Ladder,
    Material,
    MeasurementStatus,
    OrganisationKind,
    RelianceForm,
    RelianceMetric,
    Sector,
    Visibility,
)
from projects.filters import (
    IndicatorFilter,
    MilestoneFilter,
    MineralFilter,
    SearchFilter,
    Sorting,
    choice,
    day,
    named,
)
from projects.models import (
    Agreement,
    Amendment,
    CalendarLink,
    Clearance,
    Duty,
    DutyDone,
    Evidence,
    Feed,
    FundLine,
    GatePlan,
    Measurement,
    Milestone,
    Mineral,
    Organisation,
    Project,
    Readiness,
    ReliancePoint,
    SectorNeed,
    StageGate,
    Target,
    TokenGrant,
    Webhook,
)


class MilestoneCursorFilter(MilestoneFilter):
    """The page's filter without its sorting: a cursor keeps the order of recording."""

    sort = None  # type: ignore[assignment]  # django-filter's way to leave out an inherited filter


class OrganisationFilter(filters.FilterSet):
    q = SearchFilter(fields=("reference", "short_name", "name"))
    kind = choice(OrganisationKind.choices, _("Kind"))
    country = filters.CharFilter(lookup_expr="iexact", label=_("Country"), max_length=60)
    sort = Sorting(
        fields=(("reference", "reference"), ("name", "name"), ("kind", "kind"), ("country", "country")),
        field_labels={
            "reference": _("reference"),
            "name": _("name"),
            "kind": _("kind"),
            "country": _("country"),
        },
        label=_("Sort by"),
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()


class MineralListFilter(filters.FilterSet):
    q = SearchFilter(fields=("reference", "name", "symbol"), translated=("name",))
    sort = Sorting(fields=("reference", "name", "symbol"))

    class Meta:
        model = Mineral
        fields: tuple[str, ...] = ()


class IndicatorListFilter(IndicatorFilter):
    sort = Sorting(fields=("code", "name"), last="code")


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
    mineral = MineralFilter("mineral")
    metric = choice(RelianceMetric.choices, _("Metric"))
    form = choice(RelianceForm.choices, _("Form"))
    period = filters.CharFilter(lookup_expr="iexact", label=_("Period"), max_length=60)
    supplier = filters.CharFilter(lookup_expr="iexact", label=_("Supplier (country)"), max_length=60)
    sort = Sorting(fields=("reference", "period", "product"))

    class Meta:
        model = ReliancePoint
        fields: tuple[str, ...] = ()


class SectorNeedFilter(filters.FilterSet):
    sector = choice(Sector.choices, _("Sector served"))
    material = choice(Material.choices, _("Material"))
    period = filters.CharFilter(label=_("Financial year"), max_length=7)
    sort = Sorting(fields=("reference", "period", "sector"))

    class Meta:
        model = SectorNeed
        fields: tuple[str, ...] = ()


class FeedFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    material = choice(Material.choices, _("Material"))
    contracted = filters.BooleanFilter(field_name="is_contracted", label=_("By contract"))
    supplier = named(Organisation, "supplier", _("Supplier"))
    status = choice(MeasurementStatus.choices, _("Status"))
    period_from = day("period_end", "gte", _("Period ends from"))
    period_to = day("period_end", "lte", _("Period ends to"))

    class Meta:
        model = Feed
        fields: tuple[str, ...] = ()


class FundLineFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    kind = choice(FundKind.choices, _("Kind"))
    source = choice(FundSource.choices, _("Source of funds"))
    status = choice(MeasurementStatus.choices, _("Status"))
    dated_from = day("dated_on", "gte", _("Dated from"))
    dated_to = day("dated_on", "lte", _("Dated to"))

    class Meta:
        model = FundLine
        fields: tuple[str, ...] = ()


class ReadinessFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    ladder = choice(Ladder.choices, _("Ladder"))
    status = choice(MeasurementStatus.choices, _("Status"))
    assessed_from = day("assessed_on", "gte", _("Assessed from"))
    assessed_to = day("assessed_on", "lte", _("Assessed to"))

    class Meta:
        model = Readiness
        fields: tuple[str, ...] = ()


class ClearanceFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    type = choice(ClearanceType.choices, _("Type"))
    applicable = filters.BooleanFilter(field_name="is_applicable", label=_("Applicable"))
    undecided = filters.BooleanFilter(
        field_name="is_applicable", lookup_expr="isnull", label=_("Not decided whether it applies")
    )
    granted = filters.BooleanFilter(
        field_name="granted_on", lookup_expr="isnull", exclude=True, label=_("Granted")
    )

    class Meta:
        model = Clearance
        fields: tuple[str, ...] = ()


class StageGateFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    gate = choice(Gate.choices, _("Gate"))
    decision = choice(GateDecision.choices, _("Decision"))

    class Meta:
        model = StageGate
        fields: tuple[str, ...] = ()


class GatePlanFilter(filters.FilterSet):
    project = named(Project, "project", _("Project"))
    gate = choice(Gate.choices, _("Gate"))

    class Meta:
        model = GatePlan
        fields: tuple[str, ...] = ()


class AmendmentFilter(filters.FilterSet):
    agreement = named(Agreement, "agreement", _("Agreement"))

    class Meta:
        model = Amendment
        fields: tuple[str, ...] = ()


class DutyFilter(filters.FilterSet):
    agreement = named(Agreement, "agreement", _("Agreement"))
    party = named(Organisation, "party", _("Party"))
    due_from = day("due_on", "gte", _("Due from"))
    due_to = day("due_on", "lte", _("Due to"))

    class Meta:
        model = Duty
        fields: tuple[str, ...] = ()


class DutyDoneFilter(filters.FilterSet):
    agreement = named(Agreement, "duty__agreement", _("Agreement"))
    status = choice(MeasurementStatus.choices, _("Status"))

    class Meta:
        model = DutyDone
        fields: tuple[str, ...] = ()


# --- lists that have no filter: how they are sorted ---


class TokenSorting(filters.FilterSet):
    sort = Sorting(
        fields={
            "name": "name",
            "token__created": "created_at",
            "token__expiry": "expiry",
            "last_used_on": "last_used_on",
        },
        last="pk",
    )

    class Meta:
        model = TokenGrant
        fields: tuple[str, ...] = ()


class CalendarLinkSorting(filters.FilterSet):
    sort = Sorting(fields=("name", "created_at", "last_used_on"), last="pk")

    class Meta:
        model = CalendarLink
        fields: tuple[str, ...] = ()


class WebhookSorting(filters.FilterSet):
    sort = Sorting(fields=("name", "created_at"), last="pk")

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ()


class OpenProjectSorting(filters.FilterSet):
    sort = Sorting(fields=("reference", "name"))

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()


class OpenMilestoneSorting(filters.FilterSet):
    sort = Sorting(fields=("reference", "title", "baseline_on"))

    class Meta:
        model = Milestone
        fields: tuple[str, ...] = ()


class OpenTargetSorting(filters.FilterSet):
    sort = Sorting(fields=("reference", "title"))

    class Meta:
        model = Target
        fields: tuple[str, ...] = ()


class OpenMeasurementSorting(filters.FilterSet):
    sort = Sorting(fields=("period_end",), last="pk")

    class Meta:
        model = Measurement
        fields: tuple[str, ...] = ()
