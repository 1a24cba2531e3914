"""The shape of an audit event."""

from __future__ import annotations

from rest_framework import serializers

from projects.models import AuditEvent
from projects.serializers.common import Facts, Post


class EventSerializer(Facts):
    """One thing that was done. `before` and `after` hold only the fields that moved; keys in them are internal."""

    by = Post(source="actor.by_post")
    username = serializers.CharField(source="actor.username", read_only=True, allow_null=True)
    before = serializers.DictField(read_only=True, allow_null=True)
    after = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = AuditEvent
        fields = (
            "seq",
            "at",
            "by",
            "username",
            "role",
            "action",
            "before",
            "after",
            "reason",
            "request_id",
            "hash",
        )
