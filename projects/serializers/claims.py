"""What the shapes of all claims share: who claimed, who verified, which evidence, which steps are open."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from projects.choices import VerificationLevel
from projects.models import Claim
from projects.models.sourced import SOURCE_URL_LENGTH
from projects.serializers.common import NOTE_LENGTH, Body, Facts, Post, ReferenceIn, Versioned, WithEvidence
from projects.serializers.evidence import EvidenceSerializer

# A shape of claims names its own fields between these two.
HEAD: tuple[str, ...] = ("id",)
TAIL: tuple[str, ...] = (
    "status",
    "note",
    "source_url",
    "supersedes",
    "superseded_by",
    "claim",
    "verification",
    "returned_reason",
    "version",
)
DETAIL: tuple[str, ...] = ("evidence", "steps")
# Nobody verifies at V0, which is the claim itself.
GIVEN_LEVELS = [(level.value, level.label) for level in VerificationLevel if level]


class ClaimedSerializer(serializers.Serializer):
    """Who claimed it, and when."""

    by = Post(source="claimed_by.by_post")
    organisation = ReferenceIn(source="claimant_organisation", allow_null=True)
    at = serializers.DateTimeField(source="claimed_at", read_only=True)


class VerifiedSerializer(serializers.Serializer):
    """Who verified it, when, and at which level (0: nobody yet)."""

    by = Post(source="verified_by.by_post")
    on = serializers.DateField(source="verified_on", read_only=True, allow_null=True)
    level = serializers.ChoiceField(choices=VerificationLevel.choices, read_only=True)


class ClaimFacts(Facts):
    """A claim as it is listed; a subclass names its model and its fields."""

    supersedes = serializers.IntegerField(source="supersedes_id", read_only=True, allow_null=True)
    superseded_by = serializers.IntegerField(source="superseded_by.pk", read_only=True, allow_null=True)
    claim = ClaimedSerializer(source="*", read_only=True)
    verification = VerifiedSerializer(source="*", read_only=True)


class WithSteps(serializers.Serializer):
    """Adds the evidence and the steps that are open to the caller now."""

    evidence = EvidenceSerializer(many=True, read_only=True)
    steps = serializers.SerializerMethodField()

    def get_steps(self, row: Claim) -> list[str]:
        return [step for step in row.open_steps() if row.may(self.context["by"], step)]


# --- bodies ---


class ClaimBody(Body):
    """What every claim may carry beside its facts; a correction names the claim that it supersedes."""

    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    source_url = serializers.URLField(max_length=SOURCE_URL_LENGTH, required=False, allow_blank=True)


class VerifyFact(Versioned):
    """A second person's confirmation, at a level."""

    level = serializers.ChoiceField(
        choices=GIVEN_LEVELS,
        help_text=_("1 document seen, 2 third-party or laboratory certificate, 3 site verification."),
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class VerifyRung(VerifyFact):
    """The same of a rung of a ladder: a manager may waive that levels are skipped, with the reason."""

    waiver = serializers.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text=_("Only where a level is skipped: why it may be, and by which order."),
    )


class ReturnFact(Versioned):
    """Why the claim goes back."""

    reason = serializers.CharField(max_length=NOTE_LENGTH)


@cache
def with_files(body: type[Body]) -> type[Body]:
    """Return the shape `body` with files, as a multipart body has them."""
    made: Any = type(
        f"{body.__name__}WithFiles",
        (WithEvidence, body),
        {"__doc__": f"{body.__doc__} In a multipart body, with its files."},
    )
    return made


def bodies(body: type[Body]) -> dict[str, type[Body]]:
    """Return what a request may send by its type: JSON, or several parts with files."""
    return {"application/json": body, "multipart/form-data": with_files(body)}


@cache
def detailed(shape: type[ClaimFacts]) -> type[ClaimFacts]:
    """Return the shape `shape` with evidence and steps."""
    fields = (*shape.Meta.fields, *DETAIL)
    meta = type("Meta", (shape.Meta,), {"fields": fields})
    name = shape.__name__.replace("Serializer", "DetailSerializer")
    made: Any = type(
        name,
        (WithSteps, shape),
        {"Meta": meta, "__doc__": "The same with its evidence, and the steps that are open to you now."},
    )
    return made
