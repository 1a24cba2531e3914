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


class Scoped(models.Model):
    ORGANISATION_PATHS: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True
