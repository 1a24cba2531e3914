"""Shapes of technology transfers: the register with where each stands, its know-how schedule, and its claims."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.choices import Exclusivity, KnowHowKind, LicenceType, TransferStage
from projects.models import (
    Agreement,
    KnowHowItem,
    Need,
    Organisation,
    Project,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.models.transfer_steps import holdings
from projects.progress.transfers import Count, TransferStanding, transfer_standing
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import (
    NOTE_LENGTH,
    SOURCED,
    Body,
    Facts,
    Known,
    KnownKey,
    Reference,
    Stated,
    Versioned,
)
from projects.serializers.evidence import EvidenceSerializer

LONGEST = 32767  # what the column of an item's number holds


class ClaimedVerifiedSerializer(serializers.Serializer):
    """A number as claimed, and the part of it that is verified; null where nothing is known."""

    claimed = serializers.IntegerField(allow_null=True, read_only=True)
    verified = serializers.IntegerField(allow_null=True, read_only=True)


class StageOfTransferSerializer(serializers.Serializer):
    """One stage of a transfer, with what it needs and does not have."""

    stage = serializers.ChoiceField(choices=TransferStage.choices, read_only=True)
    is_reached = serializers.BooleanField(read_only=True)
    missing = serializers.ListField(child=serializers.ChoiceField(choices=Need.choices), read_only=True)


class TransferStandingSerializer(serializers.Serializer):
    """Where the transfer stands on a day, claimed beside verified."""

    as_of = serializers.DateField(read_only=True)
    claimed_stage = serializers.ChoiceField(choices=TransferStage.choices, allow_null=True, read_only=True)
    verified_stage = serializers.ChoiceField(choices=TransferStage.choices, allow_null=True, read_only=True)
    stages = StageOfTransferSerializer(many=True, read_only=True)
    lapsed = serializers.ListField(
        child=serializers.ChoiceField(choices=Need.choices),
        read_only=True,
        help_text="What the verified stage needs and the records of the day do not show.",
    )
    know_how_per_cent = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        allow_null=True,
        read_only=True,
        help_text="Items accepted by the recipient, of those in the schedule.",
    )
    persons = ClaimedVerifiedSerializer(read_only=True)
    person_days = ClaimedVerifiedSerializer(read_only=True)
    independent_runs = ClaimedVerifiedSerializer(read_only=True)


def standing_shape(found: TransferStanding) -> dict[str, Any]:
    """Return the standing as the serializer shows it."""

    def pair(count: Count) -> dict[str, int | None]:
        return {"claimed": count.claimed, "verified": count.verified}

    return {
        "as_of": found.as_of,
        "claimed_stage": found.claimed.stage if found.claimed else None,
        "verified_stage": found.verified.stage if found.verified else None,
        "stages": [
            {
                "stage": row.stage,
                "is_reached": row.is_reached,
                "missing": [it.need for it in row.needs if not it.is_met],
            }
            for row in found.stages
        ],
        "lapsed": found.lapsed,
        "know_how_per_cent": found.know_how.per_cent,
        "persons": pair(found.persons),
        "person_days": pair(found.person_days),
        "independent_runs": pair(found.runs),
    }


class TransferSerializer(Facts):
    """A technology on its way from a donor to a recipient; who may not be seen is null."""

    project = Reference()
    agreement = Reference(allow_null=True)
    donor = Reference(allow_null=True)
    recipient = Reference(allow_null=True)
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "project",
            "agreement",
            "asset",
            "description",
            "donor",
            "recipient",
            "licence_type",
            "exclusivity",
            "territory",
            "term_years",
            "fee_crore",
            "royalty_per_cent",
            "standing",
            "version",
            *SOURCED,
        )

    @extend_schema_field(TransferStandingSerializer)
    def get_standing(self, row: Transfer) -> dict[str, Any]:
        on: dt.date = self.context["on"]
        held = getattr(row, "held", None) or holdings([row])[0]
        return TransferStandingSerializer(standing_shape(transfer_standing(held, on))).data


class KnowHowItemSerializer(Facts):
    """An item of a know-how schedule: delivered by the donor, accepted by the recipient."""

    transfer = Reference()

    class Meta:
        model = KnowHowItem
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "transfer",
            "number",
            "title",
            "kind",
            "listed_on",
            "due_on",
            "delivered_on",
            "accepted_on",
            "accepted_by_post",
            "version",
        )


class KnowHowItemDetailSerializer(KnowHowItemSerializer):
    """The same with its files, as far as you may read them."""

    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta(KnowHowItemSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*KnowHowItemSerializer.Meta.fields, "evidence")


class TransferStepSerializer(ClaimFacts):
    """A stage that a transfer is said to have reached. `waiver`: why a stage was skipped, where one was."""

    transfer = Reference()

    class Meta:
        model = TransferStep
        fields = (*HEAD, "transfer", "stage", "reached_on", "waiver", *TAIL)


class TrainingSerializer(ClaimFacts):
    """People certified by assessment to run the process alone; numbers, never names."""

    transfer = Reference()

    class Meta:
        model = Training
        fields = (*HEAD, "transfer", "certified_on", "persons", "person_days", "assessed_by", *TAIL)


class ReplicationRunSerializer(ClaimFacts):
    """A run of the process by the recipient; independent when the licensor was not on site."""

    transfer = Reference()

    class Meta:
        model = ReplicationRun
        fields = (*HEAD, "transfer", "run_on", "hours", "guarantee_met", "licensor_on_site", *TAIL)


# --- bodies ---


class TransferFields(Body):
    """What is recorded of a transfer and may change."""

    agreement = Known(model=Agreement, required=False, allow_null=True)
    description = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    licence_type = serializers.ChoiceField(choices=LicenceType.choices, required=False, allow_blank=True)
    exclusivity = serializers.ChoiceField(choices=Exclusivity.choices, required=False, allow_blank=True)
    territory = serializers.CharField(max_length=200, required=False, allow_blank=True)
    term_years = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )
    fee_crore = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )
    royalty_per_cent = serializers.DecimalField(
        max_digits=6,
        decimal_places=3,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
    )
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, help_text="It stands in the history."
    )


class RecordTransfer(TransferFields):
    """A technology with its donor and its recipient, for one project."""

    project = Known(model=Project)
    asset = serializers.CharField(max_length=200)
    donor = Known(model=Organisation)
    recipient = Known(model=Organisation)


class ChangeTransfer(TransferFields, Versioned):
    """What changed; project, donor and recipient stay."""

    asset = serializers.CharField(max_length=200, required=False)


class KnowHowFields(Body):
    """What is recorded of an item and may change; acceptance is the recipient's or the ministry's."""

    listed_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The day from which it belongs to the schedule; null: from the beginning.",
    )
    due_on = serializers.DateField(required=False, allow_null=True)
    delivered_on = serializers.DateField(required=False, allow_null=True)
    accepted_on = serializers.DateField(required=False, allow_null=True)
    accepted_by_post = serializers.CharField(max_length=120, required=False, allow_blank=True)
    reason = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, help_text="It stands in the history."
    )


class RecordKnowHow(KnowHowFields):
    """An item of the schedule; it gets the next number where none is given."""

    transfer = Known(model=Transfer)
    number = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False)
    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=KnowHowKind.choices)


class ChangeKnowHow(KnowHowFields, Versioned):
    """What became of the item; its transfer and number stay."""

    title = serializers.CharField(max_length=200, required=False)
    kind = serializers.ChoiceField(choices=KnowHowKind.choices, required=False)


class ClaimTransferStep(ClaimBody):
    """A stage with the day on which it was reached. A fall back needs its reason in the note."""

    transfer = Known(model=Transfer)
    stage = serializers.ChoiceField(choices=TransferStage.choices)
    reached_on = serializers.DateField()
    supersedes = KnownKey(model=TransferStep, required=False, allow_null=True)


class ClaimTraining(ClaimBody):
    """People certified on a day by a body. A correction names the training that it supersedes."""

    transfer = Known(model=Transfer)
    certified_on = serializers.DateField()
    persons = serializers.IntegerField(min_value=0, max_value=1_000_000)
    person_days = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False, allow_null=True)
    assessed_by = serializers.CharField(max_length=200)
    supersedes = KnownKey(model=Training, required=False, allow_null=True)


class ClaimReplicationRun(ClaimBody):
    """A run on a day. A correction names the run that it supersedes."""

    transfer = Known(model=Transfer)
    run_on = serializers.DateField()
    hours = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )
    guarantee_met = Stated()
    licensor_on_site = Stated()
    supersedes = KnownKey(model=ReplicationRun, required=False, allow_null=True)
