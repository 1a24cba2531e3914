"""What shows that a technology arrived: people certified to run it alone, and runs without the licensor."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.audit import AuditedQuerySet
from projects.models.claims import Claim
from projects.models.transfers import VIA_TRANSFER, Transfer


class Training(Claim):
    """People certified to run the process alone: by assessment, not by attendance. Numbers only, never names."""

    ORGANISATION_PATHS = VIA_TRANSFER
    SUBJECT = "transfer"
    DAY = "certified_on"

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="training")
    certified_on = models.DateField(_("certified on"))
    persons = models.PositiveIntegerField(_("persons certified"))
    person_days = models.PositiveIntegerField(_("person-days"), null=True, blank=True)
    assessed_by = models.CharField(_("assessed by (body)"), max_length=200)

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("transfer", "certified_on", "pk")
        verbose_name = _("certified training")
        verbose_name_plural = _("certified trainings")

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.persons} ({self.certified_on})"


class ReplicationRun(Claim):
    """A run of the process by the recipient; independent when the licensor is not on site."""

    ORGANISATION_PATHS = VIA_TRANSFER
    SUBJECT = "transfer"
    DAY = "run_on"

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="runs")
    run_on = models.DateField(_("run on"))
    hours = models.DecimalField(
        _("hours of continuous run"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    guarantee_met = models.BooleanField(_("guarantee values met"))
    licensor_on_site = models.BooleanField(_("licensor on site"))

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("transfer", "run_on", "pk")
        verbose_name = _("replication run")
        verbose_name_plural = _("replication runs")

    def __str__(self) -> str:
        return f"{self.transfer_id} run {self.run_on}"

    @property
    def is_independent(self) -> bool:
        """Whether the recipient met the guarantee values alone."""
        return self.guarantee_met and not self.licensor_on_site
