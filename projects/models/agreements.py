"""Agreements: the instruments that the programme must turn into projects."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from projects.choices import (
    PILOT_OR_LATER,
    AgreementLevel,
    AgreementStatus,
    Binding,
    Instrument,
    MilestoneType,
    Precision,
)
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.people import Organisation
from projects.models.reference import Mineral
from projects.models.relations import AuditedRelation
from projects.models.sourced import Sourced


class AgreementQuerySet(AuditedQuerySet):
    def with_execution(self) -> Self:
        """Annotate `has_project`, `has_pilot`, `has_target` (rule R7), `is_paper_only` (R8) and `projects_count`."""
        projects = self.model._meta.get_field("projects").related_model._base_manager.filter(
            agreement=OuterRef("pk")
        )
        milestones = self.model._meta.get_field("milestones").related_model._base_manager.filter(
            agreement=OuterRef("pk")
        )
        beyond_signature = milestones.filter(
            ~Q(type=MilestoneType.AGREEMENT_SIGNED) | Q(project__isnull=False)
        )
        has_project = Exists(projects)
        return self.annotate(
            has_project=has_project,
            has_pilot=Exists(projects.filter(phase__in=PILOT_OR_LATER)),
            has_target=Exists(projects.filter(targets__versions__isnull=False)),
            is_paper_only=~has_project & ~Exists(beyond_signature),
            projects_count=Coalesce(
                Subquery(
                    projects.values("agreement").annotate(n=Count("pk")).values("n"),
                    output_field=IntegerField(),
                ),
                0,
            ),
        )

    def with_moves(self, on: dt.date) -> Self:
        """Annotate what the status of the day `on` hangs on, each null where there is none.

        `moved_to` is the status after the last step by then, `began_as` that before the first step of all, `renewed_to` the
        last day that an amendment named by then.
        """
        steps, amendments = (
            self.model._meta.get_field(name).related_model._base_manager.filter(agreement=OuterRef("pk"))
            for name in ("steps", "amendments")
        )
        taken = steps.filter(taken_on__lte=on).order_by("-taken_on", "-pk")
        renewals = amendments.filter(agreed_on__lte=on, expires_on__isnull=False).order_by("-number")
        return self.annotate(
            moved_to=Subquery(taken.values("to_status")[:1]),
            began_as=Subquery(steps.order_by("taken_on", "pk").values("from_status")[:1]),
            renewed_to=Subquery(renewals.values("expires_on")[:1]),
        )


class Agreement(Sourced, Audited):
    """An instrument between organisations: MoU, licence, joint venture and so on. Signing one is not yet success."""

    ORGANISATION_PATHS = ("parties",)

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=300)
    instrument = models.CharField(_("instrument"), max_length=20, choices=Instrument)
    level = models.CharField(_("level"), max_length=12, choices=AgreementLevel, blank=True)
    binding = models.CharField(
        _("binding"), max_length=12, choices=Binding, blank=True, help_text=_("Empty: not stated.")
    )
    status = models.CharField(_("status"), max_length=12, choices=AgreementStatus)
    status_as_reported = models.CharField(_("status as reported"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("parent agreement"),
    )
    parties: models.ManyToManyField[Organisation, AgreementParty] = models.ManyToManyField(
        Organisation, through="AgreementParty", related_name="agreements"
    )
    partner_country = models.CharField(_("partner country"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_precision = models.CharField(_("precision"), max_length=10, choices=Precision, blank=True)
    signed_basis = models.CharField(_("basis of the date"), max_length=300, blank=True)
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    term_years = models.DecimalField(
        _("term in years"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    scope = models.TextField(_("scope"), blank=True)
    value_chain_stages = models.JSONField(_("value-chain stages"), default=list, blank=True)
    minerals = AuditedRelation(Mineral, related_name="agreements", blank=True)
    value_amount = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True, blank=True)
    value_unit = models.CharField(_("unit of the value"), max_length=40, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                name="agreement_date_has_its_precision",
                condition=(Q(signed_on=None) & Q(signed_precision=""))
                | (Q(signed_on__isnull=False) & ~Q(signed_precision="")),
                violation_error_message=_("A signing date and its precision belong together."),
            ),
            models.CheckConstraint(
                name="agreement_expires_after_signing",
                condition=Q(expires_on=None) | Q(signed_on=None) | Q(expires_on__gte=F("signed_on")),
            ),
            models.CheckConstraint(
                name="agreement_is_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class AgreementParty(Audited):
    """An organisation's part in an agreement, in the order of the instrument."""

    ORGANISATION_PATHS = ("agreement__parties",)

    class PartyRole(models.TextChoices):
        PARTY = "party", _("party")
        LICENSOR = "licensor", _("licensor")
        LICENSEE = "licensee", _("licensee")
        FUNDER = "funder", _("funder")
        NODAL = "nodal", _("nodal ministry")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="agreement_parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreement_parties")
    role = models.CharField(_("role"), max_length=10, choices=PartyRole, default=PartyRole.PARTY)
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    objects = AuditedQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "position")
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="party_is_listed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.agreement_id}"
