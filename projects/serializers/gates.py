"""Shapes of gate decisions, of planned gates and of the road that they make."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import Gate, GateDecision, Precision, Stage
from projects.gating import ANSWERS
from projects.models import GatePlan, Project, StageGate
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.progress.stages import GateRow, Roadmap
from projects.serializers.common import (
    NOTE_LENGTH,
    OWN_PRECISIONS,
    SOURCED,
    Body,
    Facts,
    Known,
    Post,
    Reference,
    Versioned,
    WithEvidence,
)
from projects.serializers.evidence import EvidenceSerializer


class CriterionSerializer(serializers.Serializer):
    """A criterion as answered, and what the records said of it that day (null: they were silent)."""

    code = serializers.CharField()
    met = serializers.ChoiceField(choices=ANSWERS)
    note = serializers.CharField(allow_blank=True)
    records_hold = serializers.BooleanField(allow_null=True)
    records_found = serializers.CharField(allow_blank=True)


class GateSerializer(Facts):
    """A decision at a gate."""

    criteria = serializers.SerializerMethodField()
    recorded_by = Post(source="recorded_by.by_post")

    class Meta:
        model = StageGate
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "gate",
            "from_stage",
            "to_stage",
            "decision",
            "decided_on",
            "decided_by_post",
            "criteria",
            "conditions",
            "conditions_due_on",
            "reason",
            "recorded_by",
        )

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, row: StageGate) -> Any:
        return row.criteria


class GateDecisionSerializer(GateSerializer):
    """A decision at a gate of a project."""

    project = Reference()

    class Meta(GateSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*GateSerializer.Meta.fields, "project", "version", *SOURCED)


class GateDecisionDetailSerializer(GateDecisionSerializer):
    """The same with its documents, as far as you may read them."""

    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta(GateDecisionSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*GateDecisionSerializer.Meta.fields, "evidence")


class GatePlanSerializer(Facts):
    """When a gate is to be passed: number 1 is the baseline, the last one the forecast."""

    project = Reference()

    class Meta:
        model = GatePlan
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "project",
            "gate",
            "number",
            "planned_on",
            "precision",
            "decided_on",
            "decided_by_post",
            "reason",
            "version",
            *SOURCED,
        )


class PlannedSerializer(serializers.Serializer):
    """A planned day, as exactly as it is known."""

    planned_on = serializers.DateField()
    precision = serializers.ChoiceField(choices=Precision.choices)


class GateRowSerializer(serializers.Serializer):
    """One gate of the road; a date that is not planned, and a number that cannot be told, is null."""

    gate = serializers.SerializerMethodField()
    from_stage = serializers.SerializerMethodField()
    to_stage = serializers.SerializerMethodField()
    baseline = PlannedSerializer(allow_null=True)
    forecast = PlannedSerializer(allow_null=True)
    passed_on = serializers.DateField(allow_null=True)
    slip_days = serializers.IntegerField(allow_null=True)
    overdue_days = serializers.IntegerField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Gate.choices))
    def get_gate(self, row: GateRow) -> str:
        return row.rule.gate.value

    @extend_schema_field(serializers.ChoiceField(choices=Stage.choices))
    def get_from_stage(self, row: GateRow) -> str:
        return row.rule.before.value

    @extend_schema_field(serializers.ChoiceField(choices=Stage.choices))
    def get_to_stage(self, row: GateRow) -> str:
        return row.rule.after.value


class RoadmapSerializer(serializers.Serializer):
    """The road of one project on a day."""

    as_of = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices, source="standing.stage", allow_null=True)
    since = serializers.DateField(source="standing.since", allow_null=True)
    is_held = serializers.BooleanField(source="standing.is_held")
    is_stopped = serializers.BooleanField(source="standing.is_stopped")
    age_days = serializers.IntegerField(allow_null=True)
    time_box_ends = serializers.DateField(allow_null=True)
    over_days = serializers.IntegerField(
        allow_null=True, help_text="Days beyond the time box of the stage; below 0 there are days left."
    )
    next_gate = serializers.SerializerMethodField()
    commercial_on = serializers.DateField(allow_null=True)
    commercial_precision = serializers.ChoiceField(choices=Precision.choices)
    gates = GateRowSerializer(many=True)

    @extend_schema_field(serializers.ChoiceField(choices=Gate.choices, allow_null=True))
    def get_next_gate(self, found: Roadmap) -> str | None:
        return found.next_gate.rule.gate.value if found.next_gate else None


# --- bodies ---


class CriterionBody(Body):
    """An answer to one criterion of the gate; docs/rules/stages.md lists their codes."""

    code = serializers.CharField(max_length=40)
    met = serializers.ChoiceField(choices=ANSWERS)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class PlanGate(Body):
    """When a gate is to be passed. The first plan is the baseline; each later one says why the date moved."""

    project = Known(model=Project)
    gate = serializers.ChoiceField(choices=Gate.choices)
    planned_on = serializers.DateField()
    precision = serializers.ChoiceField(choices=OWN_PRECISIONS, required=False)
    decided_on = serializers.DateField(required=False)
    decided_by_post = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)


class DecideGate(Versioned):
    """A decision at the gate at which the project stands. `version` is the project's."""

    project = Known(model=Project)
    gate = serializers.ChoiceField(choices=Gate.choices)
    decision = serializers.ChoiceField(choices=GateDecision.choices)
    decided_on = serializers.DateField()
    decided_by_post = serializers.CharField(max_length=120)
    criteria = CriterionBody(many=True, required=False)
    conditions = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    conditions_due_on = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    back_to = serializers.ChoiceField(choices=Stage.choices, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)

    def validate_criteria(self, given: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        """Return the answers by their codes, each given once."""
        answers = {it["code"]: {"met": it["met"], "note": it.get("note", "")} for it in given}
        if len(answers) != len(given):
            raise serializers.ValidationError(_("Answer each criterion once."))
        return answers


@extend_schema_field(OpenApiTypes.STR)
class CriteriaText(serializers.Field):
    """The list of answers as JSON text: a part of a multipart body cannot hold a list of objects."""

    default_error_messages = {
        "json": _("Give the criteria as JSON text, a list like that of a JSON body."),
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        try:
            given = json.loads(data)
        except (TypeError, ValueError):
            self.fail("json")
        answers = CriterionBody(data=given, many=True)
        if not isinstance(given, list) or not answers.is_valid():
            self.fail("json")
        found: list[dict[str, Any]] = answers.validated_data
        return found

    def to_representation(self, value: Any) -> str:
        return json.dumps(value)


class DecideGateWithFiles(WithEvidence, DecideGate):
    """The same with its documents (minutes, order), in a multipart body; there `criteria` is JSON text."""

    criteria = CriteriaText(  # type: ignore[assignment]  # text, where a JSON body has a list
        required=False, help_text='As in `[{"code": "trl", "met": "yes"}]`.'
    )
