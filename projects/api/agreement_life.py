"""The life of agreements over the API: amendments, duties, and the claims that duties are met."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.claims import claims
from projects.api.filters import AmendmentFilter, DutyDoneFilter, DutyFilter
from projects.api.paging import Cursors
from projects.api.programme import as_seen
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import Amendment, Duty, DutyDone, Organisation
from projects.serializers.agreement_life import (
    AmendmentDetailSerializer,
    AmendmentSerializer,
    ChangeDuty,
    ClaimDutyDone,
    DutyDoneSerializer,
    DutySerializer,
    RecordAmendment,
    RecordDuty,
)


class OfAgreements(WithHistory, ScopedViewSet):
    """What belongs to agreements, in the order of recording."""

    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = Cursors


class AmendmentViewSet(OfAgreements):
    """Amendments of the agreements that you may see, in the order of recording."""

    model = Amendment
    serializer_class = AmendmentSerializer
    detail_serializer_class = AmendmentDetailSerializer
    filterset_class = AmendmentFilter
    RIGHTS: ClassVar[dict[str, str]] = {"create": "amendment.record", "history": "history.read"}

    def rows(self, visible: Any) -> QuerySet:
        return self.with_documents(visible.select_related("agreement"))

    @extend_schema(
        request={"multipart/form-data": RecordAmendment}, responses={201: AmendmentDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """Record the next amendment with its document; with `expires_on` it renews, or shortens, the agreement."""
        return self.made(Amendment.record, RecordAmendment, of="agreement")


class DutyViewSet(OfAgreements):
    """Duties of the parties to the agreements that you may see, in the order of recording."""

    model = Duty
    serializer_class = DutySerializer
    filterset_class = DutyFilter
    RIGHTS: ClassVar[dict[str, str]] = {
        "create": "duty.record",
        "partial_update": "duty.record",
        "history": "history.read",
    }

    def rows(self, visible: Any) -> QuerySet:
        return visible.select_related("agreement").prefetch_related(*as_seen(self.by, party=Organisation))

    @extend_schema(request=RecordDuty, responses={201: DutySerializer})
    def create(self, request: Request) -> Response:
        """Record what a party owes, and by when."""
        return self.made(Duty.record, RecordDuty, of="agreement")

    @extend_schema(request=ChangeDuty, responses=DutySerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Correct a duty that nobody has claimed to have met."""
        duty = self.subject()
        duty.change(by=self.by, **self.body(ChangeDuty))
        return self.answer(duty.pk)


DutyDoneViewSet = claims(
    DutyDone,
    shape=DutyDoneSerializer,
    body=ClaimDutyDone,
    filters=DutyDoneFilter,
    doc="Claims that duties are met, of the agreements that you may see, in the order in which they were recorded.",
)
