"""Shapes of review meetings, their agenda, and action points."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.models import ActionPoint, Agreement, Milestone, Organisation, Project, ReviewMeeting
from projects.models.meetings import LONGEST_TEXT
from projects.progress.agenda import Part
from projects.serializers.common import Body, Facts, Known, Post, Reference, Versioned


class ReviewMeetingSerializer(Facts):
    """A review of the programme, or of one organisation or agreement, on a day."""

    organisation = Reference(allow_null=True)
    agreement = Reference(allow_null=True)

    class Meta:
        model = ReviewMeeting
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "title",
            "held_on",
            "chaired_by",
            "organisation",
            "agreement",
            "version",
        )


class RecordMeeting(Body):
    """A review meeting, planned or held; with neither organisation nor agreement it is of the programme."""

    title = serializers.CharField(max_length=200)
    held_on = serializers.DateField()
    chaired_by = serializers.CharField(max_length=120, help_text="A post, not a person's name.")
    organisation = Known(model=Organisation, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)


class ChangeMeeting(Versioned):
    """What is to change of a meeting."""

    title = serializers.CharField(max_length=200, required=False)
    held_on = serializers.DateField(required=False)
    chaired_by = serializers.CharField(max_length=120, required=False)
    reason = serializers.CharField(max_length=LONGEST_TEXT, required=False)


class MatterSerializer(serializers.Serializer):
    """One record that the review should look at. `rule` is null of a gate planned for the coming 30 days."""

    kind = serializers.SerializerMethodField()
    reference = serializers.CharField(source="subject.reference")
    rule = serializers.CharField(allow_null=True)
    owner = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    precision = serializers.CharField()
    days = serializers.IntegerField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=["milestone", "target", "project", "agreement"]))
    def get_kind(self, matter: Any) -> str:
        return str(matter.subject._meta.model_name)


class AgendaPartSerializer(serializers.Serializer):
    part = serializers.ChoiceField(choices=Part.choices)
    matters = MatterSerializer(many=True)


class OwnerTotalSerializer(serializers.Serializer):
    owner = serializers.CharField()
    count = serializers.IntegerField()
    longest = serializers.IntegerField(allow_null=True)


class AgendaSerializer(serializers.Serializer):
    """What is open on the day of the meeting, worked out from records; days are since the day named."""

    as_of = serializers.DateField()
    total = serializers.IntegerField()
    owners = OwnerTotalSerializer(many=True)
    parts = serializers.SerializerMethodField()
    action_points = serializers.SerializerMethodField()

    @extend_schema_field(AgendaPartSerializer(many=True))
    def get_parts(self, agenda: Any) -> Any:
        rows = [{"part": part, "matters": matters} for part, matters in agenda.parts]
        return AgendaPartSerializer(rows, many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_action_points(self, agenda: Any) -> list[str]:
        return [point.reference for point in agenda.points]


class ActionPointSerializer(Facts):
    """What a review decided: who does what by when, until a manager has closed it."""

    meeting = Reference()
    owner = Reference(allow_null=True)
    project = Reference(allow_null=True)
    agreement = Reference(allow_null=True)
    milestone = Reference(allow_null=True)
    done_by = Post(source="done_by.by_post", default=None)
    closed_by = Post(source="closed_by.by_post", default=None)

    class Meta:
        model = ActionPoint
        fields: ClassVar[tuple[str, ...]] = (
            "reference",
            "meeting",
            "text",
            "owner_post",
            "owner",
            "due_on",
            "project",
            "agreement",
            "milestone",
            "recorded_on",
            "status",
            "done_on",
            "done_note",
            "done_by",
            "closed_on",
            "closed_by",
            "returned_reason",
            "version",
        )


class RecordActionPoint(Body):
    """What the meeting decided. A milestone brings its project, or its agreement."""

    meeting = Known(model=ReviewMeeting)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    owner_post = serializers.CharField(max_length=120, help_text="A post, not a person's name.")
    owner = Known(model=Organisation, required=False, allow_null=True)
    due_on = serializers.DateField()
    project = Known(model=Project, required=False, allow_null=True)
    agreement = Known(model=Agreement, required=False, allow_null=True)
    milestone = Known(model=Milestone, required=False, allow_null=True)


class SayDone(Versioned):
    """What shows that the action point is done."""

    note = serializers.CharField(max_length=LONGEST_TEXT)


class CloseActionPoint(Versioned):
    """A manager accepts it as done."""

    note = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class OpenAgain(Versioned):
    """What is missing."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)
