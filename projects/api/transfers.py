"""Technology transfers over the API: the register, the know-how schedules, and the claims of stages, training and runs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api import transfer_filters as filters
from projects.api.claims import claims
from projects.api.paging import Cursors
from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import (
    Agreement,
    KnowHowItem,
    Organisation,
    ReplicationRun,
    Training,
    Transfer,
    TransferStep,
)
from projects.models.transfer_steps import holdings
from projects.serializers import transfers as shapes
from projects.serializers.claims import bodies, with_files


class TransferViewSet(WithHistory, ScopedViewSet):
    """Technology transfers of the projects that you may see, in the order in which they were recorded."""

    model = Transfer
    pagination_class = Cursors
    HAS_FIGURES = True
    serializer_class = shapes.TransferSerializer
    filterset_class = filters.TransferFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "transfer.record",
        "partial_update": "transfer.record",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        seen = as_seen(self.by, donor=Organisation, recipient=Organisation, agreement=Agreement)
        found: QuerySet = visible.select_related("project").prefetch_related(*seen)
        return found

    def finished(self, rows: list[Any]) -> list[Any]:
        """What is recorded of the transfers of a page is read at once, not for each."""
        for held in holdings(rows):
            held.transfer.held = held  # type: ignore[attr-defined]
        return rows

    @extend_schema(request=shapes.RecordTransfer, responses={201: shapes.TransferSerializer})
    def create(self, request: Request) -> Response:
        """Record a technology that passes from a donor to a recipient; it gets the next reference."""
        return self.made(Transfer.record, shapes.RecordTransfer, of="project")

    @extend_schema(request=shapes.ChangeTransfer, responses=shapes.TransferSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Record other terms or words of a transfer."""
        transfer = self.subject()
        transfer.change(by=self.by, **self.body(shapes.ChangeTransfer))
        return self.answer(transfer.pk)


class KnowHowItemViewSet(WithHistory, ScopedViewSet):
    """Items of know-how schedules, in the order in which they were recorded."""

    model = KnowHowItem
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = Cursors
    serializer_class = shapes.KnowHowItemSerializer
    detail_serializer_class = shapes.KnowHowItemDetailSerializer
    filterset_class = filters.KnowHowItemFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "transfer.record",
        "partial_update": "transfer.record",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        return self.with_documents(visible.select_related("transfer"))

    @extend_schema(request=bodies(shapes.RecordKnowHow), responses={201: shapes.KnowHowItemDetailSerializer})
    def create(self, request: Request) -> Response:
        """Add an item to the know-how schedule of a transfer."""
        return self.made(KnowHowItem.record, with_files(shapes.RecordKnowHow), of="transfer")

    @extend_schema(request=bodies(shapes.ChangeKnowHow), responses=shapes.KnowHowItemDetailSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Record that an item was delivered, or, for the recipient or the ministry, that it is accepted."""
        item = self.subject()
        item.change(by=self.by, **self.kept(self.body(with_files(shapes.ChangeKnowHow))))
        return self.answer(item.pk)


TransferStepViewSet: Any = claims(
    TransferStep,
    shape=shapes.TransferStepSerializer,
    body=shapes.ClaimTransferStep,
    filters=filters.TransferStepFilter,
    doc="Stages that transfers were said to have reached, and those that were verified with all that they need.",
)
TrainingViewSet: Any = claims(
    Training,
    shape=shapes.TrainingSerializer,
    body=shapes.ClaimTraining,
    filters=filters.TrainingFilter,
    doc="People certified to run a transferred process alone, a training each.",
)
ReplicationRunViewSet: Any = claims(
    ReplicationRun,
    shape=shapes.ReplicationRunSerializer,
    body=shapes.ClaimReplicationRun,
    filters=filters.ReplicationRunFilter,
    doc="Runs of transferred processes by their recipients, a run each.",
)
