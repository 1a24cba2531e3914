"""The life of an agreement: what each party owes by when, and how the instrument was amended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Precision
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.claims import Claim
from projects.models.people import Organisation
from projects.models.sourced import Sourced


class Duty(Sourced, Audited):
    """What a party has to do under the agreement, by a day."""

    ORGANISATION_PATHS = ("agreement__parties",)

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="duties")
    number = models.PositiveSmallIntegerField(_("number"))
    party = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    text = models.TextField(_("duty"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_precision = models.CharField(_("precision"), max_length=10, choices=Precision, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "number")
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="duty_number_is_unique"),
            models.CheckConstraint(
                name="duty_date_has_its_precision",
                condition=(Q(due_on=None) & Q(due_precision=""))
                | (Q(due_on__isnull=False) & ~Q(due_precision="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}/{self.number}"

    def acting_organisations(self) -> set[int]:
        """Return the key of the party that owes it: its lead may say that it is done."""
        return {self.party_id}


class DutyDone(Claim):
    """The claim that a duty was met on a day."""

    ORGANISATION_PATHS = ("duty__agreement__parties",)
    SUBJECT = "duty"

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="done")
    done_on = models.DateField(_("done on"))

    objects = AuditedQuerySet.as_manager()

    class Meta(Claim.Meta):
        abstract = False
        ordering = ("duty", "done_on", "pk")
        verbose_name = _("duty met")
        verbose_name_plural = _("duties met")

    def __str__(self) -> str:
        return f"{self.duty_id} ({self.done_on})"


class Amendment(Sourced, Audited):
    """A numbered change of the agreement, with its document; a renewal brings a new day of expiry."""

    ORGANISATION_PATHS = ("agreement__parties",)

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(_("number"))
    agreed_on = models.DateField(_("agreed on"))
    summary = models.TextField(_("what was changed"))
    expires_on = models.DateField(_("new day of expiry"), null=True, blank=True)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "number")
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="amendment_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} amendment {self.number}"

    def acting_organisations(self) -> set[int]:
        return set(self.agreement.parties.values_list("pk", flat=True))
