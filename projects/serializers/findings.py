"""Shapes of findings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from projects.choices import FindingKind
from projects.models import Agreement, Finding, Milestone, Project
from projects.models.findings import LONGEST_TEXT, SUBJECTS, VISIBILITIES
from projects.serializers.claims import WithSteps
from projects.serializers.common import Body, Facts, Known, Post, Quantity, Reference, Versioned


class FindingSerializer(Facts):
    """What an auditor raised. `answer` is the last one; the earlier ones stand in the history."""

    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    milestone = Reference(allow_null=True)
    organisation = Reference(allow_null=True)
    amount_crore = Quantity(read_only=True, allow_null=True)
    raised_by = Post(source="raised_by.by_post")
    answered_by = Post(source="answered_by.by_post", default=None)
    answered_for = Reference(allow_null=True)
    report = serializers.CharField(source="report_serial", read_only=True)
    settled_by = Post(source="settled_by.by_post", default=None)

    class Meta:
        model = Finding
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "kind",
            "text",
            "paragraph",
            "amount_crore",
            "visibility",
            "project",
            "agreement",
            "milestone",
            "organisation",
            "report",
            "raised_on",
            "raised_by",
            "due_on",
            "status",
            "claim_number",
            "answer",
            "answered_on",
            "answered_by",
            "answered_for",
            "returned_reason",
            "settled_on",
            "settled_by",
            "withdrawn_on",
            "withdrawn_reason",
            "version",
        )


class FindingDetailSerializer(WithSteps, FindingSerializer):
    """The same with the files of its answers, and the steps that are open to you now."""

    class Meta(FindingSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*FindingSerializer.Meta.fields, "evidence", "steps")


# --- bodies ---


class RaiseOnReport(Body):
    """What was found. The report that the address names says what it is on."""

    kind = serializers.ChoiceField(choices=FindingKind.choices)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    due_on = serializers.DateField(help_text=gettext_lazy("The day by which a reply is due."))
    visibility = serializers.ChoiceField(
        choices=VISIBILITIES,
        required=False,
        help_text=gettext_lazy(
            "`partner`: its lead reads and may answer it. `internal`: the ministry and its auditors."
        ),
    )
    paragraph = serializers.CharField(
        max_length=120,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Number, year and paragraph of the audit report that it belongs to."),
    )
    amount_crore = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )


class RaiseFinding(RaiseOnReport):
    """What was found, on one project, one agreement or one milestone."""

    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    milestone = Known(model=Milestone, required=False, allow_null=True)

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body with the one record that it names as `about`."""
        given = [row for name in SUBJECTS if (row := body.pop(name, None)) is not None]
        if len(given) != 1:
            raise serializers.ValidationError(
                {"project": _("Choose one: the project, the agreement or the milestone.")}
            )
        return {**body, "about": given[0]}


class AnswerFinding(Versioned):
    """The answer to a finding."""

    answer = serializers.CharField(max_length=LONGEST_TEXT)


class SettleFinding(Versioned):
    """An auditor accepts the answer."""

    note = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class RaiseAgain(Versioned):
    """What the answer leaves open."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)
    due_on = serializers.DateField(
        required=False, allow_null=True, help_text=gettext_lazy("Another day for the reply.")
    )


class WithdrawFinding(Versioned):
    """Why the finding is taken back."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)
