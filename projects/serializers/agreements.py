"""Shapes of agreements."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from projects.models import Agreement, AgreementParty
from projects.progress.working import Question, Standing
from projects.serializers.common import SOURCED, Facts, OrganisationBrief, Quantity, Reference


class PartySerializer(Facts):
    organisation = OrganisationBrief(read_only=True)

    class Meta:
        model = AgreementParty
        fields = ("organisation", "role", "position")


class ExecutionSerializer(serializers.Serializer):
    """What became of the agreement (rules R7 and R8)."""

    has_project = serializers.BooleanField(read_only=True)
    has_pilot = serializers.BooleanField(read_only=True, help_text="A project in pilot phase or later.")
    has_target = serializers.BooleanField(read_only=True)
    is_paper_only = serializers.BooleanField(
        read_only=True, help_text="Neither a project nor a milestone beyond its signature."
    )
    projects_count = serializers.IntegerField(read_only=True)


class WorkingAnswerSerializer(serializers.Serializer):
    """One of the ten questions, answered."""

    question = serializers.ChoiceField(choices=Question.choices, read_only=True)
    text = serializers.CharField(source="question.label", read_only=True)
    is_yes = serializers.BooleanField(
        read_only=True, help_text="False: no public evidence, which is no proof of failure."
    )
    on = serializers.DateField(read_only=True, allow_null=True)


class WorkingSerializer(serializers.Serializer):
    """Symbolic or working: the class with the ten answers that make it, from the records of the day."""

    as_of = serializers.DateField(read_only=True)
    standing = serializers.ChoiceField(choices=Standing.choices, read_only=True)
    score = serializers.IntegerField(read_only=True, help_text="How many of the ten are answered with yes.")
    answers = WorkingAnswerSerializer(many=True, read_only=True)


class AgreementSerializer(Facts):
    """An agreement with its parties and what became of it. `parent` is null also where you may not see it."""

    parent = Reference(allow_null=True)  # type: ignore[assignment]  # a member of the shape
    parties = PartySerializer(source="agreement_parties", many=True, read_only=True)
    minerals = Reference(many=True)
    value_chain_stages = serializers.ListField(child=serializers.CharField(), read_only=True)
    term_years = Quantity(read_only=True, allow_null=True)
    value_amount = Quantity(read_only=True, allow_null=True)
    execution = ExecutionSerializer(source="*", read_only=True)
    working = WorkingSerializer(read_only=True)

    class Meta:
        model = Agreement
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "title",
            "instrument",
            "level",
            "binding",
            "status",
            "status_as_reported",
            "parent",
            "parties",
            "partner_country",
            "signed_on",
            "signed_precision",
            "signed_basis",
            "effective_on",
            "expires_on",
            "term_years",
            "scope",
            "value_chain_stages",
            "minerals",
            "value_amount",
            "value_unit",
            "execution",
            "working",
            "version",
            *SOURCED,
        )


class AgreementDetailSerializer(AgreementSerializer):
    """The same with the projects under it and its child agreements, as far as you may see them."""

    projects = Reference(many=True)
    children = Reference(many=True)

    class Meta(AgreementSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*AgreementSerializer.Meta.fields, "projects", "children")
