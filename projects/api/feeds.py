"""Feed over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from projects.api.claims import claims
from projects.api.filters import FeedFilter
from projects.api.programme import as_seen
from projects.models import Feed, Organisation
from projects.serializers.feeds import ClaimFeed, FeedSerializer

_Claims: Any = claims(
    Feed,
    shape=FeedSerializer,
    body=ClaimFeed,
    filters=FeedFilter,
    doc="What was received, or is assured by contract, of the materials of the projects that you may see.",
)


class FeedViewSet(_Claims):
    __doc__ = _Claims.__doc__

    def rows(self, visible: Any) -> QuerySet:
        found: QuerySet = super().rows(visible).prefetch_related(*as_seen(self.by, supplier=Organisation))
        return found
