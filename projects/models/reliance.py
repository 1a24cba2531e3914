"""Published figures on which the country's reliance is worked out: imports and what they are part of, needs of sectors."""

from __future__ import annotations

import re
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import permissions, units
from projects.choices import Material, RelianceForm, RelianceMetric, Sector
from projects.fiscal import FinancialYear
from projects.models import audit
from projects.models.audit import Audited
from projects.models.lifecycle import locked
from projects.models.reference import Mineral, OpenQuerySet
from projects.models.sourced import Sourced
from projects.permissions import Actor

RIGHT = "reference.change"
EARLIEST, LATEST = 1947, 2100  # beyond lies a slip of the pen
YEAR = re.compile(r"([0-9]{4})-([0-9]{2})")


def financial_year(period: str) -> FinancialYear | None:
    """Return the year that a period as worded is, as in 2024-25; None for "H1", "about 2023-24" and 2024-27."""
    found = YEAR.fullmatch(period.strip())
    year = FinancialYear(int(found[1])) if found else None
    return year if year and str(year) == period.strip() else None


def _ask_which_unit(facts: dict[str, Any]) -> None:
    """Refuse a unit with two meanings; one that the list does not know is kept as the source words it."""
    try:
        units.unit(facts.get("unit", "t"))
    except units.AmbiguousUnit as question:
        raise ValidationError({"unit": question}) from question
    except units.UnknownUnit:
        return


class Published(Sourced, Audited):
    """A figure from a source, recorded and corrected by administrators; the audit trail keeps what stood before."""

    class Meta:
        abstract = True

    @classmethod
    def record(cls, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Record a figure and return it."""
        permissions.require(by, RIGHT)
        _ask_which_unit(facts)
        return audit.create(cls(**facts), by=by, action=RIGHT, reason=reason)

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Correct the figure; its reference stays. `version` is the one the caller read."""
        permissions.require(by, RIGHT, self)
        _ask_which_unit(changes)
        if "reference" in changes:
            raise ValidationError({"reference": _("A reference stays: record another figure.")})
        with transaction.atomic():
            row = locked(self, version)
            audit.change(row, by=by, action=RIGHT, changes=changes, reason=reason)
        self.refresh_from_db()


class ReliancePoint(Published):
    """One published figure on India's reliance on imports of a mineral or product."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    mineral = models.ForeignKey(
        Mineral,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reliance",
        verbose_name=_("mineral"),
    )
    product = models.CharField(_("product"), max_length=120)
    form = models.CharField(
        _("form"),
        max_length=10,
        choices=RelianceForm,
        blank=True,
        help_text=_(
            "What is weighed: ore, oxide, metal or finished product. Empty where the source does not say."
        ),
    )
    hs_codes = models.CharField(
        _("HS codes"),
        max_length=200,
        blank=True,
        help_text=_("The tariff codes that the figure covers, as in 850511; separated by commas."),
    )
    metric = models.CharField(_("metric"), max_length=30, choices=RelianceMetric)
    period = models.CharField(_("period"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40)
    top_supplier = models.CharField(_("top supplier"), max_length=60, blank=True)
    supplier = models.CharField(
        _("supplier (country)"),
        max_length=60,
        blank=True,
        help_text=_("Needed for the quantity imported from one supplier."),
    )

    objects = OpenQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("reliance point")
        verbose_name_plural = _("reliance points")
        constraints = [
            models.CheckConstraint(
                name="reliance_is_not_negative",
                condition=Q(value__gte=0) | Q(metric=RelianceMetric.STOCK_CHANGE),
                violation_error_message=_("Only a change of stocks can be below 0: then stocks have risen."),
            ),
            models.CheckConstraint(
                name="reliance_per_cent_is_at_most_100",
                condition=~Q(unit="per cent") | Q(value__lte=100),
                violation_error_message=_(
                    "A share is at most 100 per cent: correct it, or name another unit."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.product} {self.period}"

    def clean(self) -> None:
        if self.metric == RelianceMetric.SUPPLIER_QUANTITY and not self.supplier:
            raise ValidationError({"supplier": _("Name the country that this quantity comes from.")})

    @property
    def year(self) -> FinancialYear | None:
        """The financial year of the figure; None where it stands for another period."""
        return financial_year(self.period)


class SectorNeedQuerySet(OpenQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Return what `by` may see: the needs of defence are for those from whom nothing is hidden."""
        found = super().visible_to(by)
        return found if by.sees_programme else found.exclude(sector__in=permissions.INTERNAL_SECTORS)


class SectorNeed(Published):
    """What a sector needs of a material in a financial year, by one source; another source is another row."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    sector = models.CharField(_("sector served"), max_length=12, choices=Sector)
    material = models.CharField(_("material"), max_length=14, choices=Material, default=Material.NDFEB_MAGNET)
    period = models.CharField(_("financial year"), max_length=7, help_text=_("As in 2029-30."))
    tonnes = models.DecimalField(_("amount, t"), max_digits=18, decimal_places=4)

    objects = SectorNeedQuerySet.as_manager()

    class Meta:
        ordering = ("sector", "period", "reference")
        verbose_name = _("need of a sector")
        verbose_name_plural = _("needs of sectors")
        constraints = [
            models.CheckConstraint(
                name="sector_need_is_more_than_zero",
                condition=Q(tonnes__gt=0),
                violation_error_message=_("A need is more than 0; leave it out where it is not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.sector} {self.period}"

    def clean(self) -> None:
        if self.year is None or not EARLIEST <= self.year.starts_in <= LATEST:
            raise ValidationError({"period": _("Write the financial year as in 2029-30.")})

    @property
    def year(self) -> FinancialYear | None:
        return financial_year(self.period)
