"""Agreements and projects over the API, read only; and the mass balance of a project."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects import agreeing
from projects.api import readings
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.choices import AgreementMove
from projects.filters import AgreementFilter, ProjectFilter
from projects.models import Agreement, Project
from projects.permissions import Actor
from projects.progress.agreement_life import life, with_life
from projects.progress.mass_balance import mass_balances
from projects.progress.stages import road, with_road
from projects.progress.standings import workings
from projects.serializers.agreement_life import AgreementLifeSerializer, TakeAgreementStep
from projects.serializers.agreements import AgreementDetailSerializer, AgreementSerializer
from projects.serializers.claims import bodies, with_files
from projects.serializers.feeds import MassBalanceSerializer
from projects.serializers.gates import RoadmapSerializer
from projects.serializers.projects import ProjectDetailSerializer, ProjectSerializer


def as_seen(by: Actor, **relations: Any) -> list[Prefetch]:
    """Return prefetches that leave out, or make None, the related rows that `by` may not see.

    A project does not open its agreement, nor an agreement its parent: a reference is information, too.
    """
    return [
        Prefetch(path, queryset=model.objects.visible_to(by).only("pk", "reference", *_keys_of(path)))
        for path, model in relations.items()
    ]


def agreement_as_seen(by: Actor, on: dt.date, path: str = "agreement") -> Prefetch:
    """Return the same for an agreement of which it is told whether it was suspended on the day."""
    dates = ("status", "signed_on", "effective_on", "expires_on", "term_years")
    visible = Agreement.objects.visible_to(by).with_moves(on).only("pk", "reference", *dates)
    return Prefetch(path, queryset=visible)


def _keys_of(path: str) -> tuple[str, ...]:
    """The foreign keys by which rows of a reverse relation find their owner."""
    return {"children": ("parent",), "projects": ("agreement",)}.get(path, ())


class AgreementViewSet(WithHistory, ScopedViewSet):
    """Agreements: all for the ministry, auditors and administrators; for partners those they are party to."""

    model = Agreement
    RIGHTS: ClassVar[dict[str, str]] = {
        "history": "history.read",
        **{move.value: f"agreement.{move.value}" for move in AgreementMove},
    }
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"life": ("as_of",)}
    serializer_class = AgreementSerializer
    detail_serializer_class = AgreementDetailSerializer
    HAS_FIGURES = True
    filterset_class = AgreementFilter

    def rows(self, visible: Any) -> QuerySet:
        if self.action == "life":
            return with_life(visible)
        found = visible.with_execution().prefetch_related(
            "agreement_parties__organisation", "minerals", *as_seen(self.by, parent=Agreement)
        )
        if self.action == "retrieve":
            found = found.prefetch_related(*as_seen(self.by, projects=Project, children=Agreement))
        return found

    def finished(self, rows: list[Any]) -> list[Any]:
        return self._stood(rows)

    def get_object(self) -> Any:
        found = super().get_object()
        return self._stood([found])[0] if self.action == "retrieve" else found

    def _stood(self, rows: list[Any]) -> list[Any]:
        """Give each row its `working`, the ten answers on the day that is asked for."""
        asked = workings(Agreement.objects.filter(pk__in=[row.pk for row in rows]), self.on, self.by)
        for row in rows:
            row.working = asked[row.pk]
        return rows

    @extend_schema(responses=AgreementLifeSerializer)
    @action(detail=True, filterset_class=None)
    def life(self, request: Request, **kwargs: Any) -> Response:
        """The life of the agreement on a day: status, expiry, steps, amendments, and what each party owes."""
        return Response(AgreementLifeSerializer(life(self.get_object(), self.on)).data)

    def _take(self) -> Response:
        """Take the step that the action is named for, with its documents, and answer with the agreement as it stands then."""
        agreement = self.subject()
        body = self.body(with_files(TakeAgreementStep))
        agreeing.require_open(agreement, self.action)  # nothing is stored for a step that is not open
        agreeing.take(agreement, self.action, by=self.by, **self.kept(body))
        (found,) = self._stood([self.get_queryset().get(pk=agreement.pk)])
        return Response(AgreementSerializer(found, context=self.get_serializer_context()).data)

    @extend_schema(request=bodies(TakeAgreementStep), responses=AgreementSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def sign(self, request: Request, **kwargs: Any) -> Response:
        """Record that the agreement was signed."""
        return self._take()

    @extend_schema(request=bodies(TakeAgreementStep), responses=AgreementSerializer)
    @action(
        detail=True, methods=["post"], filterset_class=None, url_path="take-effect", url_name="take_effect"
    )
    def take_effect(self, request: Request, **kwargs: Any) -> Response:
        """Record that the agreement took effect."""
        return self._take()

    @extend_schema(request=bodies(TakeAgreementStep), responses=AgreementSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def suspend(self, request: Request, **kwargs: Any) -> Response:
        """Suspend the agreement, with the reason; it shows on its projects."""
        return self._take()

    @extend_schema(request=bodies(TakeAgreementStep), responses=AgreementSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Let a suspended agreement go on."""
        return self._take()

    @extend_schema(request=bodies(TakeAgreementStep), responses=AgreementSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def terminate(self, request: Request, **kwargs: Any) -> Response:
        """End the agreement before its time, with the reason."""
        return self._take()


class ProjectViewSet(WithHistory, ScopedViewSet):
    """Projects: all for the ministry, auditors and administrators; for partners those they lead or take part in."""

    model = Project
    RIGHTS: ClassVar[dict[str, str]] = {"history": "history.read"}
    PARAMETERS: ClassVar[dict[str, tuple[str, ...]]] = {"roadmap": ("as_of",), "mass_balance": ("as_of",)}
    HAS_FIGURES = True
    serializer_class = ProjectSerializer
    detail_serializer_class = ProjectDetailSerializer
    reading, detail_reading = readings.PROJECTS, readings.PROJECT
    filterset_class = ProjectFilter

    def rows(self, visible: Any) -> QuerySet:
        if self.action == "roadmap":
            return with_road(visible, self.by)
        found = (
            visible.with_progress(self.on)
            .select_related("lead")
            .prefetch_related(
                "partners", "minerals", *as_seen(self.by, parent=Project), agreement_as_seen(self.by, self.on)
            )
        )
        if self.action == "retrieve":
            found = found.prefetch_related("gates__recorded_by", *as_seen(self.by, children=Project))
        return found

    @extend_schema(responses=RoadmapSerializer)
    @action(detail=True, filterset_class=None)
    def roadmap(self, request: Request, **kwargs: Any) -> Response:
        """The road of the project on a day: stage, gates with baseline and forecast, commercialisation date."""
        return Response(RoadmapSerializer(road(self.get_object(), self.on)).data)

    @extend_schema(responses=MassBalanceSerializer, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None, url_path="mass-balance")
    def mass_balance(self, request: Request, **kwargs: Any) -> Response:
        """What the project's feed allows against what it made, and what its capacity lacks."""
        (found,) = mass_balances([self.get_object()], self.on, self.by)
        return Response(MassBalanceSerializer(found).data)
