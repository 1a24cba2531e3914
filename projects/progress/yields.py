"""How much product a tonne of feed can give at most: the table of docs/rules/mass_balance.md, each figure with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from projects import units
from projects.choices import Material

NEODYMIUM, OXYGEN = Fraction("144.242"), Fraction("15.999")


@dataclass(frozen=True)
class Yield:
    """Tonnes of product from one tonne of feed, at most; None where no figure is stated."""

    feed: Material
    product: Material
    factor: Fraction | None
    source: Any

    @property
    def shown(self) -> Decimal | None:
        """The factor to four places."""
        return None if self.factor is None else units.rounded(units.as_decimal(self.factor))


_MAGNETS, _METAL = Fraction(3), 2 * NEODYMIUM / (2 * NEODYMIUM + 3 * OXYGEN)
YIELDS: tuple[Yield, ...] = (
    Yield(
        Material.NDPR_OXIDE,
        Material.NDFEB_MAGNET,
        _MAGNETS,
        _("about 3 t of magnets from 1 t of NdPr oxide, as the Ministry states for the magnet scheme"),
    ),
    Yield(
        Material.NDPR_OXIDE,
        Material.NDPR_METAL,
        _METAL,
        _("the metal in Nd2O3 by the atomic masses of IUPAC: 2 × 144.242 of 336.481"),
    ),
    Yield(
        Material.NDPR_METAL,
        Material.NDFEB_MAGNET,
        _MAGNETS / _METAL,
        _("from the two others: 3 t of magnets from 0.8574 t of metal"),
    ),
    Yield(Material.TREO, Material.NDFEB_MAGNET, None, _("depends on the ore")),
    Yield(Material.TREO, Material.NDPR_METAL, None, _("depends on the ore")),
    Yield(Material.TREO, Material.NDPR_OXIDE, None, _("depends on the ore")),
    Yield(Material.BLACK_MASS, Material.LITHIUM, None, _("depends on the batteries")),
    Yield(Material.BLACK_MASS, Material.COBALT, None, _("depends on the batteries")),
    Yield(Material.BLACK_MASS, Material.NICKEL, None, _("depends on the batteries")),
)


def yield_of(feed: str, product: str) -> Yield | None:
    """Return the yield from a feed to a product; None where the one does not lead to the other."""
    return next((it for it in YIELDS if it.feed == feed and it.product == product), None)


def allowed(received: Mapping[Material, Fraction], product: Material) -> Fraction | None:
    """Return the most product that the feed can give; None where no feed leads to it or a yield is not known."""
    found = [(tonnes, it) for feed, tonnes in received.items() if (it := yield_of(feed, product)) is not None]
    if not found or any(it.factor is None for _tonnes, it in found):
        return None
    return sum((tonnes * (it.factor or 0) for tonnes, it in found), Fraction(0))
