"""Shapes of projects."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import ProjectKind
from projects.models import Project
from projects.progress.agreement_life import consortium, is_suspended
from projects.serializers.common import SOURCED, Facts, OrganisationBrief, Quantity, Reference
from projects.serializers.gates import GateSerializer
from projects.serializers.reading import Reading


class ProgressSerializer(Reading, serializers.Serializer):
    """The standing of the project's own milestones on a day (rules R3 and R4)."""

    as_of = serializers.SerializerMethodField()
    total = serializers.IntegerField(source="milestones_total", read_only=True)
    achieved = serializers.IntegerField(
        source="milestones_achieved", read_only=True, help_text="Claimed or verified."
    )
    verified = serializers.IntegerField(source="milestones_verified", read_only=True)
    open = serializers.IntegerField(source="milestones_open", read_only=True)
    overdue = serializers.IntegerField(source="milestones_overdue", read_only=True)

    def get_as_of(self, row: Any) -> dt.date:
        return self.context["on"]


class ProjectSerializer(Facts):
    """A project with its progress. `parent` and `agreement` are null also where you may not see them."""

    parent = Reference(allow_null=True)  # type: ignore[assignment]  # a member of the shape
    agreement = Reference(allow_null=True)
    lead = OrganisationBrief(read_only=True, allow_null=True)
    partners = OrganisationBrief(many=True, read_only=True)
    minerals = Reference(many=True)
    capacity_value = Quantity(read_only=True, allow_null=True)
    progress = ProgressSerializer(source="*", read_only=True)
    agreement_suspended = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "name",
            "kind",
            "phase",
            "stage",
            "parent",
            "agreement",
            "agreement_suspended",
            "lead",
            "partners",
            "minerals",
            "product",
            "capacity_value",
            "capacity_unit",
            "sector",
            "region",
            "country",
            "trl_stated",
            "trl_claimed",
            "trl_verified",
            "trl_verified_on",
            "cost_crore",
            "cost_basis",
            "funding_source",
            "status_as_reported",
            "progress",
            "version",
            *SOURCED,
        )

    def get_agreement_suspended(self, row: Project) -> bool | None:
        """Whether the agreement was suspended on the day; null where there is none, or none that you may see."""
        return is_suspended(row.agreement, self.context["on"]) if row.agreement else None


class ConsortiumSerializer(serializers.Serializer):
    """The partners of a hub by what they are; `is_kept` is null where no partner is recorded."""

    is_kept = serializers.BooleanField(allow_null=True, read_only=True)
    industry = OrganisationBrief(many=True, read_only=True)
    research = OrganisationBrief(many=True, read_only=True)
    others = OrganisationBrief(many=True, read_only=True)


class ProjectDetailSerializer(ProjectSerializer):
    """The same with its gate decisions and the projects below it, as far as you may see them."""

    consortium = serializers.SerializerMethodField()
    gates = GateSerializer(many=True, read_only=True)
    children = Reference(many=True)

    class Meta(ProjectSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *ProjectSerializer.Meta.fields,
            "consortium",
            "gates",
            "children",
        )

    @extend_schema_field(ConsortiumSerializer(allow_null=True))
    def get_consortium(self, row: Project) -> Any:
        """Whether a Centre of Excellence keeps its partners; null for every other kind of project."""
        if row.kind != ProjectKind.CENTRE:
            return None
        return ConsortiumSerializer(consortium(row.partners.all())).data
