"""Technology transfers: what is handed over, under which licence, and what shows that it arrived."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Exclusivity, KnowHowKind, LicenceType, TransferStage
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.projects import Project
from projects.models.sourced import Sourced

PATHS = ("project__lead", "project__partners")
VIA_TRANSFER = tuple(f"transfer__{path}" for path in PATHS)


class Transfer(Sourced, Audited):
    """A technology on its way from a donor to a recipient, for one project. Its stage follows from verified steps."""

    ORGANISATION_PATHS = PATHS

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="transfers")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    asset = models.CharField(_("technology"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    donor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transfers_given")
    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transfers_received")
    licence_type = models.CharField(_("licence"), max_length=20, choices=LicenceType, blank=True)
    exclusivity = models.CharField(_("exclusivity"), max_length=14, choices=Exclusivity, blank=True)
    territory = models.CharField(_("territory"), max_length=200, blank=True)
    term_years = models.DecimalField(
        _("term in years"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    fee_crore = models.DecimalField(
        _("fee (crore INR)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    royalty_per_cent = models.DecimalField(
        _("royalty, per cent of sales"), max_digits=6, decimal_places=3, null=True, blank=True
    )

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("technology transfer")
        verbose_name_plural = _("technology transfers")
        constraints = [
            models.CheckConstraint(name="transfer_is_between_two", condition=~Q(donor=F("recipient"))),
            models.CheckConstraint(
                name="transfer_fee_is_not_negative",
                condition=(Q(fee_crore=None) | Q(fee_crore__gte=0))
                & (Q(royalty_per_cent=None) | Q(royalty_per_cent__range=(0, 100))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.asset}"

    def acting_organisations(self) -> set[int]:
        return self.project.acting_organisations()


class TransferStep(Claim):
    """A stage that the transfer is said to have reached on a day."""

    ORGANISATION_PATHS = VIA_TRANSFER
    SUBJECT = "transfer"

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(_("stage"), max_length=10, choices=TransferStage)
    reached_on = models.DateField(_("reached on"))

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("transfer", "reached_on", "pk")
        verbose_name = _("stage of a transfer")
        verbose_name_plural = _("stages of transfers")

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.stage} ({self.reached_on})"


class KnowHowItem(Audited):
    """An item of the know-how schedule: delivered by the donor, accepted by the recipient."""

    ORGANISATION_PATHS = VIA_TRANSFER

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="know_how")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=KnowHowKind)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    accepted_by_post = models.CharField(_("accepted by (post)"), max_length=120, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("transfer", "number")
        verbose_name = _("know-how item")
        verbose_name_plural = _("know-how items")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "number"], name="know_how_item_number_is_unique"),
            models.CheckConstraint(
                name="know_how_is_accepted_after_delivery",
                condition=Q(accepted_on=None)
                | (
                    Q(delivered_on__isnull=False)
                    & Q(accepted_on__gte=F("delivered_on"))
                    & ~Q(accepted_by_post="")
                ),
                violation_error_message=_(
                    "An item is accepted on or after the day of its delivery, and by a post that is named."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}/{self.number} {self.title}"

    def acting_organisations(self) -> set[int]:
        return self.transfer.acting_organisations()


class Training(Claim):
    """People certified to run the process alone: by assessment, not by attendance. Numbers only, never names."""

    ORGANISATION_PATHS = VIA_TRANSFER
    SUBJECT = "transfer"

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
