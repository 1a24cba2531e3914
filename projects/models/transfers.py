"""Technology transfers: what is handed over, under which licence, and what shows that it arrived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import (
    Exclusivity,
    KnowHowKind,
    LicenceType,
    MeasurementStatus,
    TransferStage,
    Visibility,
)
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.documents import attach
from projects.models.lifecycle import locked
from projects.models.people import Organisation
from projects.models.projects import Project
from projects.models.references import next_reference
from projects.models.sourced import Sourced
from projects.permissions import Actor

PATHS = ("project__lead", "project__partners")
VIA_TRANSFER = tuple(f"transfer__{path}" for path in PATHS)


class Transfer(Sourced, Audited):
    """A technology on its way from a donor to a recipient, for one project. Its stage follows from verified steps."""

    ORGANISATION_PATHS = PATHS
    FIXED: ClassVar[frozenset[str]] = frozenset({"reference", "project", "donor", "recipient"})
    TERMS: ClassVar[tuple[str, ...]] = ("licence_type", "exclusivity", "fee_crore")
    """What a licence needs filled in."""

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

    @classmethod
    def record(cls, project: Project, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Record a transfer for the project and return it with its reference; the same one is recorded once."""
        permissions.require(by, "transfer.record", project)
        if facts["donor"] == facts["recipient"]:
            raise ValidationError({"recipient": _("A technology is transferred between two organisations.")})
        cls._refuse_unseen(facts, by)
        with transaction.atomic():
            audit.serialise()  # two who record at once get two references, and one of them a refusal
            same = {name: facts[name] for name in ("asset", "donor", "recipient")}
            if twin := cls._base_manager.filter(project=project, **same).first():
                raise ValidationError(
                    _("This transfer is already recorded as %(reference)s.") % {"reference": twin.reference}
                )
            row = cls(project=project, reference=next_reference(cls, "TRF"), **facts)
            return audit.create(row, by=by, action="transfer.record", reason=reason)

    @classmethod
    def _refuse_unseen(cls, facts: dict[str, Any], by: Actor) -> None:
        """Whom the actor does not see it cannot name."""
        for name, model in (("donor", Organisation), ("recipient", Organisation), ("agreement", Agreement)):
            row = facts.get(name)
            if row is not None and not model.objects.visible_to(by).filter(pk=row.pk).exists():
                raise ValidationError({name: _("Unknown reference.")})

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Record other terms or words; project, donor and recipient stay. `version` is the one the caller read."""
        permissions.require(by, "transfer.record", self)
        _refuse_fixed(changes, self.FIXED)
        if changes.get("agreement") is not None and changes["agreement"].pk != self.agreement_id:
            self._refuse_unseen(changes, by)
        with transaction.atomic():
            row = locked(self, version)
            row._refuse_to_empty(changes)
            audit.change(row, by=by, action="transfer.record", changes=changes, reason=reason)
        self.refresh_from_db()

    def _refuse_to_empty(self, changes: dict[str, Any]) -> None:
        """The terms on which a licence was verified may change; they do not become unknown."""
        emptied = [name for name in self.TERMS if name in changes and changes[name] in ("", None)]
        verified = {"stage": TransferStage.LICENSED, "status": MeasurementStatus.VERIFIED}
        steps: Any = self.steps
        if emptied and steps.filter(**verified).exists():
            message = _("The licence is verified with this term: it may change, but not become unknown.")
            raise ValidationError(dict.fromkeys(emptied, message))


@dataclass(frozen=True)
class Acceptance:
    """Whose acceptance is asked for, as the table of rights asks it: the recipient's lead acts, not the donor's."""

    recipient_id: int

    def acting_organisations(self) -> set[int]:
        return {self.recipient_id}


class KnowHowItem(Audited):
    """An item of the know-how schedule: delivered by the donor, accepted by the recipient."""

    ORGANISATION_PATHS = VIA_TRANSFER
    FIXED: ClassVar[frozenset[str]] = frozenset({"transfer", "number"})
    PAST: ClassVar[tuple[str, ...]] = ("listed_on", "delivered_on", "accepted_on")
    ACCEPTANCE: ClassVar[frozenset[str]] = frozenset({"accepted_on", "accepted_by_post"})

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="know_how")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=KnowHowKind)
    listed_on = models.DateField(
        _("listed on"),
        null=True,
        blank=True,
        help_text=_("The day from which the item belongs to the schedule; empty: from the beginning."),
    )
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

    def is_listed(self, on: dt.date) -> bool:
        """Whether the item belongs to the schedule on the day."""
        return self.listed_on is None or self.listed_on <= on

    def acting_organisations(self) -> set[int]:
        return self.transfer.acting_organisations()

    @classmethod
    def record(
        cls,
        transfer: Transfer,
        *,
        by: Actor,
        reason: str = "",
        number: int | None = None,
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        **facts: Any,
    ) -> Self:
        """Add an item with its files to the schedule of the transfer and return it, with the next number where none is given."""
        permissions.require(by, "transfer.record", transfer)
        _refuse_the_future(facts, cls.PAST, by.on)
        with transaction.atomic():
            # The schedule is numbered, and a stage that rests on it verified, one after another.
            locked(transfer)
            numbers = cls._base_manager.filter(transfer=transfer).values_list("number", flat=True)
            if number in numbers:
                raise ValidationError({"number": _("The schedule has an item of this number.")})
            row = cls(transfer=transfer, number=number or max(numbers, default=0) + 1, **facts)
            if any(facts.get(name) for name in cls.ACCEPTANCE):
                row._require_acceptance(by)
            audit.create(row, by=by, action="transfer.record", reason=reason)
            attach(evidence, row, by=by, visibility=visibility)
        return row

    def change(
        self,
        *,
        by: Actor,
        version: int | None = None,
        reason: str = "",
        evidence: Iterable[StoredFile] = (),
        visibility: str = Visibility.PARTNER,
        **changes: Any,
    ) -> None:
        """Record delivery or acceptance. What is accepted is changed only by those who may accept."""
        permissions.require(by, "transfer.record", self)
        _refuse_fixed(changes, self.FIXED)
        _refuse_the_future(changes, self.PAST, by.on)
        with transaction.atomic():
            locked(self.transfer)
            row = locked(self, version)
            moved = {name for name, value in changes.items() if value != getattr(row, name)}
            accepts = bool(moved & self.ACCEPTANCE) or (bool(moved) and row.accepted_on is not None)
            if accepts:
                row._require_acceptance(by)
            action = "knowhowitem.accept" if accepts else "transfer.record"
            audit.change(row, by=by, action=action, changes=changes, reason=reason)
            attach(evidence, row, by=by, visibility=visibility)
        self.refresh_from_db()

    @property
    def acceptance(self) -> Acceptance:
        return Acceptance(self.transfer.recipient_id)

    def may_accept(self, by: Actor) -> bool:
        """Whether `by` may accept the item: the recipient's lead or the ministry, and nobody of the donor."""
        allowed = permissions.allows(by, "knowhowitem.accept", self.acceptance)
        return allowed and self.transfer.donor_id not in by.organisations

    def _require_acceptance(self, by: Actor) -> None:
        permissions.require(by, "knowhowitem.accept", self.acceptance)
        if not self.may_accept(by):
            raise PermissionDenied(_("Who delivers does not accept: you belong to the donor."))


def _refuse_fixed(changes: dict[str, Any], fixed: frozenset[str]) -> None:
    if found := sorted(changes.keys() & fixed):
        raise ValidationError(dict.fromkeys(found, _("This cannot change: record another one.")))


def _refuse_the_future(facts: dict[str, Any], past: Iterable[str], today: dt.date) -> None:
    if ahead := [name for name in past if facts.get(name) and facts[name] > today]:
        message = _("This day lies in the future: record what has happened.")
        raise ValidationError(dict.fromkeys(ahead, message))
