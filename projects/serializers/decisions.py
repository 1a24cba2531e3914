"""Shapes of decisions on several claims at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from projects.deciding_together import KINDS
from projects.permissions import CLAIMS, LADDERS
from projects.serializers.claims import GIVEN_LEVELS
from projects.serializers.common import NOTE_LENGTH, Body, Versioned

MOST_TOGETHER = 100  # decisions in one request
CLAIM_KINDS = [(kind, kind) for kind in KINDS]


class Decision(Versioned):
    """Which claim is decided on."""

    kind = serializers.ChoiceField(choices=CLAIM_KINDS, help_text=gettext_lazy("What is claimed."))
    key = serializers.CharField(
        max_length=20, help_text=gettext_lazy("The `reference` of a milestone, the `id` of any other claim.")
    )


class VerifyListed(Decision):
    """One of several claims that are verified together."""

    level = serializers.ChoiceField(
        choices=GIVEN_LEVELS,
        required=False,
        help_text=gettext_lazy(
            "1 document seen, 2 third-party or laboratory certificate, 3 site verification. Not of a milestone."
        ),
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    waiver = serializers.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy(
            "Only where a level of readiness or a stage of transfer is skipped: why it may be, and by which order."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["kind"]
        errors = {}
        if kind in CLAIMS and "level" not in attrs:
            errors["level"] = ErrorDetail(_("Say at which level it is verified."), "required")
        for name, kinds in (("level", CLAIMS), ("waiver", LADDERS)):
            if name in attrs and kind not in kinds:
                errors[name] = ErrorDetail(_("This kind of claim has none: leave it out."), "unknown")
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class ReturnListed(Decision):
    """One of several claims that are returned together."""

    reason = serializers.CharField(max_length=NOTE_LENGTH)


class VerifyTogether(Body):
    """Claims that are all verified, or none of them."""

    verifications = serializers.ListField(child=VerifyListed(), allow_empty=False, max_length=MOST_TOGETHER)


class ReturnTogether(Body):
    """Claims that are all returned, or none of them."""

    returns = serializers.ListField(child=ReturnListed(), allow_empty=False, max_length=MOST_TOGETHER)


class DecidedSerializer(serializers.Serializer):
    """A claim as it stands after the decision."""

    kind = serializers.ChoiceField(choices=CLAIM_KINDS)
    key = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()

    def to_representation(self, row: Any) -> dict[str, Any]:
        key = getattr(row, "reference", None) or str(row.pk)
        return {"kind": row._meta.model_name, "key": key, "status": row.status, "version": row.version}
