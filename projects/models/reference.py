"""Reference data: minerals and their lists, indicators."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.choices import Direction, MeasureBasis, VerificationLevel
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.sourced import Sourced
from projects.permissions import Actor


class OpenQuerySet(AuditedQuerySet):
    """Reference data hides nothing from anybody with a role."""

    def visible_to(self, by: Actor) -> Self:
        """Return everything to anybody who holds a role, nothing to others."""
        return self if by.roles else self.none()


class Mineral(Sourced, Audited):
    """A mineral or group of minerals of the programme (rare earth elements are one)."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    symbol = models.CharField(_("symbol"), max_length=20, blank=True)

    objects = OpenQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("mineral")
        verbose_name_plural = _("minerals")

    def __str__(self) -> str:
        return self.name


class MineralListingQuerySet(OpenQuerySet):
    def in_force(self, on: dt.date) -> Self:
        """Return the listings that hold on the day `on`."""
        return self.filter(Q(listed_from__lte=on), Q(listed_to=None) | Q(listed_to__gte=on))


class MineralListing(Audited):
    """A mineral's membership of an official list, from a day to a day: the lists are revised."""

    class OfficialList(models.TextChoices):
        CRITICAL_30 = "critical_30_2023", _("30 critical minerals of 2023")
        MMDR_PART_D = "mmdr_part_d", _("MMDR Act, First Schedule, Part D")

    mineral = models.ForeignKey(Mineral, on_delete=models.PROTECT, related_name="listings")
    official_list = models.CharField(_("official list"), max_length=20, choices=OfficialList)
    listed_from = models.DateField(_("listed from"))
    listed_to = models.DateField(_("listed to"), null=True, blank=True)

    objects = MineralListingQuerySet.as_manager()

    class Meta:
        ordering = ("mineral", "official_list", "listed_from")
        verbose_name = _("listing of a mineral")
        constraints = [
            models.UniqueConstraint(
                fields=["mineral", "official_list", "listed_from"], name="listing_starts_once"
            ),
            models.CheckConstraint(
                name="listing_ends_after_it_begins",
                condition=Q(listed_to=None) | Q(listed_to__gte=F("listed_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mineral}: {self.get_official_list_display()}"


class Indicator(Audited):
    """What is measured: code, usual unit, basis, direction, and the level at which a value counts as verified."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    measure_basis = models.CharField(_("basis"), max_length=10, choices=MeasureBasis)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.INCREASE)
    minimum_level = models.PositiveSmallIntegerField(
        _("minimum verification level"), choices=VerificationLevel, default=VerificationLevel.V1
    )
    measured_by = models.CharField(_("measured by"), max_length=300, blank=True)
    evidence_needed = models.CharField(_("evidence"), max_length=300, blank=True)
    plausible_from = models.DecimalField(
        _("plausible from"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    plausible_to = models.DecimalField(
        _("plausible to"), max_digits=18, decimal_places=4, null=True, blank=True
    )

    objects = OpenQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [
            models.CheckConstraint(
                name="indicator_bounds_are_in_order",
                condition=Q(plausible_from=None)
                | Q(plausible_to=None)
                | Q(plausible_to__gte=F("plausible_from")),
                violation_error_message=_("The upper bound lies below the lower one."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
