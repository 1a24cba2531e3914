"""Shapes of the early warning."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import Precision
from projects.models import Project
from projects.progress.forecast import Method
from projects.progress.stages import GateRow
from projects.progress.warnings import OpenDate, Row


class WarnedSerializer(serializers.Serializer):
    """A record under a rule."""

    kind = serializers.SerializerMethodField()
    reference = serializers.CharField(source="subject.reference")
    title = serializers.SerializerMethodField()
    since = serializers.DateField(allow_null=True)
    precision = serializers.ChoiceField(choices=Precision.choices)
    days = serializers.IntegerField(allow_null=True)

    def get_kind(self, row: Row) -> str:
        """`milestone`, `target`, `project` or `agreement`."""
        return str(row.subject._meta.model_name)

    def get_title(self, row: Row) -> str:
        subject = row.subject
        return subject.name if isinstance(subject, Project) else subject.title


class RuleSerializer(serializers.Serializer):
    """A rule of docs/rules/exceptions.md or docs/rules/warnings.md with what it finds, the longest first."""

    code = serializers.SerializerMethodField()
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a member of the shape
    count = serializers.SerializerMethodField()
    rows = serializers.SerializerMethodField()

    def get_code(self, found: tuple[Any, Any]) -> str:
        return str(found[0].value)

    def get_label(self, found: tuple[Any, Any]) -> str:
        return str(found[0].label)

    def get_count(self, found: tuple[Any, Any]) -> int:
        return len(found[1])

    @extend_schema_field(WarnedSerializer(many=True))
    def get_rows(self, found: tuple[Any, Any]) -> Any:
        return WarnedSerializer(found[1], many=True).data


class ForecastSerializer(serializers.Serializer):
    """Median and 80 per cent range; null where the comparable cases are fewer than needed."""

    method = serializers.ChoiceField(choices=Method.choices)
    cases = serializers.IntegerField()
    needed = serializers.IntegerField()
    median_on = serializers.DateField(allow_null=True)
    from_on = serializers.DateField(allow_null=True)
    to_on = serializers.DateField(allow_null=True)


class OpenDateSerializer(serializers.Serializer):
    """An open milestone, or a planned gate of a project, with its forecast."""

    milestone = serializers.SerializerMethodField()
    gate = serializers.SerializerMethodField()
    project = serializers.SerializerMethodField()
    baseline_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    precision = serializers.CharField()
    forecast = ForecastSerializer()

    def get_milestone(self, it: OpenDate) -> str | None:
        return None if isinstance(it.subject, GateRow) else it.subject.milestone.reference

    def get_gate(self, it: OpenDate) -> str | None:
        return it.subject.rule.gate.value if isinstance(it.subject, GateRow) else None

    def get_project(self, it: OpenDate) -> str | None:
        return it.project.reference if it.project else None


class EarlyWarningSerializer(serializers.Serializer):
    """What needs a decision on a day and what is likely to be late, over what you may see."""

    as_of = serializers.DateField()
    total = serializers.IntegerField()
    cases = serializers.IntegerField(help_text="How many dates tell by how much they came out late.")
    rules = RuleSerializer(many=True)
    dates = OpenDateSerializer(many=True)
