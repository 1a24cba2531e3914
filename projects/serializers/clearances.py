"""Shapes of clearances."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import ClearanceType
from projects.models import Clearance, Project
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.progress.clearances import ClearanceState, clearance_row
from projects.serializers.common import NOTE_LENGTH, SOURCED, Body, Facts, Known, Reference, Stated, Versioned
from projects.serializers.evidence import EvidenceSerializer

LONGEST = 32767  # what the column of the statutory days holds


class ClearanceStandingSerializer(serializers.Serializer):
    """Where the clearance stands on a day; a number is null where it is not known."""

    as_of = serializers.DateField(read_only=True)
    state = serializers.ChoiceField(choices=ClearanceState.choices, read_only=True)
    days_taken = serializers.IntegerField(read_only=True, allow_null=True)
    pending_days = serializers.IntegerField(read_only=True, allow_null=True)
    over_days = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Days beyond the statutory days; below 0 there are days left.",
    )
    expires_in_days = serializers.IntegerField(read_only=True, allow_null=True)


class ClearanceSerializer(Facts):
    """One clearance of a project; `is_applicable` is null until it is decided."""

    project = Reference()
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Clearance
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "project",
            "type",
            "is_applicable",
            "applicability_reason",
            "authority",
            "application_number",
            "applied_on",
            "statutory_days",
            "granted_on",
            "refused_on",
            "valid_to",
            "conditions",
            "standing",
            "version",
            *SOURCED,
        )

    @extend_schema_field(ClearanceStandingSerializer)
    def get_standing(self, row: Clearance) -> dict[str, Any]:
        on: dt.date = self.context["on"]
        found = clearance_row(row, on)
        return ClearanceStandingSerializer(found).data


class ClearanceDetailSerializer(ClearanceSerializer):
    """The same with its files, as far as you may read them."""

    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta(ClearanceSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*ClearanceSerializer.Meta.fields, "evidence")


# --- bodies ---


class ClearanceFields(Body):
    """What is recorded of a clearance and may change."""

    is_applicable = Stated(required=False, allow_null=True)
    applicability_reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    authority = serializers.CharField(max_length=200, required=False, allow_blank=True)
    application_number = serializers.CharField(max_length=120, required=False, allow_blank=True)
    applied_on = serializers.DateField(required=False, allow_null=True)
    statutory_days = serializers.IntegerField(min_value=0, max_value=LONGEST, required=False, allow_null=True)
    granted_on = serializers.DateField(required=False, allow_null=True)
    refused_on = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    conditions = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, help_text="It stands in the history."
    )


class RecordClearance(ClearanceFields):
    """A clearance of a project: applicable or not, and how far it is."""

    project = Known(model=Project)
    type = serializers.ChoiceField(choices=ClearanceType.choices)


class ChangeClearance(ClearanceFields, Versioned):
    """What changed; project and type stay."""
