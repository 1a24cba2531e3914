"""Capacity against the feed assured for it: a plant without oxide makes nothing, whatever its nameplate says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import Material
from projects.fiscal import FinancialYear
from projects.models import Feed, Project, Target
from projects.progress.arithmetic import half_up, per_cent
from projects.progress.feeds import tonnes_of, years_of_feed
from projects.progress.production import (
    ASSURED,
    CAPACITY,
    in_tonnes_per_year,
    is_other_magnet,
    material_of,
)
from projects.progress.yields import YIELDS, allowed, yield_of

WithValues = Any  # a Target loaded `with_values()`: the type checker does not know annotations
# The feed in which what is missing is told.
FEED_OF = {Material.NDFEB_MAGNET: Material.NDPR_OXIDE, Material.NDPR_METAL: Material.NDPR_OXIDE}


class FeedDoubt(TextChoices):
    """What does not add up."""

    EXCESS = "excess", _("more made than the feed allows")
    UNASSURED = "unassured", _("capacity without assured feed")
    OVERLAP = "overlap", _("a delivery may be told twice")


class Promise(TextChoices):
    """On what the feed of a capacity rests."""

    NONE = "none", _("no contract on record")
    STATED = "stated", _("as a target states")
    CLAIMED = "claimed", _("by contracts claimed")
    VERIFIED = "verified", _("by contracts verified")


@dataclass(frozen=True)
class Cover:
    """How much of a capacity one kind of promise feeds, in tonnes a year."""

    oxide: Decimal | None
    """Feed assured, in tonnes of the feed a year; None where none is recorded."""
    product: Decimal | None
    per_cent: Decimal | None
    gap_product: Decimal | None
    gap_feed: Decimal | None


@dataclass(frozen=True)
class CapacityCover:
    """A capacity and the feed assured for it: by contracts claimed, by contracts verified, and as a target states."""

    project: Project
    target: Target | None
    """The target that sets the capacity; None where it is the project's own figure."""
    product: Material
    feed: Material
    capacity: Decimal
    since: dt.date | None
    claimed: Cover
    verified: Cover
    stated: Cover
    stated_by: tuple[Target, ...]

    @property
    def promise(self) -> Promise:
        """The kind of promise that covers most; of equal ones the surer."""
        kinds = {
            Promise.VERIFIED: self.verified,
            Promise.CLAIMED: self.claimed,
            Promise.STATED: self.stated,
        }
        known = [kind for kind, it in kinds.items() if it.oxide is not None]
        return max(known, key=lambda kind: kinds[kind].oxide or Decimal(0), default=Promise.NONE)

    @property
    def best(self) -> Cover:
        """What the largest promise of any kind covers; without a figure where there is none."""
        return self.claimed if self.promise == Promise.NONE else getattr(self, self.promise.value)

    @property
    def is_assured(self) -> bool:
        return self.best.gap_product is not None and self.best.gap_product <= 0


def cover(capacity: Fraction, assured: Mapping[Material, Fraction], product: Material) -> Cover:
    """Return how much of a capacity (t a year) the assured feed (t a year) covers, and what is missing."""
    feed = FEED_OF[product]
    factor = (yield_of(feed, product) or YIELDS[0]).factor or Fraction(1)
    makes = allowed(assured, product)
    if makes is None:
        return Cover(None, None, None, None, None)
    gap = max(Fraction(0), capacity - makes)
    return Cover(
        oxide=half_up(makes / factor),
        product=half_up(makes),
        per_cent=per_cent(makes, capacity),
        gap_product=half_up(gap),
        gap_feed=half_up(gap / factor),
    )


def assured_a_year(rows: Sequence[Feed], as_of: dt.date) -> dict[Material, Fraction]:
    """Return what contracts assure of each material in the best financial year from that of the day on."""
    today = FinancialYear.of(as_of)
    contracts = [row for row in rows if row.is_contracted]
    found: dict[Material, Fraction] = {}
    for material in {Material(row.material) for row in contracts}:
        years = {
            year
            for row in contracts
            if row.material == material
            for year in years_of_feed(row)
            if year >= today
        }
        amounts = [tonnes_of(contracts, year, material, contracted=True) or Fraction(0) for year in years]
        if amounts:
            found[material] = max(amounts)
    return found


def covers(
    project: Project,
    targets: Sequence[WithValues],
    feeds: tuple[Sequence[Feed], Sequence[Feed]],
    as_of: dt.date,
) -> tuple[CapacityCover, ...]:
    """Return each capacity of the project with the feed assured for it; `targets` hold their values on the day."""
    claimed, verified = (assured_a_year(rows, as_of) for rows in feeds)
    promises = [
        (target, material, tonnes)
        for target in targets
        if (material := ASSURED.get(target.indicator.code)) is not None
        and target.target_value is not None
        and (tonnes := in_tonnes_per_year(target.target_value, target.unit)) is not None
    ]
    # Two targets of one material state the same promise for different years: the larger counts.
    stated: dict[Material, Fraction] = {}
    for _target, material, tonnes in promises:
        stated[material] = max(stated.get(material, Fraction(0)), tonnes)
    return tuple(
        CapacityCover(
            project=project,
            target=target,
            product=product,
            feed=FEED_OF[product],
            capacity=half_up(capacity),
            since=since,
            claimed=cover(capacity, claimed, product),
            verified=cover(capacity, verified, product),
            stated=cover(capacity, stated, product),
            stated_by=tuple(it for it, material, _tonnes in promises if yield_of(material, product)),
        )
        for target, product, capacity, since in _capacities(project, targets)
    )


def _capacities(
    project: Project, targets: Sequence[WithValues]
) -> Iterator[tuple[Target | None, Material, Fraction, dt.date | None]]:
    """Yield the capacities that targets set, else the project's own figure where its product is NdFeB magnets."""
    found = False
    for target in targets:
        product = material_of(target, CAPACITY, project.product)
        if product not in FEED_OF or target.target_value is None:
            continue
        capacity = in_tonnes_per_year(target.target_value, target.unit)
        if capacity:
            found = True
            yield target, product, capacity, target.as_of or target.baseline_as_of
    if found or project.capacity_value is None or "ndfeb" not in project.product.casefold():
        return
    capacity = in_tonnes_per_year(project.capacity_value, project.capacity_unit)
    if capacity and not is_other_magnet(project.product):
        yield None, Material.NDFEB_MAGNET, capacity, project.as_of
