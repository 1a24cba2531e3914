"""Shapes of published figures on import reliance and on the needs of sectors, and of what is worked out from them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from projects.choices import AsOfBasis, Material, RelianceForm, RelianceMetric, Sector
from projects.models import Mineral, ReliancePoint, SectorNeed
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.progress.concentration import Band, Concentration
from projects.progress.reliance import Doubt, Flow, Measure, NetReliance, Subject
from projects.serializers.common import (
    NOTE_LENGTH,
    SOURCED,
    Body,
    Facts,
    Known,
    Quantity,
    Reference,
    Versioned,
)
from projects.serializers.feeds import Figure, TonnesSerializer

REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class RelianceSerializer(Facts):
    mineral = Reference(allow_null=True)
    value = Quantity(read_only=True)

    class Meta:
        model = ReliancePoint
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "mineral",
            "product",
            "form",
            "hs_codes",
            "metric",
            "period",
            "value",
            "unit",
            "top_supplier",
            "supplier",
            "version",
            *SOURCED,
        )


class SectorNeedSerializer(Facts):
    """What a sector needs of a material in a financial year, by one source."""

    tonnes = Quantity(read_only=True)

    class Meta:
        model = SectorNeed
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "sector",
            "material",
            "period",
            "tonnes",
            "version",
            *SOURCED,
        )


# --- bodies ---


class SourcedFields(Body):
    """Where a figure comes from."""

    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    further_source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    as_of = serializers.DateField(required=False, allow_null=True)
    as_of_basis = serializers.ChoiceField(choices=AsOfBasis.choices, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, help_text="It stands in the history."
    )


class RelianceFields(SourcedFields):
    """What is recorded of a reliance point and may be corrected."""

    mineral = Known(model=Mineral, required=False, allow_null=True)
    product = serializers.CharField(max_length=120)
    form = serializers.ChoiceField(choices=RelianceForm.choices, required=False, allow_blank=True)
    hs_codes = serializers.CharField(max_length=200, required=False, allow_blank=True)
    metric = serializers.ChoiceField(choices=RelianceMetric.choices)
    period = serializers.CharField(max_length=60)
    value = serializers.DecimalField(max_digits=18, decimal_places=4)
    unit = serializers.CharField(max_length=40)
    top_supplier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    supplier = serializers.CharField(max_length=60, required=False, allow_blank=True)


class RecordReliance(RelianceFields):
    """A published figure, with its source."""

    reference = serializers.RegexField(
        REFERENCE, max_length=20, validators=[UniqueValidator(ReliancePoint._base_manager.all())]
    )
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH)


class ChangeReliance(RelianceFields, Versioned):
    """What is corrected; the reference stays."""

    def get_fields(self) -> dict[str, Any]:
        return _all_optional(super().get_fields())


class NeedFields(SourcedFields):
    """What is recorded of a need and may be corrected."""

    sector = serializers.ChoiceField(choices=Sector.choices)
    material = serializers.ChoiceField(choices=Material.choices)
    period = serializers.CharField(max_length=7, help_text="As in 2029-30.")
    tonnes = serializers.DecimalField(max_digits=18, decimal_places=4)


class RecordNeed(NeedFields):
    """What a sector needs, with its source."""

    reference = serializers.RegexField(
        REFERENCE, max_length=20, validators=[UniqueValidator(SectorNeed._base_manager.all())]
    )
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH)


class ChangeNeed(NeedFields, Versioned):
    """What is corrected; the reference stays."""

    def get_fields(self) -> dict[str, Any]:
        return _all_optional(super().get_fields())


def _all_optional(fields: dict[str, Any]) -> dict[str, Any]:
    for field in fields.values():
        field.required = False
    return fields


# --- what is worked out ---


class InputSerializer(serializers.Serializer):
    """One input of net import reliance, in the unit of its base; null where it is not known, or two sources differ."""

    flow = serializers.ChoiceField(choices=Flow.choices, read_only=True)
    value = Quantity(read_only=True, allow_null=True)
    points = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_points(self, row: Any) -> list[str]:
        return [point.reference for point in row.points]


class SupplierSerializer(serializers.Serializer):
    country = serializers.CharField(read_only=True)
    quantity = Quantity(read_only=True)
    share = Figure()
    point = serializers.CharField(source="point.reference", read_only=True)


class ConcentrationSerializer(serializers.Serializer):
    """Shares of the imports by country, and HHI (0 to 10,000) as a range where some imports are attributed to none."""

    suppliers = SupplierSerializer(many=True, read_only=True)
    unattributed = Quantity(read_only=True)
    unattributed_share = Figure()
    hhi_lowest = Figure(source="lowest")
    hhi_highest = Figure(source="highest")
    bands = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Band.choices)))
    def get_bands(self, row: Concentration) -> list[str]:
        return [band.value for band in row.bands]


class NetRelianceSerializer(serializers.Serializer):
    """Net import reliance of one base: product, period, form and measure; `per_cent` is null where it cannot be told."""

    product = serializers.CharField(source="base.product", read_only=True)
    period = serializers.CharField(source="base.period", read_only=True)
    form = serializers.SerializerMethodField()
    measure = serializers.ChoiceField(source="base.measure", choices=Measure.choices, read_only=True)
    unit = serializers.CharField(source="base.unit", read_only=True)
    hs_codes = serializers.CharField(read_only=True)
    inputs = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    doubts = serializers.SerializerMethodField()
    consumption = Quantity(read_only=True, allow_null=True)
    per_cent = Figure()
    concentration = ConcentrationSerializer(read_only=True, allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=RelianceForm.choices, allow_null=True))
    def get_form(self, row: NetReliance) -> str | None:
        return row.base.form or None

    @extend_schema_field(InputSerializer(many=True))
    def get_inputs(self, row: NetReliance) -> Any:
        return InputSerializer(row.inputs.values(), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Flow.choices)))
    def get_missing(self, row: NetReliance) -> list[str]:
        return [flow.value for flow in row.missing]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Doubt.choices)))
    def get_doubts(self, row: NetReliance) -> list[str]:
        return [doubt.value for doubt in row.doubts]


class SubjectSerializer(serializers.Serializer):
    """A mineral, or a product without one: what is worked out, and beside it what is published."""

    key = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    mineral = serializers.CharField(source="mineral.reference", read_only=True, allow_null=True, default=None)
    bases = NetRelianceSerializer(many=True, read_only=True)
    published = serializers.SerializerMethodField()
    top_supplier_shares = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_published(self, row: Subject) -> list[str]:
        return [point.reference for point in row.published]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_top_supplier_shares(self, row: Subject) -> list[str]:
        return [point.reference for point in row.shares]


class RelianceSummarySerializer(serializers.Serializer):
    """Reliance by mineral, as known on a day. Points are named by their references."""

    as_of = serializers.DateField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    subjects = SubjectSerializer(many=True, read_only=True)


class SectorBalanceSerializer(serializers.Serializer):
    """A need against the output of the projects that serve the sector, as far as you may see them; null: not known."""

    need = serializers.CharField(source="need.reference", read_only=True)
    sector = serializers.ChoiceField(source="need.sector", choices=Sector.choices, read_only=True)
    material = serializers.ChoiceField(source="need.material", choices=Material.choices, read_only=True)
    period = serializers.CharField(source="need.period", read_only=True)
    tonnes = Quantity(source="need.tonnes", read_only=True)
    output = TonnesSerializer(read_only=True)
    claimed_per_cent = Figure()
    verified_per_cent = Figure()
    serving = serializers.IntegerField(read_only=True)


class SectorFiguresSerializer(serializers.Serializer):
    """Needs of sectors against Indian output on a day."""

    as_of = serializers.DateField(read_only=True)
    balances = SectorBalanceSerializer(many=True, read_only=True)
