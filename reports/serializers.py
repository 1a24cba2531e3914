"""Shapes of reports and schedules; rules stand on the models."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from projects.models import Agreement, Organisation, Project
from projects.serializers.common import Body, Facts, Known, Post, Reference, Versioned
from reports.choices import Cadence, ReportKind
from reports.models import Report, ReportSchedule


class PeriodSerializer(serializers.Serializer):
    """A span of days, both ends inclusive."""

    start = serializers.DateField(read_only=True)
    end = serializers.DateField(read_only=True)
    name = serializers.CharField(source="label", read_only=True, help_text="What people call it: Q4 2025-26.")


class EditionSerializer(serializers.Serializer):
    """A printed edition: where it is, and the SHA-256 of its bytes, which is its ETag too."""

    language = serializers.CharField(read_only=True)
    url = serializers.URLField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="In bytes.")
    pages = serializers.IntegerField(read_only=True)
    sealed = serializers.BooleanField(read_only=True, help_text="Whether the server's seal was added.")


class FileSerializer(serializers.Serializer):
    """A data file of the report: where it is, and the SHA-256 of its bytes, which is its ETag too."""

    url = serializers.URLField(read_only=True)
    sha256 = serializers.CharField(read_only=True)


class AuditHeadSerializer(serializers.Serializer):
    """The head of the audit trail when the figures were frozen."""

    seq = serializers.IntegerField(source="audit_seq", read_only=True)
    hash = serializers.CharField(source="audit_hash", read_only=True)


class ReportSerializer(Facts):
    """A row of the register. `editions` are empty and `figures` null until it is issued."""

    title = serializers.CharField(read_only=True)
    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    organisation = Reference(allow_null=True)
    compared_with = Reference(slug_field="serial", allow_null=True)
    schedule = serializers.IntegerField(source="schedule_id", read_only=True, allow_null=True)
    period = PeriodSerializer(read_only=True)
    supersedes = Reference(slug_field="serial", allow_null=True)
    requested_by = Post(source="requested_by.by_post")
    progress_url = serializers.SerializerMethodField()
    editions = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    audit = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = (
            "serial",
            "slug",
            "kind",
            "title",
            "project",
            "agreement",
            "organisation",
            "period",
            "as_of",
            "schedule",
            "requested_by",
            "revision",
            "supersedes",
            "revision_reason",
            "compared_with",
            "state",
            "progress",
            "attempt",
            "failure",
            "late",
            "due_at",
            "queued_at",
            "started_at",
            "issued_at",
            "progress_url",
            "editions",
            "figures",
            "generator_version",
            "audit",
        )

    def get_progress_url(self, row: Report) -> str:
        """Where this report is, with its state and progress."""
        return self._address("report-detail", row)

    @extend_schema_field(EditionSerializer(many=True))
    def get_editions(self, row: Report) -> list[dict[str, Any]]:
        return [
            {
                "language": edition.language,
                "url": f"{self._address('report-pdf', row)}?language={edition.language}",
                "sha256": edition.sha256,
                "size": edition.size,
                "pages": edition.pages,
                "sealed": edition.is_sealed,
            }
            for edition in row.editions.all()
        ]

    @extend_schema_field(FileSerializer(allow_null=True))
    def get_figures(self, row: Report) -> dict[str, Any] | None:
        if not row.is_readable:
            return None
        url = self._address("report-data", row)
        return {"url": url, "sha256": row.snapshot_sha256}

    @extend_schema_field(AuditHeadSerializer(allow_null=True))
    def get_audit(self, row: Report) -> dict[str, Any] | None:
        return {"seq": row.audit_seq, "hash": row.audit_hash} if row.audit_hash else None

    def _address(self, name: str, row: Report) -> str:
        return reverse(f"api:{name}", [row.slug], request=self.context["request"])


class OrderReport(Body):
    """What a person asks for. Without `period_start` the period is the quarter up to `as_of`."""

    kind = serializers.ChoiceField(choices=ReportKind.choices)
    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    organisation = Known(model=Organisation, required=False, allow_null=True)
    as_of = serializers.DateField()
    period_start = serializers.DateField(required=False, allow_null=True)


class ScheduleSerializer(Facts):
    """A schedule and the person who answers for it."""

    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    organisation = Reference(allow_null=True)
    recipients = serializers.SlugRelatedField(slug_field="username", many=True, read_only=True)
    owner = Post(source="owner.by_post")

    class Meta:
        model = ReportSchedule
        fields = (
            "id",
            "title",
            "kind",
            "project",
            "agreement",
            "organisation",
            "cadence",
            "due_day",
            "due_hour",
            "starts_on",
            "ends_on",
            "owner",
            "recipients",
            "active",
            "version",
        )


class CreateSchedule(Body):
    """A new schedule; its owner is whoever creates it."""

    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    organisation = Known(model=Organisation, required=False, allow_null=True)
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    due_day = serializers.IntegerField(min_value=1, max_value=90, required=False)
    due_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)


class ChangeSchedule(Versioned):
    """What may change of a schedule; kind, scope, cadence and start make it another one."""

    title = serializers.CharField(max_length=200, required=False)
    due_day = serializers.IntegerField(min_value=1, max_value=90, required=False)
    due_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    ends_on = serializers.DateField(required=False, allow_null=True)
    active = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, max_length=2000)
