"""Shapes of notices and of how one wants to be told."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from projects.choices import NoticeKind
from projects.models import NoticePreferences
from projects.models.notices import HOURS
from projects.serializers.common import Body, Facts


class NoticeSerializer(serializers.Serializer):
    """A notice as it stands now. `occasion` is the due date or the entry of the audit trail that gave the reason."""

    id = serializers.IntegerField(source="notice.pk")
    kind = serializers.ChoiceField(choices=NoticeKind.choices)
    subject_type = serializers.CharField(source="notice.subject_type")
    reference = serializers.CharField()
    title = serializers.CharField()
    url = serializers.SerializerMethodField()
    occasion = serializers.CharField(source="notice.occasion")
    day = serializers.DateField(source="notice.day")
    days = serializers.IntegerField(
        allow_null=True,
        help_text="Past the due date, before it negative; null where the notice is of no date.",
    )
    made_at = serializers.DateTimeField(source="notice.made_at")
    snoozed_until = serializers.DateField(source="notice.snoozed_until", allow_null=True)
    snooze_reason = serializers.CharField(source="notice.snooze_reason")

    def get_url(self, entry: Any) -> str:
        return f"{settings.BASE_URL}{entry.path}"


class SnoozeNotice(Body):
    """Until when the notice can wait, and why."""

    until = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class NoticePreferencesSerializer(Facts):
    """How you are told. Hours are those of Asia/Kolkata, 0 to 23."""

    class Meta:
        model = NoticePreferences
        fields: ClassVar[tuple[str, ...]] = ("digest", "hour", "quiet_from", "quiet_to")


class ChangeNoticePreferences(Body):
    """What is to change. A digest hour in the quiet hours is refused; from and until the same hour: no quiet hours."""

    digest = serializers.BooleanField(required=False)
    hour = serializers.IntegerField(required=False, min_value=min(HOURS), max_value=max(HOURS))
    quiet_from = serializers.IntegerField(required=False, min_value=min(HOURS), max_value=max(HOURS))
    quiet_to = serializers.IntegerField(required=False, min_value=min(HOURS), max_value=max(HOURS))
