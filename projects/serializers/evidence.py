"""Shapes of evidence."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.reverse import reverse

from projects.models import Evidence
from projects.serializers.common import Facts, Post, Reference


class EvidenceSerializer(Facts):
    """A file that supports a claim: on a milestone, a measurement or a gate decision."""

    milestone = Reference(allow_null=True)
    measurement = serializers.IntegerField(source="measurement_id", read_only=True, allow_null=True)
    gate = serializers.IntegerField(source="gate_id", read_only=True, allow_null=True)
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

    def get_content(self, row: Evidence) -> str:
        """The address of the file itself."""
        return reverse("api:evidence-content", [row.pk], request=self.context["request"])
