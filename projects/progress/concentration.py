"""How concentrated supply is: the share of each country and HHI, as a range where some imports are attributed to none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects import units
from projects.models import ReliancePoint
from projects.progress.arithmetic import half_up

WHOLE = Fraction(100)
LOW_BELOW, HIGH_ABOVE = 1500, 2500


class Band(TextChoices):
    """Concentration of supply by HHI, with the bounds of the merger guidelines of 2010."""

    LOW = "low", _("not concentrated")
    MODERATE = "moderate", _("moderately concentrated")
    HIGH = "high", _("highly concentrated")


@dataclass(frozen=True)
class Supplier:
    country: str
    quantity: Decimal
    share: Decimal
    """Per cent of the imports."""
    point: ReliancePoint


@dataclass(frozen=True)
class Concentration:
    """How much of the imports each country supplies. HHI is the sum of the squared shares in per cent, 0 to 10,000."""

    suppliers: tuple[Supplier, ...]
    unattributed: Decimal
    """Imports that no row attributes to a country, in the unit of the base."""
    unattributed_share: Decimal
    lowest: Decimal
    """HHI if the rest came from very many."""
    highest: Decimal
    """HHI if the rest came from one more country."""

    @property
    def is_exact(self) -> bool:
        return self.unattributed == 0

    @property
    def top(self) -> Supplier | None:
        return self.suppliers[0] if self.suppliers else None

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands between the lowest and the highest: one where the rest changes nothing."""
        found = tuple(dict.fromkeys((band_of(self.lowest), band_of(self.highest))))
        return tuple(Band) if found == (Band.LOW, Band.HIGH) else found


def concentrate(
    quantities: Iterable[tuple[ReliancePoint, Decimal]], imports: Decimal
) -> Concentration | None:
    """Return the suppliers with the range of HHI; None where they add up to more than the imports.

    Where two rows name one country, the larger counts: they are two sources, not two deliveries.
    """
    largest: dict[str, tuple[ReliancePoint, Fraction]] = {}
    for point, quantity in quantities:
        country = point.supplier.casefold()
        if country not in largest or quantity > largest[country][1]:
            largest[country] = (point, Fraction(quantity))
    named = list(largest.values())
    whole = Fraction(imports)
    rest = whole - sum((quantity for _point, quantity in named), Fraction(0))
    if rest < 0:
        return None
    lowest = sum(((100 * quantity / whole) ** 2 for _point, quantity in named), Fraction(0))
    suppliers = [
        Supplier(
            country=point.supplier,
            quantity=units.as_decimal(quantity),
            share=half_up(100 * quantity / whole),
            point=point,
        )
        for point, quantity in sorted(named, key=lambda it: (-it[1], it[0].supplier.casefold()))
    ]
    return Concentration(
        suppliers=tuple(suppliers),
        unattributed=units.as_decimal(rest),
        unattributed_share=half_up(100 * rest / whole),
        lowest=half_up(lowest),
        highest=half_up(lowest + (100 * rest / whole) ** 2),
    )


def band_of(hhi: Decimal) -> Band:
    """Return the band of an HHI: below 1,500, up to 2,500, above."""
    if hhi < LOW_BELOW:
        return Band.LOW
    return Band.HIGH if hhi > HIGH_ABOVE else Band.MODERATE


def hhi_of_top_share(share: Decimal) -> tuple[Decimal, Decimal]:
    """Return the lowest and highest HHI that a published share of the top supplier leaves open.

    Lowest: all others are very small. Highest: the others are as large as the top one as often as they can be.
    """
    top = Fraction(share)
    if not top:
        return Decimal(0), Decimal(0)
    whole_ones, rest = divmod(WHOLE, top)
    return half_up(top**2), half_up(whole_ones * top**2 + rest**2)
