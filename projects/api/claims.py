"""Claims over the API: listed, recorded with evidence, verified or returned by a second person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from projects.api.paging import Cursors
from projects.api.scoped import ScopedViewSet, WithHistory
from projects.models import Claim, LadderClaim
from projects.serializers.claims import (
    ClaimBody,
    ClaimFacts,
    ReturnFact,
    VerifyFact,
    VerifyRung,
    bodies,
    detailed,
    with_files,
)


class ClaimViewSet(WithHistory, ScopedViewSet):
    """One kind of claims, in the order in which they were recorded. `claims` makes one of it for a model."""

    model: ClassVar[type[Claim]]
    body_class: ClassVar[type[ClaimBody]]
    verify_class: ClassVar[type[VerifyFact]] = VerifyFact
    lookup_field = "pk"
    lookup_value_regex = "[0-9]{1,18}"
    pagination_class = Cursors

    def rows(self, visible: Any) -> QuerySet:
        joined = (self.model.SUBJECT, "claimed_by", "claimant_organisation", "verified_by", "superseded_by")
        return self.with_documents(visible.select_related(*joined))

    def create(self, request: Request) -> Response:
        """Claim a fact with its evidence; a correction names the claim that it supersedes."""
        return self.made(self.model.claim, with_files(self.body_class), of=self.model.SUBJECT)

    @action(detail=True, methods=["post"], filterset_class=None)
    def verify(self, request: Request, **kwargs: Any) -> Response:
        """Confirm the claim at a level, as a second person."""
        claim = self.subject()
        claim.verify(by=self.by, **self.body(self.verify_class))
        return self.answer(claim.pk)

    @action(detail=True, methods=["post"], filterset_class=None, url_path="return", url_name="return")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """Return the claim with a reason, as a second person; a correction is a new claim."""
        claim = self.subject()
        claim.return_(by=self.by, **self.body(ReturnFact))
        return self.answer(claim.pk)


def claims(
    of: type[Claim], *, shape: type[ClaimFacts], body: type[ClaimBody], filters: Any, doc: str
) -> type[ClaimViewSet]:
    """Return the resource of one model of claims: its shape in lists, the body of a new one, its filters, what it is."""
    name, detail = of._meta.model_name, detailed(shape)
    verify = VerifyRung if issubclass(of, LadderClaim) else VerifyFact
    made: Any = type(
        f"{of.__name__}ViewSet",
        (ClaimViewSet,),
        {
            "__doc__": doc,
            "model": of,
            "serializer_class": shape,
            "detail_serializer_class": detail,
            "body_class": body,
            "verify_class": verify,
            "filterset_class": filters,
            "RIGHTS": {
                "create": f"{name}.claim",
                "verify": f"{name}.verify",
                "send_back": f"{name}.return",
                "history": "history.read",
            },
        },
    )
    described: type[ClaimViewSet] = extend_schema_view(
        create=extend_schema(request=bodies(body), responses={201: detail}),
        verify=extend_schema(request=verify, responses=detail),
        send_back=extend_schema(request=ReturnFact, responses=detail),
    )(made)
    return described
