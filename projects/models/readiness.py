"""Readiness: the levels of TRL (1 to 9) and MRL (1 to 10) that were claimed, and those that were verified."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Ladder
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.projects import Project


class Readiness(Claim):
    """A level of a ladder, assessed on a day by a body. A step that skips a level needs a waiver with its reason."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    SUBJECT = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="readiness")
    ladder = models.CharField(_("ladder"), max_length=3, choices=Ladder)
    value = models.PositiveSmallIntegerField(
        _("readiness level"), validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    assessed_on = models.DateField(_("assessed on"))
    assessor = models.CharField(_("assessed by (body)"), max_length=200)
    waiver = models.TextField(
        _("waiver"), blank=True, help_text=_("Why a level may be skipped, and by which order.")
    )

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("project", "ladder", "assessed_on", "pk")
        verbose_name = _("readiness level")
        verbose_name_plural = _("readiness levels")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                name="readiness_is_a_level_of_its_ladder",
                condition=Q(ladder=Ladder.TRL, value__range=(1, 9))
                | Q(ladder=Ladder.MRL, value__range=(1, 10)),
                violation_error_message=_("TRL runs from 1 to 9, MRL from 1 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.ladder} {self.value} ({self.assessed_on})"
