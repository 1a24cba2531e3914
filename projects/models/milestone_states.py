"""Where milestones stand on a day: rules R2 to R4 of docs/rules/milestones.md, as one QuerySet."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from projects.choices import MilestoneStatus
from projects.models.agreements import Agreement
from projects.models.audit import AuditedQuerySet
from projects.models.projects import Project
from projects.permissions import Actor

Status = MilestoneStatus


class State(models.TextChoices):
    """Where a milestone stands on a day; the five partition every set of milestones (rule R3)."""

    ACHIEVED = "achieved", _("achieved")
    OPEN = "open", _("open")
    UNDATED = "undated", _("undated")
    LATER = "later", _("recorded after the date")
    CANCELLED = "cancelled", _("cancelled")


class MilestoneQuerySet(AuditedQuerySet):
    """The rules R2 to R4 of docs/rules/milestones.md, each as it stood on the day `on`."""

    def visible_to(self, by: Actor) -> Self:
        """Return what `by` may see: through the project where there is one, else through the agreement."""
        if by.sees_programme:
            return self
        return self.filter(
            Q(project__in=Project.objects.visible_to(by).values("pk"))
            | Q(project=None, agreement__in=Agreement.objects.visible_to(by).values("pk"))
        )

    def with_due(self, on: dt.date) -> Self:
        """Annotate `latest_on`, the last revised date decided by `on`, and `due_on`, that or the baseline (R2).

        A revision whose day of decision is not known (imported from a source) always counts.
        """
        revisions = self.model._meta.get_field("revisions").related_model._base_manager
        decided = revisions.filter(
            Q(decided_on=None) | Q(decided_on__lte=on), milestone=OuterRef("pk")
        ).order_by("-number")
        return self.alias(_latest=Subquery(decided.values("new_on")[:1])).annotate(
            latest_on=F("_latest"), due_on=Coalesce("_latest", "baseline_on")
        )

    def achieved(self, on: dt.date) -> Self:
        """Keep those with an actual date up to `on` that is claimed or verified (R3)."""
        return self.filter(_achieved(on))

    def verified(self, on: dt.date) -> Self:
        """Keep those achieved by `on` and verified by `on`."""
        return self.filter(_verified(on))

    def open(self, on: dt.date) -> Self:
        """Keep those with a baseline date that are neither achieved nor cancelled by `on` (R3)."""
        return self.filter(_open(on))

    def overdue(self, on: dt.date) -> Self:
        """Keep the open ones whose due date lies before `on`; due on the day itself is not overdue (R4)."""
        return self.with_due(on).filter(_overdue(on))

    def counted(self, on: dt.date) -> Self:
        """Return, for each project of the rows, how many there are, and how many of each kind, in one pass; as `values`."""
        kinds = {"achieved": _achieved, "verified": _verified, "open": _open, "overdue": _overdue}
        counts = {name: Count("pk", filter=kind(on)) for name, kind in kinds.items()}
        return self.with_due(on).order_by().values("project").annotate(total=Count("pk"), **counts)

    def with_state(self, on: dt.date) -> Self:
        """Annotate `state` (a `State`) as of `on`."""
        return self.annotate(
            state=Case(
                When(_achieved(on), then=Value(State.ACHIEVED)),
                When(_cancelled(on), then=Value(State.CANCELLED)),
                When(baseline_on__isnull=False, then=Value(State.OPEN)),
                When(actual_on__gt=on, then=Value(State.LATER)),
                default=Value(State.UNDATED),
            )
        )


def _achieved(on: dt.date) -> Q:
    return Q(status__in=[Status.CLAIMED, Status.VERIFIED], actual_on__isnull=False, actual_on__lte=on)


def _verified(on: dt.date) -> Q:
    return _achieved(on) & Q(status=Status.VERIFIED, verified_on__lte=on)


def _open(on: dt.date) -> Q:
    return ~_achieved(on) & ~_cancelled(on) & Q(baseline_on__isnull=False)


def _overdue(on: dt.date) -> Q:
    """For rows `with_due(on)`."""
    return _open(on) & Q(due_on__lt=on)


def _cancelled(on: dt.date) -> Q:
    return Q(cancelled_on__isnull=False, cancelled_on__lte=on)
