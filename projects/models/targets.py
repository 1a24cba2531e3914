"""Targets and their versions."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import Direction, MeasureBasis, MeasurementStatus, TargetBasis
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.projects import Project
from projects.models.reference import Indicator
from projects.models.sourced import Sourced
from projects.permissions import Actor

VALUE: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


def achievement(baseline: Decimal | None, target: Decimal, actual: Decimal) -> Decimal | None:
    """Return 100 x (actual - baseline) / (target - baseline), two decimals, half up (rule R9).

    An unknown baseline is taken as 0. A target equal to its baseline has no percentage: None.
    Falling targets need no special case: both differences are negative.
    """
    start = baseline or Decimal(0)
    if target == start:
        return None
    return (100 * (actual - start) / (target - start)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class TargetQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the targets of the projects and agreements that `by` may see; figures of defence are internal."""
        if by.sees_programme:
            return self
        return self.exclude(indicator__code__startswith=permissions.INTERNAL_INDICATORS).filter(
            Q(project__in=Project.objects.visible_to(by).values("pk"))
            | Q(agreement__in=Agreement.objects.visible_to(by).values("pk"))
        )

    def with_values(self, on: dt.date) -> Self:
        """Annotate what held on `on`: `target_value`, `due_on`, and the latest claimed and verified values.

        `claimed_value`/`claimed_as_of` is the latest measurement that was not returned, verified or
        not; `verified_value`/`verified_as_of` the latest that was verified by `on` at the indicator's
        minimum level or above. `claimed_key`, `verified_key` and `version_number` name the rows they come from.
        """
        versions = TargetVersion._base_manager.filter(
            Q(decided_on=None) | Q(decided_on__lte=on), target=OuterRef("pk")
        ).order_by("-number")
        measurements = self.model._meta.get_field("measurements").related_model._base_manager
        known = measurements.filter(target=OuterRef("pk"), period_end__lte=on).order_by("-period_end", "-pk")
        # A correction replaces a claimed value as soon as it is claimed, a verified one only once it is verified.
        claimed = known.exclude(status=MeasurementStatus.RETURNED).exclude(
            superseded_by__status__in=[MeasurementStatus.CLAIMED, MeasurementStatus.VERIFIED]
        )
        verified = known.filter(
            status=MeasurementStatus.VERIFIED,
            verified_on__lte=on,
            level__gte=OuterRef("indicator__minimum_level"),
        ).exclude(superseded_by__status=MeasurementStatus.VERIFIED, superseded_by__verified_on__lte=on)
        return self.annotate(
            target_value=Subquery(versions.values("value")[:1]),
            due_on=Subquery(versions.values("due_on")[:1]),
            version_number=Subquery(versions.values("number")[:1]),
            claimed_key=Subquery(claimed.values("pk")[:1]),
            verified_key=Subquery(verified.values("pk")[:1]),
            claimed_value=Subquery(claimed.values("value")[:1]),
            claimed_as_of=Subquery(claimed.values("period_end")[:1]),
            verified_value=Subquery(verified.values("value")[:1]),
            verified_as_of=Subquery(verified.values("period_end")[:1]),
        )


class Target(Sourced, Audited):
    """A number to reach by a date, for one project or agreement."""

    ORGANISATION_PATHS = ("project__lead", "project__partners", "agreement__parties")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    title = models.CharField(_("title"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    measure_basis = models.CharField(_("basis"), max_length=10, choices=MeasureBasis)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.INCREASE)
    baseline_value = models.DecimalField(_("baseline"), null=True, blank=True, **VALUE)
    baseline_as_of = models.DateField(_("baseline as of"), null=True, blank=True)
    target_basis = models.CharField(_("set by"), max_length=20, choices=TargetBasis)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.CheckConstraint(
                name="target_has_one_parent",
                condition=(Q(project__isnull=False) & Q(agreement=None))
                | (Q(project=None) & Q(agreement__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def acting_organisations(self) -> set[int]:
        """Return the keys of the organisations whose lead may claim a measurement."""
        if self.project:
            return self.project.acting_organisations()
        return set(self.agreement.parties.values_list("pk", flat=True)) if self.agreement else set()


class TargetVersion(Audited):
    """The target's value and due date as one authority set them; an older report still shows the older version."""

    ORGANISATION_PATHS = ("target__project__lead", "target__project__partners", "target__agreement__parties")

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("number"))
    value = models.DecimalField(_("target value"), **VALUE)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    authority = models.CharField(_("authority"), max_length=200, blank=True)
    order_reference = models.CharField(_("order reference"), max_length=120, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("target", "number")
        verbose_name = _("version of a target")
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="target_version_number_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.value} by {self.due_on}"
