"""Gates as planned: the baseline of a project's road, and the forecasts that replaced it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Gate, Precision
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.projects import Project
from projects.models.sourced import Sourced


class GatePlan(Sourced, Audited):
    """When a gate is to be passed: number 1 is the baseline, the last one the forecast; all of them stay."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gate_plans")
    gate = models.CharField(_("gate"), max_length=2, choices=Gate)
    number = models.PositiveSmallIntegerField(_("number"))
    planned_on = models.DateField(_("planned for"))
    precision = models.CharField(_("precision"), max_length=10, choices=Precision, default=Precision.DAY)
    decided_on = models.DateField(_("decided on"))
    decided_by_post = models.CharField(_("decided by (post)"), max_length=120)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("project", "gate", "number")
        verbose_name = _("planned gate")
        verbose_name_plural = _("planned gates")
        constraints = [
            models.UniqueConstraint(fields=["project", "gate", "number"], name="gate_plan_number_is_unique"),
            models.CheckConstraint(
                name="moved_gate_says_why",
                condition=Q(number=1) | ~Q(reason=""),
                violation_error_message=_("Say why the date of the gate moved."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.gate} {self.planned_on}"

    def acting_organisations(self) -> set[int]:
        return self.project.acting_organisations()
