"""Agreements and projects over the API, read only; and the mass balance of a project."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.scoped import ScopedViewSet, WithHistory
from projects.filters import AgreementFilter, ProjectFilter
from projects.models import Agreement, Project
from projects.permissions import Actor
from projects.progress.mass_balance import mass_balances
from projects.serializers.agreements import AgreementDetailSerializer, AgreementSerializer
from projects.serializers.feeds import MassBalanceSerializer
from projects.serializers.projects import ProjectDetailSerializer, ProjectSerializer


def as_seen(by: Actor, **relations: Any) -> list[Prefetch]:
    """Return prefetches that leave out, or make None, the related rows that `by` may not see.

    A project does not open its agreement, nor an agreement its parent: a reference is information, too.
    """
    return [
        Prefetch(path, queryset=model.objects.visible_to(by).only("pk", "reference", *_keys_of(path)))
        for path, model in relations.items()
    ]


def _keys_of(path: str) -> tuple[str, ...]:
    """The foreign keys by which rows of a reverse relation find their owner."""
    return {"children": ("parent",), "projects": ("agreement",)}.get(path, ())


class AgreementViewSet(WithHistory, ScopedViewSet):
    """Agreements: all for the ministry, auditors and administrators; for partners those they are party to."""

    model = Agreement
    RIGHTS: ClassVar[dict[str, str]] = {"history": "history.read"}
    serializer_class = AgreementSerializer
    detail_serializer_class = AgreementDetailSerializer
    filterset_class = AgreementFilter

    def rows(self, visible: Any) -> QuerySet:
        found = visible.with_execution().prefetch_related(
            "agreement_parties__organisation", "minerals", *as_seen(self.by, parent=Agreement)
        )
        if self.action == "retrieve":
            found = found.prefetch_related(*as_seen(self.by, projects=Project, children=Agreement))
        return found


class ProjectViewSet(WithHistory, ScopedViewSet):
    """Projects: all for the ministry, auditors and administrators; for partners those they lead or take part in."""

    model = Project
    RIGHTS: ClassVar[dict[str, str]] = {"history": "history.read"}
    HAS_FIGURES = True
    serializer_class = ProjectSerializer
    detail_serializer_class = ProjectDetailSerializer
    filterset_class = ProjectFilter

    def rows(self, visible: Any) -> QuerySet:
        found = (
            visible.with_progress(self.on)
            .select_related("lead")
            .prefetch_related("partners", "minerals", *as_seen(self.by, parent=Project, agreement=Agreement))
        )
        if self.action == "retrieve":
            found = found.prefetch_related("gates__recorded_by", *as_seen(self.by, children=Project))
        return found

    @extend_schema(responses=MassBalanceSerializer, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None, url_path="mass-balance")
    def mass_balance(self, request: Request, **kwargs: Any) -> Response:
        """What the project's feed allows against what it made, and what its capacity lacks."""
        (found,) = mass_balances([self.get_object()], self.on, self.by)
        return Response(MassBalanceSerializer(found).data)
