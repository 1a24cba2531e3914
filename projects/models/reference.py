"""Reference data: minerals and their lists, indicators, import reliance."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import Direction, MeasureBasis, VerificationLevel
from projects.models import audit
from projects.models.audit import Audited, AuditedQuerySet
from projects.models.lifecycle import locked
from projects.models.references import next_reference
from projects.models.sourced import Sourced
from projects.permissions import Actor
from projects.units import Unit, convert, convertible
from projects.units import unit as unit_of

# As in TT-LIC or OUT-EXP-FY: a family, then what is measured. It stands in addresses.
CODE_OF_INDICATOR = r"^[A-Z]{2,4}(-[A-Z0-9]+)+$"


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

    @classmethod
    def record(cls, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Add a mineral under the next free reference, and return it."""
        permissions.require(by, "reference.change")
        with transaction.atomic():
            audit.serialise()
            if cls._base_manager.filter(name__iexact=facts["name"].strip()).exists():
                raise ValidationError({"name": _("There is a mineral of this name already.")})
            row = cls(reference=next_reference(cls, "MIN"), **facts)
            return audit.create(row, by=by, action="reference.change", reason=reason)

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Change name or symbol; StaleError where it is not the `version` that was read."""
        _change(self, by, version, reason, changes)


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

    @classmethod
    def record(cls, mineral: Mineral, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Put the mineral on an official list from a day on, and return the listing."""
        permissions.require(by, "reference.change")
        row = cls(mineral=mineral, **facts)
        return audit.create(row, by=by, action="reference.change", reason=reason)

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Change from when to when the mineral stands on the list; a listing is ended, never taken away."""
        _change(self, by, version, reason, changes)


class Indicator(Audited):
    """What is measured: code, usual unit, basis, direction, and the level at which a value counts as verified."""

    MEANING: ClassVar[frozenset[str]] = frozenset({"unit", "measure_basis", "direction"})

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

    def unit_for(self, written: str) -> str:
        """Return the code of the unit in which a target of this indicator is given; "" is the indicator's own."""
        own = known_unit(self.unit)
        if not written.strip():
            return own.code if own else self.unit
        try:
            given = unit_of(written)
        except ValidationError as refused:
            raise ValidationError({"unit": refused}) from refused
        if own is not None and given.dimension != own.dimension:
            raise ValidationError(
                {
                    "unit": ValidationError(
                        _("%(indicator)s is measured in %(own)s; %(given)s measures something else."),
                        params={"indicator": self.code, "own": own.code, "given": given.code},
                        code="unlike_units",
                    )
                }
            )
        return given.code

    def is_outside_bounds(self, value: Decimal, unit: str) -> bool:
        """Whether a value in `unit` lies outside the plausible bounds, which are given in the indicator's unit."""
        if self.plausible_from is None and self.plausible_to is None:
            return False
        if unit != self.unit:
            if not convertible(unit, self.unit):
                return False  # a target that came with a unit of another kind: nothing to compare with
            value = convert(value, unit, self.unit)
        below = self.plausible_from is not None and value < self.plausible_from
        return below or (self.plausible_to is not None and value > self.plausible_to)

    @classmethod
    def define(cls, *, by: Actor, reason: str = "", **facts: Any) -> Self:
        """Add an indicator to the library and return it; its code is new, its unit one of the list."""
        permissions.require(by, "reference.change")
        facts["unit"] = _code_of_unit(facts["unit"])
        with transaction.atomic():
            audit.serialise()
            if not re.match(CODE_OF_INDICATOR, facts["code"]):
                raise ValidationError(
                    {"code": _("A code is a family and a word in capitals, as in TT-LIC or CAP-MAG.")}
                )
            if cls._base_manager.filter(code__iexact=facts["code"]).exists():
                raise ValidationError({"code": _("There is an indicator with this code already.")})
            return audit.create(cls(**facts), by=by, action="reference.change", reason=reason)

    def change(self, *, by: Actor, version: int | None = None, reason: str = "", **changes: Any) -> None:
        """Change the definition. What gives measured values their meaning stays once a target uses the indicator.

        `version` is the one that the caller read. Once a target uses it, a change needs its reason.
        """
        permissions.require(by, "reference.change", self)
        with transaction.atomic():
            row = locked(self, version)
            if "unit" in changes and changes["unit"] != row.unit:
                changes["unit"] = _code_of_unit(changes["unit"])
            moved = {name for name, value in changes.items() if getattr(row, name) != value}
            row._refuse_another_meaning(moved, reason)
            audit.change(row, by=by, action="reference.change", changes=changes, reason=reason)
        self.refresh_from_db()

    def _refuse_another_meaning(self, moved: set[str], reason: str) -> None:
        if "code" in moved:
            raise ValidationError({"code": _("The code is how targets name the indicator: it stays.")})
        targets: Any = self.targets
        if not moved or not targets.exists():
            return
        if fixed := sorted(moved & self.MEANING):
            message = _("Targets use this indicator: it would give their measured values another meaning.")
            raise ValidationError(dict.fromkeys(fixed, message))
        if not reason.strip():
            raise ValidationError({"reason": _("Targets use this indicator: say why it changes.")})


def _change(row: Audited, by: Actor, version: int | None, reason: str, changes: dict[str, Any]) -> None:
    permissions.require(by, "reference.change", row)
    with transaction.atomic():
        found = locked(row, version)
        audit.change(found, by=by, action="reference.change", changes=changes, reason=reason)
    row.refresh_from_db()


def known_unit(written: str) -> Unit | None:
    """Return the unit of a stored row, None where it came with one that is not of the list."""
    try:
        return unit_of(written)
    except ValidationError:
        return None


def _code_of_unit(written: str) -> str:
    try:
        return unit_of(written).code
    except ValidationError as refused:
        raise ValidationError({"unit": refused}) from refused
