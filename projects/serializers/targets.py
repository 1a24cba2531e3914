"""Shapes of targets and measurements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from projects.models import Measurement, Target, TargetVersion, achievement
from projects.models.targets import VALUE
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import NOTE_LENGTH, SOURCED, Facts, Known, KnownKey, Quantity, Reference


class ValuesSerializer(serializers.Serializer):
    """The target and what is reached of it on a day (rule R9). Only what is verified counts as reached."""

    as_of = serializers.SerializerMethodField()
    target_value = Quantity(read_only=True, allow_null=True)
    due_on = serializers.DateField(read_only=True, allow_null=True)
    version_number = serializers.IntegerField(read_only=True, allow_null=True)
    claimed_value = Quantity(read_only=True, allow_null=True)
    claimed_as_of = serializers.DateField(read_only=True, allow_null=True)
    claimed_achievement = serializers.SerializerMethodField()
    verified_value = Quantity(read_only=True, allow_null=True)
    verified_as_of = serializers.DateField(read_only=True, allow_null=True)
    verified_achievement = serializers.SerializerMethodField()

    def get_as_of(self, row: Any) -> dt.date:
        return self.context["on"]

    def get_claimed_achievement(self, row: Any) -> str | None:
        """Per cent of the way from baseline to target by the latest reported value."""
        return _achieved(row, row.claimed_value)

    def get_verified_achievement(self, row: Any) -> str | None:
        """The same by the latest verified value."""
        return _achieved(row, row.verified_value)


def _achieved(row: Any, value: Decimal | None) -> str | None:
    if value is None or row.target_value is None:
        return None
    reached = achievement(row.baseline_value, row.target_value, value)
    return None if reached is None else str(reached)


class TargetSerializer(Facts):
    """A number to reach by a date, for one project or agreement, which is null where you may not see it."""

    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    indicator = Reference(slug_field="code")
    baseline_value = Quantity(read_only=True, allow_null=True)
    values = ValuesSerializer(source="*", read_only=True)

    class Meta:
        model = Target
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "title",
            "project",
            "agreement",
            "indicator",
            "unit",
            "measure_basis",
            "direction",
            "target_basis",
            "baseline_value",
            "baseline_as_of",
            "values",
            "version",
            *SOURCED,
        )


class VersionSerializer(Facts):
    value = Quantity(read_only=True)

    class Meta:
        model = TargetVersion
        fields = ("number", "value", "due_on", "authority", "order_reference", "decided_on")


class TargetDetailSerializer(TargetSerializer):
    """The same with all its versions."""

    versions = VersionSerializer(many=True, read_only=True)

    class Meta(TargetSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*TargetSerializer.Meta.fields, "versions")


class MeasurementSerializer(ClaimFacts):
    """A value of a target's indicator for a period."""

    target = Reference()
    value = Quantity(read_only=True)
    unit = serializers.CharField(source="target.unit", read_only=True)

    class Meta:
        model = Measurement
        fields = (
            *HEAD,
            "target",
            "value",
            "unit",
            "period_start",
            "period_end",
            "bounds_reason",
            *TAIL,
        )


# --- bodies ---


class ClaimMeasurement(ClaimBody):
    """A value for a period. A correction names the measurement that it supersedes."""

    target = Known(model=Target)
    value = serializers.DecimalField(**VALUE)
    period_start = serializers.DateField(required=False, allow_null=True)
    period_end = serializers.DateField()
    bounds_reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    supersedes = KnownKey(model=Measurement, required=False, allow_null=True)
