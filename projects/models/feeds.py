"""Feed: the material from which a plant makes its product."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import Material
from projects.fiscal import FinancialYear
from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.projects import Project
from projects.permissions import Actor

EARLIEST, LATEST = dt.date(1947, 4, 1), dt.date(2100, 12, 31)  # beyond lies a slip of the pen


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
            models.CheckConstraint(
                name="feed_is_more_than_zero",
                condition=Q(tonnes__gt=0),
                violation_error_message=_(
                    "An amount is more than 0; a correction supersedes the feed it corrects."
                ),
            ),
            models.CheckConstraint(
                name="feed_period_ends_after_it_begins",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message=_("The period cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.material} {self.tonnes} t"

    @classmethod
    def claim(cls, subject: Project, *, by: Actor, **facts: Any) -> Self:
        """Claim feed for a period and return the new row; a correction names the row that it supersedes."""
        permissions.require(by, "feed.claim", subject)
        start, end = facts["period_start"], facts["period_end"]
        if start < EARLIEST or end > LATEST:
            raise ValidationError(
                {"period_end": _("The period lies beyond the years that figures are kept for: correct it.")}
            )
        if not facts["is_contracted"]:
            if end > by.on:
                raise ValidationError(
                    {"period_end": _("The period ends in the future: claim what has been received.")}
                )
            if FinancialYear.of(start) != FinancialYear.of(end):
                raise ValidationError(
                    {"period_end": _("A delivery lies in one financial year: claim each year by itself.")}
                )
        supplier = facts.get("supplier")
        if supplier is not None and not suppliers(by).filter(pk=supplier.pk).exists():
            raise ValidationError({"supplier": _("Choose an organisation of the register that you may see.")})
        return super().claim(subject, by=by, **facts)


def suppliers(by: Actor) -> models.QuerySet[Organisation]:
    """Return the organisations that may be named as supplier: those that `by` may see."""
    found: models.QuerySet[Organisation] = Organisation.objects.visible_to(by)
    return found
