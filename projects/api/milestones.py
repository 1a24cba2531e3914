"""Milestones and their steps over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from projects.api import readings
from projects.api.files import stored
from projects.api.filters import MilestoneCursorFilter
from projects.api.imports import WithImport
from projects.api.paging import Cursors
from projects.api.programme import agreement_as_seen, as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.claiming_together import RowErrors, claim_together
from projects.intake.milestone_rows import MilestoneRows
from projects.models import Agreement, Milestone
from projects.serializers.milestones import (
    CancelMilestone,
    ClaimMilestone,
    ClaimMilestones,
    ClaimMilestoneWithFiles,
    LogMilestone,
    MilestoneDetailSerializer,
    MilestoneSerializer,
    ReturnClaim,
    ReviseMilestone,
    VerifyMilestone,
)


class MilestoneViewSet(WithImport, WithHistory, ScopedViewSet):
    """Milestones of the projects and agreements that you may see, in the order in which they were recorded."""

    model = Milestone
    HAS_FIGURES = True
    serializer_class = MilestoneSerializer
    detail_serializer_class = MilestoneDetailSerializer
    reading = readings.MILESTONES
    filterset_class = MilestoneCursorFilter
    pagination_class = Cursors
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "milestone.log",
        "claim": "milestone.claim",
        "claims": "milestone.claim",
        "verify": "milestone.verify",
        "send_back": "milestone.return",
        "revise": "milestone.revise",
        "cancel": "milestone.cancel",
        "history": "history.read",
        "import_rows": MilestoneRows.RIGHT,
    }
    incoming = MilestoneRows

    def rows(self, visible: Any) -> QuerySet:
        found = (
            visible.with_due(self.on)
            .with_state(self.on)
            .select_related("project", "claimed_by", "claimant_organisation", "verified_by")
        )
        if self.action in ("list", "history"):
            return found.prefetch_related(*as_seen(self.by, agreement=Agreement))
        agreements = (
            agreement_as_seen(self.by, self.on, path) for path in ("agreement", "project__agreement")
        )
        return self.with_documents(found.prefetch_related("revisions__approved_by", *agreements))

    @extend_schema(request=LogMilestone, responses={201: MilestoneDetailSerializer})
    def create(self, request: Request) -> Response:
        """Log a planned milestone; its reference is given here."""
        self.require_role()
        milestone = Milestone.log(by=self.by, **self.body(LogMilestone))
        return self.answer(milestone.pk, status=201)

    @extend_schema(
        request={"application/json": ClaimMilestone, "multipart/form-data": ClaimMilestoneWithFiles},
        responses=MilestoneDetailSerializer,
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def claim(self, request: Request, **kwargs: Any) -> Response:
        """Claim that the milestone was achieved, with its date, a note and the evidence."""
        milestone = self.subject()
        body = self.body(ClaimMilestoneWithFiles)
        milestone.require_open("claim")  # nothing is stored for a step that is not open
        body["evidence"] = stored(body.pop("evidence", ()))
        milestone.claim(by=self.by, **body)
        return self.answer(milestone.pk)

    @extend_schema(request=ClaimMilestones, responses=MilestoneSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def claims(self, request: Request) -> Response:
        """Claim up to 100 milestones at once: all of them, or none and the errors of each. Evidence follows by `POST evidence/`."""
        self.require_role()
        try:
            made = claim_together(self.body(ClaimMilestones)["claims"], by=self.by)
        except RowErrors as refused:
            raise ValidationError(
                {"claims": [as_serializer_error(it) if it else {} for it in refused.rows]}
            ) from refused
        rows = {row.pk: row for row in self.get_queryset().filter(pk__in=[row.pk for row in made])}
        shape = MilestoneSerializer(
            [rows[row.pk] for row in made], many=True, context=self.get_serializer_context()
        )
        return Response(shape.data)

    @extend_schema(request=VerifyMilestone, responses=MilestoneDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def verify(self, request: Request, **kwargs: Any) -> Response:
        """Confirm the claim as a second person, who neither made nor added to it nor belongs to its organisation."""
        milestone = self.subject()
        milestone.verify(by=self.by, **self.body(VerifyMilestone))
        return self.answer(milestone.pk)

    @extend_schema(request=ReturnClaim, responses=MilestoneDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="return", url_name="return")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """Return the claim with a reason, as a second person; it no longer counts and may be claimed again."""
        milestone = self.subject()
        milestone.return_(by=self.by, **self.body(ReturnClaim))
        return self.answer(milestone.pk)

    @extend_schema(request=ReviseMilestone, responses=MilestoneDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def revise(self, request: Request, **kwargs: Any) -> Response:
        """Move the due date, with the reason; the old date stays in the revisions."""
        milestone = self.subject()
        milestone.revise(by=self.by, **self.body(ReviseMilestone))
        return self.answer(milestone.pk)

    @extend_schema(request=CancelMilestone, responses=MilestoneDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Give the milestone up, with the reason; it stays visible and counts neither as open nor as achieved."""
        milestone = self.subject()
        milestone.cancel(by=self.by, **self.body(CancelMilestone))
        return self.answer(milestone.pk)
