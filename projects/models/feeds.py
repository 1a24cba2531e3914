"""Feed: the material from which a plant makes its product."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Material
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.projects import Project


class Feed(Claim):
    """An amount of a material for a period: received, or assured by a contract."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    SUBJECT = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="feeds")
    material = models.CharField(_("material"), max_length=14, choices=Material)
    tonnes = models.DecimalField(_("amount, t"), max_digits=18, decimal_places=4)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    is_contracted = models.BooleanField(
        _("by contract"), help_text=_("An assured delivery by contract; otherwise what was received.")
    )
    supplier = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feeds_supplied",
        verbose_name=_("supplier"),
    )

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("project", "period_start", "pk")
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(name="feed_is_more_than_zero", condition=Q(tonnes__gt=0)),
            models.CheckConstraint(
                name="feed_period_ends_after_it_begins", condition=Q(period_end__gte=F("period_start"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.material} {self.tonnes} t"
