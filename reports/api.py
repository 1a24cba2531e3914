"""Reports and schedules over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects import throttles
from projects.api import finding, lists
from projects.api.files import AsIs
from projects.api.paging import NewestFirst, Pages
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models.light import Along, LightRows
from projects.serializers.findings import FindingDetailSerializer, RaiseOnReport
from reports import bell, clock, downloads, engine, findings, ordering, preview
from reports.choices import Language
from reports.filters import ReportFilter, ScheduleFilter
from reports.models import Edition, Report, ReportSchedule
from reports.serializers import (
    ChangeSchedule,
    CreateSchedule,
    OrderReport,
    PreviewSerializer,
    ReportSerializer,
    ReviseReport,
    ScheduleSerializer,
)
from reports.verify_serializers import DownloadSerializer

# What is asked of a report before its file is sent.
FOR_DOWNLOAD = LightRows(
    Report,
    ("serial", "slug", "state"),
    along={
        "editions": Along(
            Edition, lambda by, on: Edition.objects.filter(report=OuterRef("pk")), ("language", "sha256")
        )
    },
)


class ReportViewSet(WithHistory, ScopedViewSet):
    """The register of reports: the newest first. Nothing in it is ever deleted or replaced."""

    model = Report
    IS_AUDITED = False  # how far a report is changes without an event
    lookup_field = "slug"
    lookup_value_regex = r"[A-Za-z0-9-]{1,30}"
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    pagination_class = NewestFirst
    NOT_YET = ("pdf", "data", "tables")  # before the issue there is nothing to download
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "report.issue",
        "retry": "report.retry",
        "revise": "report.issue",
        "history": "history.read",
        "downloads": "history.read",
        "raise_finding": "finding.raise",
    }
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"pdf": ("language",), "tables": ("table",)}
    throttle_scopes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("create", "retry", "revise", "register"), throttles.HEAVY
    )

    def rows(self, visible: Any) -> QuerySet:
        # Joined, the report it supersedes would bring its snapshot along.
        joined = ("project", "agreement", "organisation", "supersedes", "compared_with", "requested_by")
        return (
            visible.select_related(*joined)
            .defer("snapshot", "supersedes__snapshot", "compared_with__snapshot")
            .prefetch_related("editions")
        )

    @extend_schema(request=OrderReport, responses={202: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Order a report. It is made in the background: `progress_url` (and `Location`) tells how far it is."""
        self.require_role()
        report = ordering.order(by=self.by, now=clock.now(), **self.body(OrderReport))
        transaction.on_commit(lambda: bell.ring(report.pk))
        answer = self.answer(report.pk, status=202)
        answer["Location"] = answer.data["progress_url"]
        return answer

    @extend_schema(request=None, responses={202: ReportSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def retry(self, request: Request, **kwargs: Any) -> Response:
        """Queue a failed report again, with all its attempts; it keeps its serial and its frozen figures."""
        report = engine.retry(self.subject(), by=self.by, now=clock.now())
        return self.answer(report.pk, status=202)

    @extend_schema(request=ReviseReport, responses={202: ReportSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def revise(self, request: Request, **kwargs: Any) -> Response:
        """Order a revision of an issued report, with the reason. Once it is issued it supersedes this one, which stays."""
        old = self.subject()
        report = ordering.revise(old, by=self.by, now=clock.now(), **self.body(ReviseReport))
        transaction.on_commit(lambda: bell.ring(report.pk))
        answer = self.answer(report.pk, status=202)
        answer["Location"] = answer.data["progress_url"]
        return answer

    @extend_schema(request=RaiseOnReport, responses={201: FindingDetailSerializer})
    @action(detail=True, methods=["post"], filterset_class=None, url_path="findings", url_name="finding")
    def raise_finding(self, request: Request, **kwargs: Any) -> Response:
        """Raise a finding on an issued report; it is seen by those who see the report. 409 before the issue."""
        row = findings.raise_on(self.subject(), by=self.by, **self.body(RaiseOnReport))
        shape = FindingDetailSerializer(row, context=self.get_serializer_context())
        return Response(shape.data, status=201)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "language", enum=Language.values, description="Of the edition; without it, of the request."
            )
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, filterset_class=None, content_negotiation_class=AsIs)
    def pdf(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """An edition as it was issued, with its SHA-256 as ETag. 409 before the issue. Each download is recorded."""
        language = downloads.language_of(request.query_params.get("language"))
        report = lists.record(self, FOR_DOWNLOAD)
        return downloads.pdf(report, language=language, by=self.by, request=request._request)

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @action(
        detail=True,
        filterset_class=None,
        content_negotiation_class=AsIs,
        url_path=r"data\.json",
        url_name="data",
    )
    def data(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """The figures of the report (docs/snapshot.md), byte for byte as they were frozen; else as `pdf`."""
        return downloads.data(self.get_object(), by=self.by, request=request._request)

    @extend_schema(
        parameters=[OpenApiParameter("table", description="One table as it stands, as in `projects.rows`.")],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    @action(
        detail=True,
        filterset_class=None,
        content_negotiation_class=AsIs,
        url_path=r"data\.csv",
        url_name="tables",
    )
    def tables(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """The figures of the report as CSV (docs/snapshot.md): a row a figure, or one `table`; else as `pdf`."""
        table = request.query_params.get("table", "")
        return downloads.csv(self.get_object(), table=table, by=self.by, request=request._request)

    @extend_schema(responses=DownloadSerializer(many=True), filters=False)
    @action(
        detail=True, pagination_class=NewestFirst, serializer_class=DownloadSerializer, filterset_class=None
    )
    def downloads(self, request: Request, **kwargs: Any) -> Response:
        """Who downloaded what of the report, and when: the latest first."""
        finding.require_known(request, NewestFirst.PARAMETERS)
        page = self.paginate_queryset(downloads.log(self.subject()))
        return self.get_paginated_response(DownloadSerializer(page, many=True).data)

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT}, filters=False, parameters=[])
    @action(
        detail=False,
        filterset_class=None,
        pagination_class=None,
        content_negotiation_class=AsIs,
        url_path=r"register\.json",
        url_name="register",
    )
    def register(self, request: Request) -> HttpResponseBase:
        """The register of the issued reports that you may see, for checking files without this server (docs/verify.md)."""
        return downloads.register(by=self.by, now=clock.now())


class ScheduleViewSet(WithHistory, ScopedViewSet):
    """The schedules of reports that you may see."""

    model = ReportSchedule
    IS_AUDITED = False
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    pagination_class = Pages
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "schedule.create",
        "partial_update": "schedule.change",
        "foresee": "schedule.create",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        joined = ("project", "agreement", "organisation", "owner")
        return visible.select_related(*joined).prefetch_related("recipients")

    @extend_schema(request=CreateSchedule, responses={201: ScheduleSerializer})
    def create(self, request: Request) -> Response:
        """Schedule a report; you own the schedule, and it is run with your rights."""
        self.require_role()
        schedule = ReportSchedule.create(by=self.by, **self.body(CreateSchedule))
        return self.answer(schedule.pk, status=201)

    @extend_schema(request=ChangeSchedule, responses=ScheduleSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change, pause or end a schedule; the reports it has asked for stay."""
        schedule = self.subject()
        schedule.change(by=self.by, **self.body(ChangeSchedule))
        return self.answer(schedule.pk)

    @extend_schema(responses=PreviewSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def preview(self, request: Request, **kwargs: Any) -> Response:
        """What the schedule will do: reports that it owes at once, and the next six."""
        return Response(PreviewSerializer(preview.of(self.get_object(), now=clock.now())).data)

    @extend_schema(request=CreateSchedule, responses={200: PreviewSerializer})
    @action(detail=False, methods=["post"], url_path="preview", filterset_class=None, pagination_class=None)
    def foresee(self, request: Request) -> Response:
        """What a schedule would do if it were created: the same checks and refusals, and nothing is written."""
        self.require_role()
        schedule = ReportSchedule.sketch(by=self.by, **self.body(CreateSchedule))
        return Response(PreviewSerializer(preview.of(schedule, now=clock.now())).data)
