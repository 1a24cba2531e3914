"""Shapes of reference data: organisations, minerals, indicators."""

from __future__ import annotations

from rest_framework import serializers

from projects.choices import Direction, MeasureBasis, VerificationLevel
from projects.models import Indicator, Mineral, MineralListing, Organisation
from projects.models.reference import CODE_OF_INDICATOR
from projects.models.targets import VALUE
from projects.reference_words import said
from projects.serializers.common import NOTE_LENGTH, SOURCED, Body, Facts, Quantity, Versioned


class OrganisationSerializer(Facts):
    class Meta:
        model = Organisation
        fields = (
            "reference",
            "short_name",
            "name",
            "kind",
            "country",
            "parent_name",
            "part",
            *SOURCED,
            "version",
        )


class ListingSerializer(Facts):
    class Meta:
        model = MineralListing
        fields = ("official_list", "listed_from", "listed_to")


class DisplayName(serializers.CharField):
    """A name of the reference data in the language that the caller asks for (Accept-Language)."""

    def __init__(self) -> None:
        super().__init__(
            source="name", read_only=True, help_text="The name in your language, where it was shipped in it."
        )

    def to_representation(self, value: str) -> str:
        return said(value)


class MineralSerializer(Facts):
    display_name = DisplayName()
    listings = ListingSerializer(many=True, read_only=True)

    class Meta:
        model = Mineral
        fields = ("reference", "name", "display_name", "symbol", "listings", *SOURCED)


class IndicatorSerializer(Facts):
    """What targets measure; outside the plausible bounds, which are in its unit, a claim gives a reason."""

    display_name = DisplayName()
    plausible_from = Quantity(read_only=True, allow_null=True)
    plausible_to = Quantity(read_only=True, allow_null=True)

    class Meta:
        model = Indicator
        fields = (
            "code",
            "name",
            "display_name",
            "unit",
            "measure_basis",
            "direction",
            "minimum_level",
            "measured_by",
            "evidence_needed",
            "plausible_from",
            "plausible_to",
            "version",
        )


class ChangeIndicator(Versioned):
    """A change of an indicator. Once a target uses it: unit, basis and direction stay, and a reason is given."""

    name = serializers.CharField(max_length=200, required=False)
    unit = serializers.CharField(max_length=40, required=False)
    measure_basis = serializers.ChoiceField(choices=MeasureBasis.choices, required=False)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    minimum_level = serializers.ChoiceField(choices=VerificationLevel.choices, required=False)
    measured_by = serializers.CharField(max_length=300, required=False, allow_blank=True)
    evidence_needed = serializers.CharField(max_length=300, required=False, allow_blank=True)
    plausible_from = serializers.DecimalField(required=False, allow_null=True, **VALUE)
    plausible_to = serializers.DecimalField(required=False, allow_null=True, **VALUE)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class DefineIndicator(Body):
    """A new indicator of the library."""

    code = serializers.RegexField(CODE_OF_INDICATOR, max_length=20)
    name = serializers.CharField(max_length=200)
    unit = serializers.CharField(max_length=40)
    measure_basis = serializers.ChoiceField(choices=MeasureBasis.choices)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    minimum_level = serializers.ChoiceField(choices=VerificationLevel.choices, required=False)
    measured_by = serializers.CharField(max_length=300, required=False, allow_blank=True)
    evidence_needed = serializers.CharField(max_length=300, required=False, allow_blank=True)
    plausible_from = serializers.DecimalField(required=False, allow_null=True, **VALUE)
    plausible_to = serializers.DecimalField(required=False, allow_null=True, **VALUE)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
