"""The feed of one project, as the project report holds it: what came and what is assured, what was made, what a capacity lacks."""

from __future__ import annotations

import datetime as dt

from projects.models import Project
from projects.permissions import Actor
from projects.progress.capacity import CapacityCover, Cover
from projects.progress.mass_balance import mass_balances
from projects.progress.outputs import Side, YearBalance
from projects.progress.production import Tonnes
from reports.figures.shapes import Shape, day, places


def feed(project: Project, as_of: dt.date, *, by: Actor) -> Shape:
    """Return the mass balance, claimed beside verified; suppliers are not named."""
    (found,) = mass_balances([project], as_of, by)
    return {
        "excesses": {
            "claimed": sum(it.claimed.excess is not None for it in found.years),
            "verified": sum(it.verified.excess is not None for it in found.years),
        },
        "unassured": sum(not it.is_assured for it in found.covers),
        "amounts": [
            {
                "code": f"{it.year}/{it.material.value}",
                "year": str(it.year),
                "material": it.material.value,
                "received": _tonnes(it.received),
                "contracted": _tonnes(it.contracted),
            }
            for it in found.amounts
        ],
        "balances": [_balance(it) for it in found.years],
        "capacities": [_capacity(it) for it in found.covers],
        "overlaps": [
            {
                "code": f"{it.later.material}/{it.later.period_start}",
                "material": it.later.material,
                "contracted": it.later.is_contracted,
                "from": day(it.later.period_start),
                "until": day(min(it.earlier.period_end, it.later.period_end)),
            }
            for it in found.overlaps
        ],
    }


def _tonnes(it: Tonnes) -> Shape:
    return {"claimed": places(it.claimed), "verified": places(it.verified)}


def _balance(it: YearBalance) -> Shape:
    return {
        "code": f"{it.year}/{it.product.value}",
        "year": str(it.year),
        "product": it.product.value,
        "claimed": _side(it.claimed),
        "verified": _side(it.verified),
        "left_out": it.left_out,
    }


def _side(it: Side) -> Shape:
    return {
        "fed": places(it.fed),
        "allowed": places(it.allowed),
        "carried": places(it.carried),
        "at_most": places(it.at_most),
        "made": places(it.produced),
        "recovery": places(it.recovery),
        "excess": places(it.excess),
    }


def _capacity(it: CapacityCover) -> Shape:
    return {
        "code": it.target.reference if it.target else "project",
        "product": it.product.value,
        "feed": it.feed.value,
        "capacity": places(it.capacity),
        "since": day(it.since),
        "promise": it.promise.value,
        "assured": it.is_assured,
        "claimed": _cover(it.claimed),
        "verified": _cover(it.verified),
        "stated": _cover(it.stated),
    }


def _cover(it: Cover) -> Shape:
    return {
        "assured": places(it.oxide),
        "enough_for": places(it.product),
        "per_cent": places(it.per_cent),
        "without_feed": places(it.gap_product),
        "to_be_found": places(it.gap_feed),
    }
