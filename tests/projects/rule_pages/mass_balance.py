"""The examples of docs/rules/mass_balance.md: feed and magnets of a project, or a capacity and the feed assured for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.models import Feed, Indicator, Measurement, Project, Target
from projects.progress.capacity import Cover
from projects.progress.mass_balance import MassBalance, mass_balance
from projects.progress.outputs import Side

EARLY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def target(code: str, unit: str, basis: str = "annual", key: int = 1, value: str | None = None) -> Any:
    """Return a target that is not saved, as it is loaded with its values."""
    row: Any = Target(
        pk=key,
        reference=f"TGT-{key}",
        title="Target",
        unit=unit,
        measure_basis=basis,
        indicator=Indicator(code=code, minimum_level=1),
    )
    row.target_value = None if value is None else Decimal(value)
    return row


def feed(
    number: int, material: str, tonnes: str, start: str, end: str, kind: str, verified_on: str | None = None
) -> Feed:
    return Feed(
        pk=number,
        project_id=1,
        material=material,
        tonnes=Decimal(tonnes),
        period_start=dt.date.fromisoformat(start),
        period_end=dt.date.fromisoformat(end),
        is_contracted=kind == "contracted",
        claimed_at=EARLY,
        **_status(verified_on),
    )


def measurement(
    number: int, value: str, start: str | None, end: str, verified_on: str | None = None, key: int = 1
) -> Measurement:
    return Measurement(
        pk=number,
        target_id=key,
        value=Decimal(value),
        period_start=dt.date.fromisoformat(start) if start else None,
        period_end=dt.date.fromisoformat(end),
        **_status(verified_on),
    )


def _status(verified_on: str | None) -> dict[str, Any]:
    if verified_on is None:
        return {"status": "claimed"}
    return {"status": "verified", "level": 2, "verified_on": dt.date.fromisoformat(verified_on)}


def worked(given: dict[str, Any]) -> MassBalance:
    targets = [target("PRD-MAG", "t", key=1)]
    if "capacity" in given:
        targets = [target("CAP-MAG", "t per year", "stock", 2, given["capacity"])]
    if "stated" in given:
        targets.append(target("SUP-NDPR", "t per year", "annual", 3, given["stated"]))
    return mass_balance(
        Project(pk=1, product="NdFeB magnets"),
        [feed(number, *row) for number, row in enumerate(given.get("feeds", ()), 1)],
        targets,
        [measurement(number, *row) for number, row in enumerate(given.get("magnets", ()), 1)],
        dt.date.fromisoformat(given["as_of"]),
    )


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return what the program says of the balance of each year, or of the capacity."""
    found = worked(given)
    if "capacity" in given:
        (it,) = found.covers
        return {
            "stated": _cover(it.stated),
            "claimed": _cover(it.claimed),
            "verified": _cover(it.verified),
            "promise": it.promise.value,
        }
    return {
        str(year.year): {"claimed": _side(year.claimed), "verified": _side(year.verified)}
        for year in found.years
    }


def _side(it: Side) -> list[str | None]:
    return [_text(value) for value in (it.fed, it.at_most, it.produced, it.recovery, it.excess)]


def _cover(it: Cover) -> list[str | None] | None:
    if it.oxide is None:
        return None
    return [_text(value) for value in (it.oxide, it.product, it.per_cent, it.gap_product, it.gap_feed)]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
