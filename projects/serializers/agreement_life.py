"""Shapes of an agreement's life: steps, amendments, duties and what was claimed of them."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from projects.choices import AgreementStatus
from projects.models import Agreement, AgreementStep, Amendment, Duty, DutyDone, Organisation
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.progress.agreement_life import DutyState, ExpiryBasis
from projects.serializers.claims import HEAD, TAIL, ClaimBody, ClaimFacts
from projects.serializers.common import (
    NOTE_LENGTH,
    OWN_PRECISIONS,
    SOURCED,
    Body,
    Facts,
    Known,
    KnownKey,
    OrganisationBrief,
    Post,
    Reference,
    Versioned,
    WithDocument,
)
from projects.serializers.evidence import EvidenceSerializer


class AgreementStepSerializer(Facts):
    """A step of an agreement's life."""

    recorded_by = Post(source="recorded_by.by_post")

    class Meta:
        model = AgreementStep
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "move",
            "from_status",
            "to_status",
            "taken_on",
            "decided_by_post",
            "reason",
            "recorded_by",
            *SOURCED,
        )


class AmendmentBrief(Facts):
    """A numbered change of the agreement."""

    class Meta:
        model = Amendment
        fields: ClassVar[tuple[str, ...]] = ("id", "number", "agreed_on", "summary", "expires_on")


class AmendmentSerializer(AmendmentBrief):
    """A numbered change of an agreement; a renewal brings a new day of expiry."""

    agreement = Reference()

    class Meta(AmendmentBrief.Meta):
        fields: ClassVar[tuple[str, ...]] = (*AmendmentBrief.Meta.fields, "agreement", "version", *SOURCED)


class AmendmentDetailSerializer(AmendmentSerializer):
    """The same with its documents, as far as you may read them."""

    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta(AmendmentSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*AmendmentSerializer.Meta.fields, "evidence")


class DutySerializer(Facts):
    """What a party has to do under an agreement, by a day."""

    agreement = Reference()
    party = Reference()

    class Meta:
        model = Duty
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "agreement",
            "number",
            "party",
            "text",
            "agreed_on",
            "due_on",
            "due_precision",
            "version",
            *SOURCED,
        )


class DutyDoneSerializer(ClaimFacts):
    """The claim that a duty was met on a day."""

    duty = serializers.IntegerField(source="duty_id", read_only=True)

    class Meta:
        model = DutyDone
        fields = (*HEAD, "duty", "done_on", *TAIL)


class DutyRowSerializer(serializers.Serializer):
    """A duty on a day: claimed beside verified; numbers name the claims."""

    id = serializers.IntegerField(source="duty.pk")
    number = serializers.IntegerField(source="duty.number")
    text = serializers.CharField(source="duty.text")
    due_on = serializers.DateField(source="duty.due_on", allow_null=True)
    state = serializers.ChoiceField(choices=DutyState.choices)
    overdue_days = serializers.IntegerField(allow_null=True)
    claimed_on = serializers.DateField(source="claimed.done_on", allow_null=True, default=None)
    verified_on = serializers.DateField(source="verified.done_on", allow_null=True, default=None)


class PartyDutiesSerializer(serializers.Serializer):
    party = OrganisationBrief()
    duties = DutyRowSerializer(source="rows", many=True)


class AgreementLifeSerializer(serializers.Serializer):
    """The life of one agreement on a day."""

    as_of = serializers.DateField()
    status = serializers.ChoiceField(choices=AgreementStatus.choices)
    since = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(source="expiry.on", allow_null=True)
    expiry_basis = serializers.ChoiceField(choices=ExpiryBasis.choices, source="expiry.basis")
    expires_in_days = serializers.IntegerField(allow_null=True)
    steps = AgreementStepSerializer(many=True)
    amendments = AmendmentBrief(many=True)
    duties = PartyDutiesSerializer(many=True)


# --- bodies ---


class TakeAgreementStep(Versioned):
    """A step of the agreement's life, on its day."""

    taken_on = serializers.DateField()
    decided_by_post = serializers.CharField(max_length=120)
    reason = serializers.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Needed where an agreement is suspended or terminated.",
    )
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)


class RecordAmendment(WithDocument, Body):
    """The next amendment of an agreement, with its document: a multipart body."""

    agreement = Known(model=Agreement)
    agreed_on = serializers.DateField()
    summary = serializers.CharField(max_length=NOTE_LENGTH)
    expires_on = serializers.DateField(required=False, allow_null=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)


class DutyFields(Body):
    """What is recorded of a duty and may change while nobody has claimed it."""

    party = Known(model=Organisation, required=False)
    text = serializers.CharField(max_length=NOTE_LENGTH, required=False)
    agreed_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The day from which it binds; null: with the agreement itself.",
    )
    due_on = serializers.DateField(required=False, allow_null=True)
    due_precision = serializers.ChoiceField(choices=OWN_PRECISIONS, required=False)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class RecordDuty(DutyFields):
    """What a party of an agreement owes."""

    agreement = Known(model=Agreement)
    party = Known(model=Organisation)
    text = serializers.CharField(max_length=NOTE_LENGTH)


class ChangeDuty(DutyFields, Versioned):
    """What changed; the agreement stays."""


class ClaimDutyDone(ClaimBody):
    """That a duty was met on a day. A correction names the claim that it supersedes."""

    duty = KnownKey(model=Duty)
    done_on = serializers.DateField()
    supersedes = KnownKey(model=DutyDone, required=False, allow_null=True)
