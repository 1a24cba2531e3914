"""Review meetings and action points over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.filters import ActionPointFilter, ReviewMeetingFilter
from projects.models import ActionPoint, Agreement, Milestone, Organisation, Project, ReviewMeeting
from projects.progress.agenda import agenda
from projects.serializers.meetings import (
    ActionPointSerializer,
    AgendaSerializer,
    ChangeMeeting,
    CloseActionPoint,
    OpenAgain,
    RecordActionPoint,
    RecordMeeting,
    ReviewMeetingSerializer,
    SayDone,
)


class ReviewMeetingViewSet(WithHistory, ScopedViewSet):
    """The review meetings that you may see, the latest first."""

    model = ReviewMeeting
    serializer_class = ReviewMeetingSerializer
    filterset_class = ReviewMeetingFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "meeting.record",
        "partial_update": "meeting.record",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = visible.prefetch_related(
            *as_seen(self.by, organisation=Organisation, agreement=Agreement)
        )
        return found

    @extend_schema(request=RecordMeeting, responses={201: ReviewMeetingSerializer})
    def create(self, request: Request) -> Response:
        """Record a meeting, planned or held."""
        self.require_role()
        return self.answer(ReviewMeeting.plan(by=self.by, **self.body(RecordMeeting)).pk, status=201)

    @extend_schema(request=ChangeMeeting, responses=ReviewMeetingSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Correct the day, title or chair of a meeting."""
        row = self.subject()
        row.change(by=self.by, **self.body(ChangeMeeting))
        return self.answer(row.pk)

    @extend_schema(responses=AgendaSerializer, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def agenda(self, request: Request, **kwargs: Any) -> Response:
        """What is open on the day of the meeting, or today where that lies ahead, as you may see it."""
        return Response(AgendaSerializer(agenda(self.get_object(), self.by, self.by.on)).data)


class ActionPointViewSet(WithHistory, ScopedViewSet):
    """The action points that you may see, the next due first."""

    model = ActionPoint
    serializer_class = ActionPointSerializer
    filterset_class = ActionPointFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "actionpoint.record",
        "done": "actionpoint.done",
        "close": "actionpoint.close",
        "open_again": "actionpoint.return",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        related = {
            "meeting": ReviewMeeting,
            "owner": Organisation,
            "project": Project,
            "agreement": Agreement,
            "milestone": Milestone,
        }
        found: QuerySet = visible.select_related("done_by", "closed_by").prefetch_related(
            *as_seen(self.by, **related)
        )
        return found

    @extend_schema(request=RecordActionPoint, responses={201: ActionPointSerializer})
    def create(self, request: Request) -> Response:
        """Record what a meeting decided; it stands in the reports until it is closed."""
        return self.made(ActionPoint.record, RecordActionPoint, of="meeting")

    @extend_schema(request=SayDone, responses=ActionPointSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def done(self, request: Request, **kwargs: Any) -> Response:
        """Say that it is done, with a note on what shows it."""
        row = self.subject()
        row.done(by=self.by, **self.body(SayDone))
        return self.answer(row.pk)

    @extend_schema(request=CloseActionPoint, responses=ActionPointSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def close(self, request: Request, **kwargs: Any) -> Response:
        """Accept it as done, as a second person: it leaves the reports."""
        row = self.subject()
        row.close(by=self.by, **self.body(CloseActionPoint))
        return self.answer(row.pk)

    @extend_schema(request=OpenAgain, responses=ActionPointSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="return", url_name="return")
    def open_again(self, request: Request, **kwargs: Any) -> Response:
        """Open it again, with the reason why it is not done."""
        row = self.subject()
        row.return_(by=self.by, **self.body(OpenAgain))
        return self.answer(row.pk)
