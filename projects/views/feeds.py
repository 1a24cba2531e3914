"""The feed of a project: received beside contracted, what it allows, and what its capacity lacks."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from projects import permissions
from projects.claiming import KINDS
from projects.claiming.feeds import period, supplied
from projects.models import Evidence, Feed, Organisation, Project
from projects.progress.mass_balance import mass_balance_flags, mass_balances
from projects.progress.yields import YIELDS
from projects.views.page import Page

KIND = KINDS["feed"]


class ProjectFeed(Page, DetailView):
    template_name = "projects/project_feed.html"
    section = "projects"

    def get_object(self, queryset: QuerySet | None = None) -> Project:
        return get_object_or_404(Project.objects.visible_to(self.actor), reference=self.kwargs["reference"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        rows = list(
            Feed.objects.visible_to(self.actor)
            .filter(project=project)
            .select_related("claimed_by", "claimant_organisation", "verified_by")
            .prefetch_related(
                Prefetch("supplier", queryset=Organisation.objects.visible_to(self.actor)),
                Prefetch(
                    "evidence", queryset=Evidence.objects.visible_to(self.actor).filter(superseded_by=None)
                ),
            )
        )
        (balance,) = mass_balances([project], self.on, self.actor)
        counting = balance.claimed | balance.verified
        return super().get_context_data(
            project=project,
            balance=balance,
            warnings=[flag.text for flag in mass_balance_flags([balance], self.on)],
            rows=[(row, self._standing(row, counting), period(row), supplied(row)) for row in rows],
            yields=YIELDS,
            new=KIND.address_of_form(project)
            if permissions.allows(self.actor, "feed.claim", project)
            else "",
            new_words=KIND.new,
            updated_at=max((row.updated_at for row in rows), default=project.updated_at),
            **kwargs,
        )

    def _standing(self, row: Feed, counting: frozenset[int]) -> str:
        """Return why a row does not count; "" where it does."""
        if row.pk in counting:
            return ""
        if row.status == "returned":
            return _("returned, does not count")
        if row.is_contracted or row.period_end <= self.on:
            return _("replaced by a correction")
        return _("later than this day")
