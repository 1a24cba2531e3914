"""Shapes of what is open to all, and of the log of downloads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.reverse import reverse

from projects.models import AuditEvent
from projects.serializers.common import Body, Facts, Post
from reports import verification
from reports.choices import Outcome, ReportKind, ReportState
from reports.models import Report
from reports.serializers import PeriodSerializer


class VerifyRequest(Body):
    """A file in a multipart body, or a SHA-256; one of the two."""

    file = serializers.FileField(required=False, allow_empty_file=True, help_text="Read once and not kept.")
    sha256 = serializers.CharField(required=False, max_length=1000)

    def validate_sha256(self, value: str) -> str:
        found = verification.digest(value)
        if found is None:
            raise serializers.ValidationError(
                _("A SHA-256 has 64 characters, 0 to 9 and a to f. This is none, or more than one.")
            )
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Choose a file or give its SHA-256: one of the two."))
        return attrs


class VerifiedReportSerializer(serializers.Serializer):
    """What strangers learn of a report: what its cover says, without what it is on."""

    serial = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=ReportKind.choices, read_only=True)
    period = PeriodSerializer(read_only=True)
    as_of = serializers.DateField(read_only=True)
    issued_at = serializers.DateTimeField(read_only=True)
    state = serializers.ChoiceField(choices=ReportState.choices, read_only=True)
    replaced_by = serializers.SerializerMethodField(help_text="The serial that supersedes it, or null.")
    verify_url = serializers.SerializerMethodField()

    def get_replaced_by(self, row: Report) -> str | None:
        newer = verification.replaced_by(row)
        return newer.serial if newer else None

    def get_verify_url(self, row: Report) -> str:
        """The public page of the report."""
        return reverse("verify-report", [row.slug], request=self.context["request"])


class AnswerSerializer(serializers.Serializer):
    """What a file or a digest is, held against the register."""

    outcome = serializers.ChoiceField(choices=Outcome.choices, read_only=True)
    sha256 = serializers.CharField(read_only=True, help_text="Of the file that was sent, or as it was given.")
    form = serializers.ChoiceField(
        choices=["pdf", "json"],
        read_only=True,
        allow_null=True,
        help_text="Of the issued file that it is or begins with.",
    )
    language = serializers.CharField(read_only=True, allow_null=True)
    appended = serializers.BooleanField(
        read_only=True, help_text="Altered, and the beginning of the file is what was issued."
    )
    report = VerifiedReportSerializer(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {name: shown[name] or None for name in ("form", "language")}


class DownloadSerializer(Facts):
    """One download of a report: who had which of its files, and when."""

    by = Post(source="actor.by_post")
    username = serializers.CharField(source="actor.username", read_only=True, allow_null=True)
    form = serializers.SerializerMethodField()
    sha256 = serializers.SerializerMethodField()

    class Meta:
        model = AuditEvent
        fields = ("seq", "at", "by", "username", "role", "form", "sha256", "request_id")

    def get_form(self, row: AuditEvent) -> str:
        """Return `pdf`, `json` or `csv`."""
        return str((row.after or {}).get("form", ""))

    def get_sha256(self, row: AuditEvent) -> str:
        """Return the digest of the bytes that were sent."""
        return str((row.after or {}).get("sha256", ""))
