"""Readiness: the levels of TRL (1 to 9) and MRL (1 to 10) that were claimed, and those that were verified."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from projects.choices import Ladder, VerificationLevel
from projects.models.audit import AuditedQuerySet
from projects.models.ladders import LadderClaim
from projects.models.projects import Project
from projects.permissions import Actor


class Readiness(LadderClaim):
    """A level of a ladder, assessed on a day by a body. A step that skips a level needs a waiver with its reason."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    SUBJECT = "project"
    DAY = "assessed_on"
    COUNTS_AT = VerificationLevel.V2

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="readiness")
    ladder = models.CharField(_("ladder"), max_length=3, choices=Ladder)
    value = models.PositiveSmallIntegerField(
        _("readiness level"), validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    assessed_on = models.DateField(_("assessed on"))
    assessor = models.CharField(_("assessed by (body)"), max_length=200)

    objects = AuditedQuerySet.as_manager()

    class Meta(LadderClaim.Meta):
        abstract = False
        ordering = ("project", "ladder", "assessed_on", "pk")
        verbose_name = _("readiness level")
        verbose_name_plural = _("readiness levels")
        constraints = [
            *LadderClaim.Meta.constraints,
            models.CheckConstraint(
                name="readiness_is_a_level_of_its_ladder",
                condition=Q(ladder=Ladder.TRL, value__range=(1, 9))
                | Q(ladder=Ladder.MRL, value__range=(1, 10)),
                violation_error_message=_("TRL runs from 1 to 9, MRL from 1 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.ladder} {self.value} ({self.assessed_on})"

    @property
    def rung(self) -> int:
        return self.value

    def told(self, rung: int) -> str:
        return f"{self.ladder} {rung}"

    def siblings(self) -> QuerySet:
        return Readiness.objects.filter(project=self.project_id, ladder=self.ladder)

    @classmethod
    def claim(cls, subject: Project, *, by: Actor, supersedes: Self | None = None, **facts: Any) -> Self:
        """Claim a level of a ladder; a correction names the assessment of the same ladder that it supersedes."""
        if supersedes is not None and supersedes.ladder != facts["ladder"]:
            raise ValidationError({"supersedes": _("A correction belongs to the same ladder.")})
        return super().claim(subject, by=by, supersedes=supersedes, **facts)
