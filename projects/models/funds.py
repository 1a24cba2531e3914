"""Money: what was sanctioned, released, spent and certified, each by its own line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.choices import FundKind, FundSource
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.projects import Project


class FundLine(Claim):
    """An amount of one kind on a day, by an order. Released is not spent, spent is not certified (GFR 12-A)."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    SUBJECT = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="funds")
    kind = models.CharField(_("kind"), max_length=10, choices=FundKind)
    source = models.CharField(_("source of funds"), max_length=12, choices=FundSource)
    contributor = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
        verbose_name=_("contributor"),
    )
    amount_crore = models.DecimalField(_("amount (crore INR)"), max_digits=14, decimal_places=2)
    dated_on = models.DateField(_("date"))
    order_reference = models.CharField(_("sanction or certificate number"), max_length=120, blank=True)
    pfms_reference = models.CharField(_("PFMS reference"), max_length=60, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("project", "dated_on", "pk")
        verbose_name = _("fund line")
        verbose_name_plural = _("fund lines")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                name="fund_amount_is_more_than_zero",
                condition=Q(amount_crore__gt=0),
                violation_error_message=_(
                    "An amount is more than 0; a correction supersedes the line it corrects."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.amount_crore} ({self.dated_on})"
