"""Findings over the API: raised by auditors, answered by the ministry or the lead, settled by auditors."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.scoped import ScopedViewSet, WithHistory
from projects.finding_filters import FindingFilter
from projects.models import Finding
from projects.serializers.claims import bodies, with_files
from projects.serializers.findings import (
    AnswerFinding,
    FindingDetailSerializer,
    FindingSerializer,
    RaiseAgain,
    RaiseFinding,
    SettleFinding,
    WithdrawFinding,
)


class FindingViewSet(WithHistory, ScopedViewSet):
    """The findings that you may see, the reply due first at the top."""

    model = Finding
    serializer_class = FindingSerializer
    detail_serializer_class = FindingDetailSerializer
    filterset_class = FindingFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "finding.raise",
        "answer_it": "finding.answer",
        "settle": "finding.settle",
        "raise_again": "finding.return",
        "withdraw": "finding.withdraw",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        return self.with_documents(visible.with_subjects().with_people())

    @extend_schema(request=RaiseFinding, responses={201: FindingDetailSerializer})
    def create(self, request: Request) -> Response:
        """Raise a finding on a project, an agreement or a milestone; on a report: `POST /reports/{slug}/findings/`."""
        return self.made(Finding.raise_, RaiseFinding, of="about")

    @extend_schema(request=bodies(AnswerFinding), responses=FindingDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="answer", url_name="answer")
    def answer_it(self, request: Request, **kwargs: Any) -> Response:
        """Answer a finding, for the ministry or as the lead whose it is; files in a multipart body."""
        row = self.subject()
        row.answer_(by=self.by, **self.kept(self.body(with_files(AnswerFinding))))
        return self.answer(row.pk)

    @extend_schema(request=SettleFinding, responses=FindingDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def settle(self, request: Request, **kwargs: Any) -> Response:
        """Accept the answer, as an auditor who did not give it."""
        row = self.subject()
        row.settle(by=self.by, **self.body(SettleFinding))
        return self.answer(row.pk)

    @extend_schema(request=RaiseAgain, responses=FindingDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None, url_path="return", url_name="return")
    def raise_again(self, request: Request, **kwargs: Any) -> Response:
        """Raise it again, with what the answer leaves open."""
        row = self.subject()
        row.return_(by=self.by, **self.body(RaiseAgain))
        return self.answer(row.pk)

    @extend_schema(request=WithdrawFinding, responses=FindingDetailSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Take it back, as who raised it; it stays in the list."""
        row = self.subject()
        row.withdraw(by=self.by, **self.body(WithdrawFinding))
        return self.answer(row.pk)
