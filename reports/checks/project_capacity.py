"""Capacities against the feed assured for them: what must agree in the report alone, and each told again from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from projects.models import Feed, Project, Target
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.project_made import OTHER_MAGNETS, first_day, product_of, tonnes
from reports.checks.project_tonnes import CENT, FACTORS, gives, near, shown, tonnes_of, years

WHICH = ("claimed", "verified")
BUILT_OF_OXIDE = ("ndfeb_magnet", "ndpr_metal")


def agrees(name: str, row: Snapshot) -> Iterator[Failure]:
    known = {which: row[which]["assured"] for which in ("verified", "claimed", "stated")}
    largest = max((Fraction(it) for it in known.values() if it is not None), default=None)
    promise = next(
        (which for which, it in known.items() if it is not None and Fraction(it) == largest), "none"
    )
    yield Failure(f"{name}.promise", row["promise"], promise)
    best = row[promise]["without_feed"] if promise != "none" else None
    yield Failure(f"{name}.assured", row["assured"], best is not None and Fraction(best) == 0)
    for which in known:
        there = [it is not None for it in row[which].values()]
        yield must(f"{name}.{which}: all or nothing", len(set(there)) == 1)
        if all(there):
            yield from _cover_agrees(f"{name}.{which}", row, row[which])


def _cover_agrees(name: str, row: Snapshot, it: Snapshot) -> Iterator[Failure]:
    factor, capacity = FACTORS[row["feed"], row["product"]] or Fraction(1), Fraction(row["capacity"])
    enough, missing = Fraction(it["enough_for"]), Fraction(it["without_feed"])
    yield near(f"{name}.assured", it["assured"], enough / factor)
    yield near(f"{name}.without_feed", it["without_feed"], max(Fraction(0), capacity - enough))
    yield near(f"{name}.to_be_found", it["to_be_found"], missing / factor)
    share = enough * 100 / capacity
    yield near(f"{name}.per_cent", it["per_cent"], share, CENT + (1 + share / 100) / capacity)


def capacities(
    project: Project, targets: Sequence[Target], feeds: dict[str, list[Feed]], as_of: dt.date
) -> Iterator[Snapshot]:
    stated: dict[str, Fraction] = {}
    for target in targets:
        value = _value(target, as_of)
        if target.indicator.code == "SUP-NDPR" and value is not None:
            promised = tonnes(value, target.unit, "t per year")
            if promised is not None:
                stated["ndpr_oxide"] = max(stated.get("ndpr_oxide", Fraction(0)), promised)
    assured = {which: _assured(feeds[which], as_of) for which in WHICH} | {"stated": stated}
    own = list(_own(project, targets, as_of))
    for code, product, capacity, since in own:
        covers = {which: _cover(capacity, given, product) for which, given in assured.items()}
        known = [which for which in ("verified", "claimed", "stated") if covers[which]["assured"] is not None]
        promise = max(known, key=lambda it: Fraction(covers[it]["assured"]), default="none")
        yield {
            "code": code,
            "product": product,
            "feed": "ndpr_oxide",
            "capacity": shown(capacity),
            "since": since.isoformat() if since else None,
            "promise": promise,
            "assured": promise != "none" and Fraction(covers[promise]["without_feed"]) == 0,
            **covers,
        }


def _own(
    project: Project, targets: Sequence[Target], as_of: dt.date
) -> Iterator[tuple[str, str, Fraction, dt.date | None]]:
    """Yield the capacities that targets set, else the one of the project itself."""
    found = False
    for target in targets:
        product, value = product_of(target, "CAP", project.product), _value(target, as_of)
        if product in BUILT_OF_OXIDE and value is not None:
            capacity = tonnes(value, target.unit, "t per year")
            if capacity:
                found = True
                yield target.reference, str(product), capacity, target.as_of or target.baseline_as_of
    name = project.product.casefold()
    if not found and project.capacity_value is not None and "ndfeb" in name:
        capacity = tonnes(project.capacity_value, project.capacity_unit, "t per year")
        if capacity and not any(it in name for it in OTHER_MAGNETS):
            yield "project", "ndfeb_magnet", capacity, project.as_of


def _value(target: Target, as_of: dt.date) -> Any:
    """Return the value of the last version decided by the day."""
    known = [it for it in target.versions.all() if it.decided_on is None or it.decided_on <= as_of]
    return max(known, key=lambda it: it.number).value if known else None


def _assured(rows: Sequence[Feed], as_of: dt.date) -> dict[str, Fraction]:
    """Return what contracts give of each material in the best year from that of the day on."""
    found: dict[str, Fraction] = {}
    for row in rows:
        for year in years(row) if row.is_contracted else ():
            if year >= first_day(as_of):
                amount = tonnes_of(rows, year, row.material, contracted=True) or Fraction(0)
                found[row.material] = max(found.get(row.material, Fraction(0)), amount)
    return found


def _cover(capacity: Fraction, given: dict[str, Fraction], product: str) -> Snapshot:
    makes = gives(given, product)
    if makes is None:
        return dict.fromkeys(("assured", "enough_for", "per_cent", "without_feed", "to_be_found"))
    factor = FACTORS["ndpr_oxide", product] or Fraction(1)
    missing = max(Fraction(0), capacity - makes)
    return {
        "assured": shown(makes / factor),
        "enough_for": shown(makes),
        "per_cent": shown(makes * 100 / capacity),
        "without_feed": shown(missing),
        "to_be_found": shown(missing / factor),
    }
