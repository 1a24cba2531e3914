"""Money: what was sanctioned, released, spent and certified, each by its own line."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import FundKind, FundSource
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.projects import Project
from projects.permissions import Actor


class FundLine(Claim):
    """An amount of one kind on a day, by an order. Released is not spent, spent is not certified (GFR 12-A)."""

    ORGANISATION_PATHS = ("project__lead", "project__partners")
    SUBJECT = "project"
    DAY = "dated_on"

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

    @classmethod
    def claim(cls, subject: Project, *, by: Actor, **facts: Any) -> Self:
        """Claim an amount of one kind and return the new line; a correction names the line that it supersedes."""
        permissions.require(by, "fundline.claim", subject)
        contributor = facts.get("contributor")
        if contributor is not None and not contributors(subject, by).filter(pk=contributor.pk).exists():
            raise ValidationError(
                {"contributor": _("A contributor is an organisation of the project or of its agreement.")}
            )
        return super().claim(subject, by=by, **facts)


def contributors(project: Project, by: Actor) -> models.QuerySet[Organisation]:
    """Return the organisations of the project and of its agreement, as far as `by` may see them."""
    concerned = Q(pk=project.lead_id) | Q(pk__in=project.partners.values("pk"))
    if project.agreement is not None:
        concerned |= Q(pk__in=project.agreement.parties.values("pk"))
    found: models.QuerySet[Organisation] = Organisation.objects.visible_to(by).filter(concerned)
    return found
