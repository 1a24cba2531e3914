"""Reads are filtered by who asks."""

from typing import ClassVar, Self

from django.db import models

from projects import permissions
from projects.permissions import Actor


class ScopedQuerySet(models.QuerySet):
    """A QuerySet whose model names, in ORGANISATION_PATHS, its ways to the organisations concerned."""

    def visible_to(self, by: Actor) -> Self:
        """Return the rows that `by` may see; everything else does not exist for them."""
        allowed = permissions.visible(by, self.model.ORGANISATION_PATHS)
        if allowed in (permissions.EVERYTHING, permissions.NOTHING):
            return self.filter(allowed)
        # A subquery of keys instead of joins: a row with two of the actor's organisations comes once.
        return self.filter(pk__in=self.model._base_manager.filter(allowed).values("pk"))

    def seen_by(self) -> dict[int, frozenset[int]]:
        """Return, by the key of each row, the organisations whose people see it by `visible_to`; a query a path."""
        found: dict[int, set[int]] = {key: set() for key in self.values_list("pk", flat=True)}
        for path in self.model.ORGANISATION_PATHS:
            for key, organisation in self.order_by().values_list("pk", path):
                found[key].update([organisation] if organisation else [])
        return {key: frozenset(organisations) for key, organisations in found.items()}


class Scoped(models.Model):
    ORGANISATION_PATHS: ClassVar[tuple[str, ...]] = ()
    PUBLISHED_IF: ClassVar[dict[str, str]] = {}
    """What must hold, beside a published source, for the public to see a row (projects/permissions.py)."""

    class Meta:
        abstract = True
