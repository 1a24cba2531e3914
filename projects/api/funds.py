"""Fund lines over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from projects.api.claims import claims
from projects.api.filters import FundLineFilter
from projects.api.programme import as_seen
from projects.models import FundLine, Organisation
from projects.serializers.funds import ClaimFundLine, FundLineSerializer

_Claims: Any = claims(
    FundLine,
    shape=FundLineSerializer,
    body=ClaimFundLine,
    filters=FundLineFilter,
    doc="What was sanctioned, released, spent and certified for the projects that you may see, a line each.",
)


class FundLineViewSet(_Claims):
    __doc__ = _Claims.__doc__

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = super().rows(visible).prefetch_related(*as_seen(self.by, contributor=Organisation))
        return found
