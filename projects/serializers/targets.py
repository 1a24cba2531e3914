"""Shapes of targets and measurements."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects.choices import TargetBasis
from projects.models import Agreement, Indicator, Measurement, Project, Target, TargetVersion
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.models.targets import VALUE
from projects.progress import TargetRow, target_row
from projects.progress.measured import Measured
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import (
    NOTE_LENGTH,
    SOURCED,
    Body,
    Facts,
    Known,
    KnownKey,
    Quantity,
    Reference,
    Versioned,
)


class Share(serializers.DecimalField):
    """A per cent with two decimals as a string, as it is printed: "34.00"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, read_only=True, allow_null=True, **kwargs)


class PaceSerializer(serializers.Serializer):
    """Where a straight line from baseline to target stands on the day, and what was reached of it."""

    expected = Quantity(read_only=True)
    per_cent = Quantity(read_only=True, allow_null=True)
    is_on_track = serializers.BooleanField(read_only=True)


class ValueSerializer(serializers.Serializer):
    """A value with the measurements that it is made of; of a year's value, which year and how much of it is measured."""

    value = Quantity(read_only=True)
    period_end = serializers.DateField(read_only=True)
    measurements = serializers.SerializerMethodField(
        help_text=_("Numbers of the measurements, oldest period first.")
    )
    level = serializers.IntegerField(
        read_only=True, help_text=_("The lowest level of verification of what it is made of.")
    )
    financial_year = serializers.SerializerMethodField()
    days_covered = serializers.IntegerField(read_only=True, allow_null=True)
    overlapping = serializers.SerializerMethodField(
        help_text=_(
            "Numbers of measurements that are not added because another one covers some of their days."
        )
    )

    def get_measurements(self, found: Measured) -> list[int]:
        return [row.pk for row in found.rows]

    def get_financial_year(self, found: Measured) -> str | None:
        return str(found.year) if found.year else None

    def get_overlapping(self, found: Measured) -> list[int]:
        return [it.row.pk for it in found.overlaps]


class ValuesSerializer(serializers.Serializer):
    """The target and what is reached of it on a day (rule R9). Only what is verified counts as reached."""

    as_of = serializers.SerializerMethodField()
    target_value = Quantity(read_only=True, allow_null=True)
    due_on = serializers.DateField(read_only=True, allow_null=True)
    version_number = serializers.IntegerField(read_only=True, allow_null=True)
    claimed_value = Quantity(source="claimed.value", read_only=True, allow_null=True)
    claimed_as_of = serializers.DateField(source="claimed.period_end", read_only=True, allow_null=True)
    claimed_achievement = Share(source="achievement_claimed")
    claimed_achievement_capped = Share(source="achievement_claimed_capped")
    verified_value = Quantity(source="verified.value", read_only=True, allow_null=True)
    verified_as_of = serializers.DateField(source="verified.period_end", read_only=True, allow_null=True)
    verified_achievement = Share(source="achievement_verified")
    verified_achievement_capped = Share(source="achievement_verified_capped")

    def get_as_of(self, row: TargetRow) -> dt.date:
        return self.context["on"]

    def to_representation(self, target: Any) -> dict[str, Any]:
        return super().to_representation(target_row(target, self.context["on"]))


class DetailedValuesSerializer(ValuesSerializer):
    """The same with the rows behind each value, and the pace."""

    claimed = ValueSerializer(read_only=True, allow_null=True)
    verified = ValueSerializer(read_only=True, allow_null=True)
    pace_claimed = PaceSerializer(read_only=True, allow_null=True)
    pace_verified = PaceSerializer(read_only=True, allow_null=True)
    is_hold = serializers.BooleanField(
        read_only=True, help_text=_("The target is its baseline: it has no per cent of the way.")
    )
    holds_claimed = serializers.BooleanField(
        read_only=True, allow_null=True, help_text=_("Whether the claimed value is at the target or beyond.")
    )
    holds_verified = serializers.BooleanField(
        read_only=True, allow_null=True, help_text=_("Whether the verified value is at the target or beyond.")
    )


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
        fields = ("number", "value", "due_on", "authority", "order_reference", "decided_on", "reason")


class TargetDetailSerializer(TargetSerializer):
    """The same with all its versions, and the measurements behind each value."""

    values = DetailedValuesSerializer(source="*", read_only=True)
    versions = VersionSerializer(many=True, read_only=True)

    class Meta(TargetSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*TargetSerializer.Meta.fields, "versions")


class MeasurementSerializer(ClaimFacts):
    """A value of a target's indicator for a period."""

    target = Reference()
    value = Quantity(read_only=True)
    unit = serializers.CharField(source="target.unit", read_only=True)
    entered_value = Quantity(
        read_only=True, allow_null=True, help_text=_("What was entered, where that was in another unit.")
    )
    is_implausible = serializers.BooleanField(
        read_only=True, help_text=_("Whether the value lies outside the bounds of its indicator.")
    )

    class Meta:
        model = Measurement
        fields = (
            *HEAD,
            "target",
            "value",
            "unit",
            "entered_value",
            "entered_unit",
            "period_start",
            "period_end",
            "bounds_reason",
            "is_implausible",
            *TAIL,
        )


# --- bodies ---


class ClaimMeasurement(ClaimBody):
    """A value for a period. A correction names the measurement that it supersedes."""

    target = Known(model=Target)
    value = serializers.DecimalField(**VALUE)
    unit = serializers.CharField(
        max_length=40,
        required=False,
        help_text=_(
            "Where the value is not in the target's unit: another one of the same kind; it is converted."
        ),
    )
    period_start = serializers.DateField(required=False, allow_null=True)
    period_end = serializers.DateField()
    bounds_reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    supersedes = KnownKey(model=Measurement, required=False, allow_null=True)


class VersionBody(Body):
    """What a decision fixes of a target."""

    value = serializers.DecimalField(**VALUE)
    due_on = serializers.DateField(required=False, allow_null=True)
    authority = serializers.CharField(max_length=200, required=False, allow_blank=True)
    order_reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    decided_on = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class SetTarget(VersionBody):
    """A new target of a project or an agreement with its first version. Basis and direction are the indicator's."""

    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    indicator = Known(model=Indicator, slug_field="code")
    title = serializers.CharField(max_length=200)
    unit = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text=_("The indicator's where none is given, or another one of the same kind."),
    )
    baseline_value = serializers.DecimalField(required=False, allow_null=True, **VALUE)
    baseline_as_of = serializers.DateField(required=False, allow_null=True)
    target_basis = serializers.ChoiceField(choices=TargetBasis.choices)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("project") and attrs.get("agreement"):
            raise serializers.ValidationError(
                {"agreement": _("A target belongs to one project or to one agreement, not to both.")}
            )
        return attrs


class ReviseTarget(VersionBody, Versioned):
    """Another value or due date by a decision. Days before it keep the target that they had."""

    authority = serializers.CharField(max_length=200)
    decided_on = serializers.DateField()
    reason = serializers.CharField(max_length=NOTE_LENGTH)


# --- totals ---


class AchievementSerializer(serializers.Serializer):
    """Per cents of the targets that have one: capped counts none above 100."""

    count = serializers.IntegerField(read_only=True)
    mean = Share()
    mean_capped = Share()
    median = Share()
    median_capped = Share()


class SumSerializer(serializers.Serializer):
    """The sum over the targets in one unit; where they cannot be added, the reason why not."""

    why_not = serializers.CharField(read_only=True, allow_null=True)
    code = serializers.CharField(source="refusal", read_only=True)
    unit = serializers.CharField(read_only=True)
    measure_basis = serializers.CharField(source="basis", read_only=True)
    to_reach = Quantity(read_only=True, allow_null=True)
    to_reach_count = serializers.IntegerField(read_only=True)
    claimed = Quantity(read_only=True, allow_null=True)
    claimed_count = serializers.IntegerField(read_only=True)
    verified = Quantity(read_only=True, allow_null=True)
    verified_count = serializers.IntegerField(read_only=True)


class TotalsSerializer(serializers.Serializer):
    """What the chosen targets come to: how many, how far they are reached, and their sum where there can be one."""

    as_of = serializers.DateField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    with_claimed = serializers.IntegerField(read_only=True)
    with_verified = serializers.IntegerField(read_only=True)
    claimed = AchievementSerializer(read_only=True)
    verified = AchievementSerializer(read_only=True)
    sum = SumSerializer(read_only=True)
