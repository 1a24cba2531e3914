"""Shapes of feed, and of the mass balance that is worked out from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import Material
from projects.models import Feed, Organisation, Project
from projects.progress.capacity import Promise
from projects.progress.mass_balance import cover_text, excess_texts
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import Known, KnownKey, Quantity, Reference, Stated


class FeedSerializer(ClaimFacts):
    """An amount of a material for a period; the supplier is null where none is stated, or none that you may see."""

    project = Reference()
    supplier = Reference(allow_null=True)
    tonnes = Quantity(read_only=True)

    class Meta:
        model = Feed
        fields = (
            *HEAD,
            "project",
            "material",
            "tonnes",
            "period_start",
            "period_end",
            "is_contracted",
            "supplier",
            *TAIL,
        )


class ClaimFeed(ClaimBody):
    """Feed received in a period, or assured by a contract. A correction names the feed that it supersedes."""

    project = Known(model=Project)
    material = serializers.ChoiceField(choices=Material.choices)
    tonnes = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=Decimal("0.0001"))
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    is_contracted = Stated(help_text="An assured delivery by contract; otherwise what was received.")
    supplier = Known(model=Organisation, required=False, allow_null=True)
    supersedes = KnownKey(model=Feed, required=False, allow_null=True)


# --- the mass balance ---


class Figure(serializers.DecimalField):
    """Tonnes or per cent with two decimals, null where it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=2, read_only=True, allow_null=True, **kwargs)


class TonnesSerializer(serializers.Serializer):
    """Tonnes claimed beside tonnes verified; null where not known."""

    claimed = Figure()
    verified = Figure()


class FeedAmountSerializer(serializers.Serializer):
    """A material in a financial year: received beside contracted."""

    year = serializers.CharField(read_only=True)
    material = serializers.ChoiceField(choices=Material.choices, read_only=True)
    received = TonnesSerializer(read_only=True)
    contracted = TonnesSerializer(read_only=True)


class SideSerializer(serializers.Serializer):
    """What was made against what the feed allows, in tonnes; `recovery` in per cent of the most that it allows."""

    fed = Figure()
    allowed = Figure()
    carried = Figure()
    at_most = Figure()
    produced = Figure()
    recovery = Figure()
    excess = Figure()


class YearBalanceSerializer(serializers.Serializer):
    """One product of one financial year, by what is claimed and by what is verified."""

    year = serializers.CharField(read_only=True)
    product = serializers.ChoiceField(choices=Material.choices, read_only=True)
    claimed = SideSerializer(read_only=True)
    verified = SideSerializer(read_only=True)
    measurements = serializers.SerializerMethodField()
    left_out = serializers.IntegerField(
        read_only=True, help_text="Measurements of the year that are no tonnes of it, and are not counted."
    )
    warnings = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_measurements(self, row: Any) -> list[int]:
        return sorted(row.measurements)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, row: Any) -> list[str]:
        return list(excess_texts(row))


class CoverSerializer(serializers.Serializer):
    """Feed assured, the product it gives, its share of the capacity, and what is missing; tonnes a year."""

    feed = Figure(source="oxide")
    product = Figure()
    per_cent = Figure()
    gap_product = Figure()
    gap_feed = Figure()


class CapacityCoverSerializer(serializers.Serializer):
    """A capacity, and the feed assured for it by contracts claimed, by contracts verified, and as a target states."""

    target = serializers.CharField(source="target.reference", read_only=True, allow_null=True, default=None)
    product = serializers.ChoiceField(choices=Material.choices, read_only=True)
    feed = serializers.ChoiceField(choices=Material.choices, read_only=True)
    capacity = Figure()
    claimed = CoverSerializer(read_only=True)
    verified = CoverSerializer(read_only=True)
    stated = CoverSerializer(read_only=True)
    stated_by = serializers.SerializerMethodField()
    promise = serializers.ChoiceField(choices=Promise.choices, read_only=True)
    is_assured = serializers.BooleanField(read_only=True)
    warning = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_stated_by(self, row: Any) -> list[str]:
        return [target.reference for target in row.stated_by]

    def get_warning(self, row: Any) -> str:
        return "" if row.is_assured else cover_text(row)


class OverlapSerializer(serializers.Serializer):
    """Two feeds of one kind, material and supplier whose periods overlap."""

    earlier = serializers.IntegerField(source="earlier.pk", read_only=True)
    later = serializers.IntegerField(source="later.pk", read_only=True)


class MassBalanceSerializer(serializers.Serializer):
    """The feed of a project on a day, what it allows, and what its capacity lacks."""

    as_of = serializers.DateField(read_only=True)
    project = serializers.CharField(source="project.reference", read_only=True)
    amounts = FeedAmountSerializer(many=True, read_only=True)
    years = YearBalanceSerializer(many=True, read_only=True)
    covers = CapacityCoverSerializer(many=True, read_only=True)
    overlaps = OverlapSerializer(many=True, read_only=True)
