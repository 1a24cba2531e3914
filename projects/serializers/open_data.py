"""Shapes of what is public: the facts of published sources with their licence and where they come from, and nothing else."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects.choices import MeasurementStatus, MilestoneStatus
from projects.models import Measurement, Milestone, Project, Target
from projects.serializers.common import Facts, Quantity, Reference, ReferenceIn

VERIFIED, AS_PUBLISHED = "verified", "as_published"
ORIGIN = ("source_url", "as_of", "licence", "provenance")


class OpenFacts(Facts):
    """Adds licence and provenance to the fields of a public fact."""

    licence = serializers.SerializerMethodField(help_text=_("Under which it may be used again."))
    provenance = serializers.SerializerMethodField(
        help_text=_("`verified` by a second person here, or `as_published` by its source and not verified.")
    )

    def get_licence(self, row: Any) -> str:
        return settings.DATA_LICENCE

    def get_provenance(self, row: Any) -> str:
        done = (MilestoneStatus.VERIFIED, MeasurementStatus.VERIFIED)
        return VERIFIED if getattr(row, "status", "") in done else AS_PUBLISHED


class OpenProjectSerializer(OpenFacts):
    """A project as its published source tells of it."""

    parent = Reference(allow_null=True)  # type: ignore[assignment]  # a member of the shape
    lead = serializers.CharField(source="lead.name", read_only=True, allow_null=True)
    partners: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    minerals = Reference(many=True)
    capacity_value = Quantity(read_only=True, allow_null=True)

    class Meta:
        model = Project
        fields: ClassVar[tuple[str, ...]] = (
            *("reference", "name", "kind", "phase", "parent", "lead", "partners", "minerals", "product"),
            *("capacity_value", "capacity_unit", "sector", "region", "country", "trl_stated"),
            *("cost_crore", "cost_basis", "funding_source", "status_as_reported"),
            *ORIGIN,
        )


class OpenMilestoneSerializer(OpenFacts):
    """A milestone with its first, latest and actual date. `project` is null where that is not public."""

    project = Reference(allow_null=True)

    class Meta:
        model = Milestone
        fields: ClassVar[tuple[str, ...]] = (
            *("reference", "title", "type", "project", "status"),
            *("baseline_on", "baseline_precision", "revised_on", "actual_on", "actual_precision"),
            *ORIGIN,
        )


class OpenTargetSerializer(OpenFacts):
    """A target with its present value and due date. `project` is null where that is not public."""

    project = Reference(allow_null=True)
    indicator = Reference(slug_field="code")
    baseline_value = Quantity(read_only=True, allow_null=True)
    target_value = Quantity(read_only=True, allow_null=True)
    due_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = Target
        fields: ClassVar[tuple[str, ...]] = (
            *("reference", "title", "project", "indicator", "unit", "measure_basis", "direction"),
            *("target_basis", "baseline_value", "baseline_as_of", "target_value", "due_on"),
            *ORIGIN,
        )


class OpenMeasurementSerializer(OpenFacts):
    """A verified value of a target for a period."""

    target = Reference()
    indicator = ReferenceIn(source="target.indicator", slug_field="code")
    value = Quantity(read_only=True)
    unit = serializers.CharField(source="target.unit", read_only=True)
    as_of = serializers.DateField(source="period_end", read_only=True)

    class Meta:
        model = Measurement
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "target", "indicator", "value", "unit", "period_start", "period_end", "level"),
            *("verified_on", *ORIGIN),
        )
