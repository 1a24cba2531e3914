"""Shapes of reference data: organisations, minerals, indicators."""

from __future__ import annotations

from projects.models import Indicator, Mineral, MineralListing, Organisation
from projects.serializers.common import SOURCED, Facts


class OrganisationSerializer(Facts):
    class Meta:
        model = Organisation
        fields = ("reference", "short_name", "name", "kind", "country", "parent_name", "part", *SOURCED)


class ListingSerializer(Facts):
    class Meta:
        model = MineralListing
        fields = ("official_list", "listed_from", "listed_to")


class MineralSerializer(Facts):
    listings = ListingSerializer(many=True, read_only=True)

    class Meta:
        model = Mineral
        fields = ("reference", "name", "symbol", "listings", *SOURCED)


class IndicatorSerializer(Facts):
    class Meta:
        model = Indicator
        fields = ("code", "name", "unit", "measure_basis", "direction", "minimum_level")
