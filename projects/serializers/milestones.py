"""Shapes of milestones and of their steps."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import MilestoneType, Precision, RevisionReason
from projects.fiscal import last_day_of
from projects.models import Agreement, Milestone, MilestoneRevision, Project, State
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.progress.agreement_life import is_suspended
from projects.progress.forecast import cases_of, of_milestone
from projects.progress.milestones import milestone_row
from projects.serializers.common import (
    NOTE_LENGTH,
    OWN_PRECISIONS,
    SOURCED,
    Body,
    Facts,
    Known,
    Post,
    Reference,
    ReferenceIn,
    Versioned,
    WithEvidence,
)
from projects.serializers.evidence import EvidenceSerializer
from projects.serializers.reading import Reading
from projects.serializers.warnings import ForecastSerializer

MOST_TOGETHER = 100  # claims in one request
END_OF_PERIOD = _("A date that is not known to the day is kept as the last day of its period.")


class StandingSerializer(Reading, serializers.Serializer):
    """Where the milestone stands on a day (rules R2 to R6)."""

    as_of = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=State.choices, read_only=True)
    latest_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="Last revised date decided by then."
    )
    due_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="The latest date, else the baseline."
    )
    overdue_days = serializers.SerializerMethodField(help_text="0 when not overdue.")
    delay_days = serializers.SerializerMethodField()
    slip_days = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Latest minus baseline date."
    )

    def get_as_of(self, row: Milestone) -> dt.date:
        return self.context["on"]

    def get_overdue_days(self, row: Milestone) -> int:
        return row.overdue_days(self.context["on"])

    def get_delay_days(self, row: Milestone) -> int | None:
        """Actual minus baseline date of an achieved milestone; null where either is unknown."""
        return row.delay_days(self.context["on"])


class MilestoneClaimSerializer(Reading, serializers.Serializer):
    """Who claimed it: null members where nobody has yet."""

    by = Post(source="claimed_by.by_post")
    organisation = ReferenceIn(source="claimant_organisation", allow_null=True)
    at = serializers.DateTimeField(source="claimed_at", read_only=True, allow_null=True)
    note = serializers.CharField(source="claim_note", read_only=True)
    number = serializers.IntegerField(source="claim_number", read_only=True)


class MilestoneVerificationSerializer(Reading, serializers.Serializer):
    """Who verified it, and when."""

    by = Post(source="verified_by.by_post")
    on = serializers.DateField(source="verified_on", read_only=True, allow_null=True)


class MilestoneSerializer(Facts):
    """A milestone. `agreement` is null also where you may not see it."""

    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    claim = MilestoneClaimSerializer(source="*", read_only=True)
    verification = MilestoneVerificationSerializer(source="*", read_only=True)
    standing = StandingSerializer(source="*", read_only=True)

    class Meta:
        model = Milestone
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "title",
            "type",
            "project",
            "agreement",
            "acceptance",
            "weight",
            "owner_post",
            "status",
            "baseline_on",
            "baseline_precision",
            "baseline_basis",
            "revised_on",
            "actual_on",
            "actual_precision",
            "standing",
            "claim",
            "verification",
            "returned_reason",
            "cancelled_on",
            "version",
            *SOURCED,
        )


class RevisionSerializer(Facts):
    approved_by = Post(source="approved_by.by_post")

    class Meta:
        model = MilestoneRevision
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "old_on",
            "new_on",
            "precision",
            "reason_code",
            "narrative",
            "authority",
            "approved_by",
            "decided_on",
        )


class MilestoneDetailSerializer(MilestoneSerializer):
    """The same with its forecast, its revisions, its evidence, and the steps that are open to you now."""

    agreement_suspended = serializers.SerializerMethodField()
    forecast = serializers.SerializerMethodField()
    revisions = RevisionSerializer(many=True, read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)
    steps = serializers.SerializerMethodField()

    class Meta(MilestoneSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *MilestoneSerializer.Meta.fields,
            "agreement_suspended",
            "forecast",
            "revisions",
            "evidence",
            "steps",
        )

    def get_agreement_suspended(self, row: Milestone) -> bool | None:
        """Whether its agreement, or that of its project, was suspended on the day; null where you see none."""
        behind = row.agreement or (row.project.agreement if row.project else None)
        return is_suspended(behind, self.context["on"]) if behind else None

    @extend_schema_field(ForecastSerializer(allow_null=True))
    def get_forecast(self, row: Any) -> Any:
        """When an open milestone is likely to be met, by what you may see of the record of slips; null otherwise."""
        by, on = self.context["by"], self.context["on"]
        found = milestone_row(row, on)
        if not found.is_open:
            return None
        likely = of_milestone(found, cases_of(Milestone.objects.visible_to(by), on), on)
        return ForecastSerializer(likely).data

    def get_steps(self, row: Milestone) -> list[str]:
        return [step for step in row.open_steps() if row.may(self.context["by"], step)]


# --- bodies ---


class LogMilestone(Body):
    """A new planned milestone, of a project or of an agreement."""

    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    title = serializers.CharField(max_length=300)
    type = serializers.ChoiceField(choices=MilestoneType.choices)
    baseline_on = serializers.DateField(help_text=END_OF_PERIOD)
    baseline_precision = serializers.ChoiceField(choices=OWN_PRECISIONS, default=Precision.DAY)
    baseline_basis = serializers.CharField(max_length=300, required=False, allow_blank=True)
    acceptance = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    owner_post = serializers.CharField(max_length=120, required=False, allow_blank=True)
    weight = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("project") or attrs.get("agreement")):
            raise serializers.ValidationError(
                {"project": [_("Name the project, or the agreement where there is no project yet.")]}
            )
        attrs["baseline_on"] = last_day_of(attrs["baseline_on"], attrs["baseline_precision"])
        return attrs


class ClaimMilestone(Versioned):
    """The claim that a milestone was achieved."""

    actual_on = serializers.DateField(help_text=_("When it was achieved; not in the future."))
    precision = serializers.ChoiceField(
        choices=OWN_PRECISIONS, default=Precision.DAY, help_text=END_OF_PERIOD
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = self.context["by"].on
        if attrs["actual_on"] <= today:
            # The end of a period that is still running would be a date in the future.
            attrs["actual_on"] = min(last_day_of(attrs["actual_on"], attrs["precision"]), today)
        return attrs


class ClaimMilestoneWithFiles(WithEvidence, ClaimMilestone):
    """The same with its evidence, in a multipart body."""


class ClaimListed(ClaimMilestone):
    """One of several claims that are made together."""

    reference = serializers.CharField(max_length=20, help_text=_("The milestone."))


class ClaimMilestones(Body):
    """Claims that are all made, or none of them."""

    claims = serializers.ListField(child=ClaimListed(), allow_empty=False, max_length=MOST_TOGETHER)


class VerifyMilestone(Versioned):
    """A second person's confirmation."""

    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class ReturnClaim(Versioned):
    """Why the claim goes back."""

    reason = serializers.CharField(max_length=NOTE_LENGTH)


class CancelMilestone(Versioned):
    """Why the milestone is given up."""

    reason = serializers.CharField(max_length=NOTE_LENGTH)


class ReviseMilestone(Versioned):
    """A new date, with its reason."""

    new_on = serializers.DateField(help_text=END_OF_PERIOD)
    precision = serializers.ChoiceField(choices=OWN_PRECISIONS, default=Precision.DAY)
    reason_code = serializers.ChoiceField(choices=RevisionReason.choices)
    narrative = serializers.CharField(max_length=NOTE_LENGTH)
    authority = serializers.CharField(max_length=120, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["new_on"] = last_day_of(attrs["new_on"], attrs["precision"])
        return attrs
