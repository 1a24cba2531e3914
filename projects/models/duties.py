"""The life of an agreement: what each party owes by when, and how the instrument was amended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import MeasurementStatus, Precision, Visibility
from projects.models import audit
from projects.models.agreements import Agreement
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.claims import Claim
from projects.models.documents import attach
from projects.models.lifecycle import TransitionError, locked
from projects.models.people import Organisation
from projects.models.sourced import Sourced
from projects.permissions import Actor


class Duty(Sourced, Audited):
    """What a party has to do under the agreement, by a day."""

    ORGANISATION_PATHS = ("agreement__parties",)

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="duties")
    number = models.PositiveSmallIntegerField(_("number"))
    party = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    text = models.TextField(_("duty"))
    agreed_on = models.DateField(
        _("agreed on"),
        null=True,
        blank=True,
        help_text=_("The day from which the duty binds; empty: with the agreement itself."),
    )
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
            models.CheckConstraint(
                name="duty_is_due_after_it_was_agreed",
                condition=Q(due_on=None) | Q(agreed_on=None) | Q(due_on__gte=F("agreed_on")),
                violation_error_message=_("A duty is due on the day on which it was agreed, or later."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}/{self.number}"

    def acting_organisations(self) -> set[int]:
        """Return the key of the party that owes it: its lead may say that it is done."""
        return {self.party_id}

    @classmethod
    def record(cls, agreement: Agreement, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Write down what a party of the agreement owes and return it, with the next number."""
        permissions.require(by, "duty.record", agreement)
        _require_party(agreement, facts.get("party"))
        _refuse_the_future(facts.get("agreed_on"), by.on)
        with transaction.atomic():
            audit.serialise()  # two who record at once get two numbers
            number = agreement.duties.count() + 1
            row = cls(agreement=agreement, number=number, **_dated(facts))
            return audit.create(row, by=by, action="duty.record", reason=reason)

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Correct the words, the party or the date of a duty that nobody has claimed to have met."""
        permissions.require(by, "duty.record", self)
        if "party" in changes:
            _require_party(self.agreement, changes["party"])
        _refuse_the_future(changes.get("agreed_on"), by.on)
        with transaction.atomic():
            row = locked(self, version)
            audit.serialise()  # who claims it at the same moment has done so, or finds it changed
            if row.done.exclude(status=MeasurementStatus.RETURNED).exists():
                raise TransitionError(
                    _(
                        "Somebody has claimed that this duty is met: return the claim before you change the duty."
                    )
                )
            audit.change(row, by=by, action="duty.record", changes=_dated(changes), reason=reason)
        self.refresh_from_db()


class DutyDone(Claim):
    """The claim that a duty was met on a day."""

    ORGANISATION_PATHS = ("duty__agreement__parties",)
    SUBJECT = "duty"
    DAY = "done_on"

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

    @classmethod
    def record(
        cls,
        agreement: Agreement,
        *,
        by: Actor,
        agreed_on: dt.date,
        summary: str,
        expires_on: dt.date | None = None,
        evidence: Collection[StoredFile],
        visibility: str = Visibility.PARTNER,
        **sources: Any,
    ) -> Self:
        """Record the next amendment with its documents and return it; `expires_on` renews, or shortens, the agreement."""
        permissions.require(by, "amendment.record", agreement)
        if not evidence:
            raise ValidationError(
                {"evidence": _("An amendment comes with its document: add the signed text as a file.")}
            )
        _refuse_the_future(agreed_on, by.on)
        if agreement.signed_on is not None and agreed_on < agreement.signed_on:
            raise ValidationError({"agreed_on": _("An amendment is agreed after the signature.")})
        if expires_on is not None and expires_on < agreed_on:
            raise ValidationError({"expires_on": _("The new day of expiry lies before the amendment.")})
        with transaction.atomic():
            audit.serialise()  # two who record at once get two numbers
            last = agreement.amendments.order_by("number").last()
            if last is not None and agreed_on < last.agreed_on:
                raise ValidationError(
                    {
                        "agreed_on": _(
                            "A later amendment is on record: amendments are recorded in their order."
                        )
                    }
                )
            row = cls(
                agreement=agreement,
                number=last.number + 1 if last else 1,
                agreed_on=agreed_on,
                summary=summary.strip(),
                expires_on=expires_on,
                **sources,
            )
            audit.create(row, by=by, action="amendment.record", reason=summary.strip())
            attach(evidence, row, by=by, visibility=visibility)
        return row

    def acting_organisations(self) -> set[int]:
        return set(self.agreement.parties.values_list("pk", flat=True))


def _require_party(agreement: Agreement, party: Organisation | None) -> None:
    if party is None or not agreement.parties.filter(pk=party.pk).exists():
        raise ValidationError({"party": _("Choose a party of the agreement.")})


def _refuse_the_future(agreed_on: dt.date | None, today: dt.date) -> None:
    if agreed_on is not None and agreed_on > today:
        raise ValidationError({"agreed_on": _("This day lies in the future: record what has happened.")})


def _dated(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with a precision where there is a date, and none where there is not."""
    if "due_on" not in facts:
        return facts
    precision = facts.get("due_precision") or Precision.DAY
    return {**facts, "due_precision": precision if facts["due_on"] else ""}
