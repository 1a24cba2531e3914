"""Shapes of evidence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from projects.models import Evidence, Milestone
from projects.models.evidence import SUPPORTS
from projects.serializers.common import Body, Facts, Files, Known, Post, Reference, WithDocument


class SupportsSerializer(serializers.Serializer):
    """What a file supports."""

    kind = serializers.CharField(
        read_only=True, help_text=f"Its kind, and `id` its number within the kind: {', '.join(SUPPORTS)}."
    )
    id = serializers.IntegerField(read_only=True)


class EvidenceSerializer(Facts):
    """A file that supports a claim, a decision or a record; `supports` tells which."""

    milestone = Reference(allow_null=True)
    measurement = serializers.IntegerField(source="measurement_id", read_only=True, allow_null=True)
    gate = serializers.IntegerField(source="gate_id", read_only=True, allow_null=True)
    supports = serializers.SerializerMethodField()
    claim_number = serializers.IntegerField(
        read_only=True, help_text="Which claim of the milestone it belongs to."
    )
    uploaded_by = Post(source="uploaded_by.by_post")
    uploaded_at = serializers.DateTimeField(source="created_at", read_only=True)
    supersedes = serializers.IntegerField(source="supersedes_id", read_only=True, allow_null=True)
    content = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = (
            "id",
            "milestone",
            "measurement",
            "gate",
            "supports",
            "claim_number",
            "name",
            "size",
            "sha256",
            "content_type",
            "visibility",
            "uploaded_by",
            "uploaded_at",
            "supersedes",
            "content",
        )

    @extend_schema_field(SupportsSerializer)
    def get_supports(self, row: Evidence) -> dict[str, Any]:
        keys = ((name, getattr(row, f"{name}_id")) for name in SUPPORTS)
        kind, key = next((name, key) for name, key in keys if key is not None)
        return {"kind": kind, "id": key}

    def get_content(self, row: Evidence) -> str:
        """The address of the file itself."""
        return reverse("api:evidence-content", [row.pk], request=self.context["request"])


class AddEvidence(WithDocument, Body):
    """Files for a claim that has been made."""

    milestone = Known(model=Milestone, help_text=_("A milestone whose claim waits for its decision."))


class AddedSerializer(serializers.Serializer):
    """The files that were added."""

    evidence = EvidenceSerializer(many=True, read_only=True)


class NewerFile(Body):
    """A newer version of a file, in a multipart body."""

    evidence = Files(min_length=1, max_length=1, help_text=_("One file."))
