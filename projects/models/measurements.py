"""Measurements: the values that show how far a target is reached."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.targets import VALUE, Target
from projects.permissions import Actor


class MeasurementQuerySet(AuditedQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return the measurements of the targets that `by` may see."""
        if by.sees_programme:
            return self
        return self.filter(target__in=Target.objects.visible_to(by).values("pk"))


class Measurement(Claim):
    """A value of a target's indicator for a period, claimed by one person and verified by another."""

    ORGANISATION_PATHS = ("target__project__lead", "target__project__partners", "target__agreement__parties")
    SUBJECT = "target"
    DAY = "period_end"

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="measurements")
    value = models.DecimalField(_("value"), **VALUE)
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"))
    bounds_reason = models.TextField(
        _("reason for an unusual value"),
        blank=True,
        help_text=_("Needed where the value lies outside the plausible bounds of its indicator."),
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("target", "period_end", "pk")
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                name="measurement_period_ends_after_it_begins",
                condition=Q(period_start=None) | Q(period_end__gte=F("period_start")),
                violation_error_message=_("The period cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.value} ({self.period_end})"

    @classmethod
    def claim(cls, subject: Target, *, by: Actor, **facts: Any) -> Self:
        """Claim a value of the target's indicator for a period and return the new row; a correction names the row it supersedes."""
        permissions.require(by, "measurement.claim", subject)
        if facts["period_end"] > by.on:
            raise ValidationError(
                {"period_end": _("The period ends in the future: claim what has been measured.")}
            )
        return super().claim(subject, by=by, **facts)
