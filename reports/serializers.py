"""Shapes of reports and schedules; rules stand on the models."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from projects.models import Agreement, Organisation, Project, User
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


class ReviseReport(Body):
    """Why an issued report is made again; it is printed on the revision."""

    reason = serializers.CharField(max_length=2000)


class ScheduleSerializer(Facts):
    """A schedule and the person who answers for it. Who else gets its mails is null for partners."""

    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    organisation = Reference(allow_null=True)
    recipients = serializers.SerializerMethodField()
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

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_recipients(self, row: ReportSchedule) -> list[str] | None:
        if not self.context["by"].sees_programme:
            return None
        return [user.username for user in row.recipients.all()]


class DueSerializer(serializers.Serializer):
    """A period and the moment at which its report is owed."""

    period = PeriodSerializer(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)


class PreviewSerializer(serializers.Serializer):
    """What a schedule will do."""

    at_once = DueSerializer(
        many=True,
        read_only=True,
        help_text="Owed already and not registered yet; of a paused schedule, what is registered when it is resumed.",
    )
    following = DueSerializer(many=True, read_only=True, help_text="The next six, fewer where it ends.")
    owner_problem = serializers.CharField(
        read_only=True, help_text="Why no report can be issued in the owner's name today; empty when one can."
    )


@extend_schema_field(OpenApiTypes.STR)
class KnownUser(Known):
    """The user name of somebody who may sign in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(model=User, slug_field="username", **kwargs)

    def get_queryset(self) -> Any:
        return User.objects.filter(is_active=True, is_system=False)


PEOPLE_HELP = (
    "User names of those who get a mail with the link when a report is issued; they must be able to see it."
)


class CreateSchedule(Body):
    """A new schedule; its owner is whoever creates it, unless another is named."""

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
    owner = KnownUser(required=False)
    recipients = KnownUser(many=True, required=False, help_text=PEOPLE_HELP)


class ChangeSchedule(Versioned):
    """What may change of a schedule; kind, scope, cadence and start make it another one."""

    title = serializers.CharField(max_length=200, required=False)
    due_day = serializers.IntegerField(min_value=1, max_value=90, required=False)
    due_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    ends_on = serializers.DateField(required=False, allow_null=True)
    owner = KnownUser(required=False)
    recipients = KnownUser(many=True, required=False, help_text=PEOPLE_HELP)
    active = serializers.BooleanField(
        required=False, help_text="False pauses it: what falls due meanwhile is caught up when it is resumed."
    )
    reason = serializers.CharField(required=False, max_length=2000)
