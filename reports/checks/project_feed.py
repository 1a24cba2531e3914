"""The feed of one project: what must agree in the report alone, and every tonne told again from feeds and measurements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from django.utils import timezone

from projects.models import Feed, Measurement, Project, Target
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.claims import standing
from reports.checks.project_made import first_day, months, most, product_of, tonnes

WHICH = ("claimed", "verified")
MATERIALS = (
    *("ndpr_oxide", "ndpr_metal", "ndfeb_magnet", "treo", "black_mass"),
    *("lithium", "cobalt", "nickel", "other"),
)
METAL = Fraction(288484, 336481)  # 2 x 144.242 of 2 x 144.242 + 3 x 15.999
# At most so many tonnes of the product from one of the feed; None: it depends.
FACTORS: dict[tuple[str, str], Fraction | None] = {
    ("ndpr_oxide", "ndfeb_magnet"): Fraction(3),
    ("ndpr_oxide", "ndpr_metal"): METAL,
    ("ndpr_metal", "ndfeb_magnet"): 3 / METAL,
    **{("treo", it): None for it in ("ndfeb_magnet", "ndpr_metal", "ndpr_oxide")},
    **{("black_mass", it): None for it in ("lithium", "cobalt", "nickel")},
}
BUILT_OF_OXIDE = ("ndfeb_magnet", "ndpr_metal")
CENT = Fraction(1, 100)


# --- in the report alone ---


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: an excess that is no difference, a share that is none, a promise that is not the largest."""
    for which in WHICH:
        excesses = sum(it[which]["excess"] is not None for it in found["balances"])
        yield Failure(f"feed.excesses.{which}", found["excesses"][which], excesses)
    unassured = sum(not it["assured"] for it in found["capacities"])
    yield Failure("feed.unassured", found["unassured"], unassured)
    for name in ("amounts", "balances"):
        codes = [row["code"] for row in found[name]]
        yield must(f"feed.{name}: each once", len(set(codes)) == len(codes))
        for row in found[name]:
            kind = row["material" if name == "amounts" else "product"]
            yield Failure(f"feed.{name}.{row['code']}", row["code"], f"{row['year']}/{kind}")
    for row in found["balances"]:
        for which in WHICH:
            yield from _side_agrees(f"feed.balances.{row['code']}.{which}", row[which])
    for row in found["capacities"]:
        yield from _capacity_agrees(f"feed.capacities.{row['code']}", row)
    for row in found["overlaps"]:
        yield Failure("feed.overlaps", row["code"], f"{row['material']}/{row['from']}")
        yield must("feed.overlaps: from before until", row["from"] <= row["until"])


def _side_agrees(name: str, side: Snapshot) -> Iterator[Failure]:
    """Whatever is shown is rounded by itself, so a difference may be a hundredth of a tonne away."""
    allowed, carried, at_most, made = (_known(side[key]) for key in ("allowed", "carried", "at_most", "made"))
    if allowed is None or carried is None:
        yield Failure(f"{name}.at_most", side["at_most"], None)
    else:
        yield _near(f"{name}.at_most", side["at_most"], allowed + carried)
    if made is None or at_most is None:
        yield Failure(f"{name}.excess", side["excess"], None)
        yield Failure(f"{name}.recovery", side["recovery"], None)
        return
    if side["excess"] is None:
        yield must(f"{name}.excess: none", made <= at_most)
    else:
        yield _near(f"{name}.excess", side["excess"], made - at_most)
    if at_most:
        share = made * 100 / at_most
        yield _near(f"{name}.recovery", side["recovery"], share, CENT + (1 + share / 100) / at_most)


def _known(value: str | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _near(name: str, found: str | None, expected: Fraction, by: Fraction = CENT) -> Failure:
    """Return the check that a figure is the expected one, but for the rounding of what it follows from."""
    return must(
        f"{name}: about {float(expected):.2f}", found is not None and abs(Fraction(found) - expected) <= by
    )


def _capacity_agrees(name: str, row: Snapshot) -> Iterator[Failure]:
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
    yield _near(f"{name}.assured", it["assured"], enough / factor)
    yield _near(f"{name}.without_feed", it["without_feed"], max(Fraction(0), capacity - enough))
    yield _near(f"{name}.to_be_found", it["to_be_found"], missing / factor)
    share = enough * 100 / capacity
    yield _near(f"{name}.per_cent", it["per_cent"], share, CENT + (1 + share / 100) / capacity)


# --- told again from the records ---


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return the mass balance as the feeds, targets and measurements of the project tell it."""
    return told_of(project, *records([project]).get(project.pk, ([], [], [])), as_of)


Records = tuple[list[Feed], list[Target], list[Measurement]]


def records(projects: Sequence[Project]) -> dict[int, Records]:
    """Return the feeds, the targets and the measurements of each project; four queries for any number of them."""
    found: dict[int, Records] = {it.pk: ([], [], []) for it in projects}
    for feed in Feed.objects.filter(project__in=found):
        found[feed.project_id][0].append(feed)
    owners: dict[int, int] = {}
    targets = Target.objects.filter(project__in=found)
    for target in targets.select_related("indicator").prefetch_related("versions"):
        owners[target.pk] = target.project_id or 0
        found[owners[target.pk]][1].append(target)
    for value in Measurement.objects.filter(target__project__in=found):
        found[owners[value.target_id]][2].append(value)
    return found


def told_of(
    project: Project,
    rows: Sequence[Feed],
    targets: Sequence[Target],
    values: Sequence[Measurement],
    as_of: dt.date,
) -> Snapshot:
    """Return the mass balance as these records tell it."""
    feeds = {which: _counting(rows, which, as_of) for which in WHICH}
    capacities = list(_capacities(project, targets, feeds, as_of))
    built_for = [row["product"] for row in capacities]
    balances = list(_balances(project, targets, values, feeds, built_for, as_of))
    return {
        "excesses": {which: sum(it[which]["excess"] is not None for it in balances) for which in WHICH},
        "unassured": sum(not it["assured"] for it in capacities),
        "amounts": list(_amounts(feeds)),
        "balances": balances,
        "capacities": capacities,
        "overlaps": list(_overlaps(feeds["claimed"])),
    }


def _counting(rows: Sequence[Feed], which: str, as_of: dt.date) -> list[Feed]:
    """What was received counts from the end of its period, a contract from the day it was claimed."""
    return standing(
        rows,
        which,
        as_of,
        day=lambda row: timezone.localdate(row.claimed_at) if row.is_contracted else row.period_end,
        later_replace=False,
    )


def _year(start: dt.date) -> str:
    return f"{start.year}-{(start.year + 1) % 100:02d}"


def _years(row: Feed) -> Iterator[dt.date]:
    start = first_day(row.period_start)
    yield start
    while row.is_contracted and (start := start.replace(year=start.year + 1)) <= row.period_end:
        yield start


def _tonnes(rows: Sequence[Feed], year: dt.date, material: str, *, contracted: bool) -> Fraction | None:
    own = [
        row
        for row in rows
        if row.material == material and row.is_contracted == contracted and year in set(_years(row))
    ]
    return sum((_part(row, year) for row in own), Fraction(0)) if own else None


def _part(row: Feed, year: dt.date) -> Fraction:
    """A contract gives each year its months of it; a delivery belongs whole to the year it began in."""
    if not row.is_contracted:
        return Fraction(row.tonnes)
    last = year.replace(year=year.year + 1) - dt.timedelta(days=1)
    inside = months(max(row.period_start, year), min(row.period_end, last))
    return Fraction(row.tonnes) * inside / months(row.period_start, row.period_end)


def _shown(value: Fraction | None) -> str | None:
    return None if value is None else f"{half_up(value):f}"


def _amounts(feeds: dict[str, list[Feed]]) -> Iterator[Snapshot]:
    keys = {(year, row.material) for rows in feeds.values() for row in rows for year in _years(row)}
    for year, material in sorted(keys, key=lambda it: (it[0], MATERIALS.index(it[1]))):
        yield {
            "code": f"{_year(year)}/{material}",
            "year": _year(year),
            "material": material,
            **{
                name: {
                    which: _shown(_tonnes(feeds[which], year, material, contracted=contracted))
                    for which in WHICH
                }
                for name, contracted in (("received", False), ("contracted", True))
            },
        }


def _balances(
    project: Project,
    targets: Sequence[Target],
    values: Sequence[Measurement],
    feeds: dict[str, list[Feed]],
    built_for: Sequence[str],
    as_of: dt.date,
) -> Iterator[Snapshot]:
    makers: dict[str, list[Target]] = {product: [] for product in built_for}
    for target in targets:
        product = product_of(target, "PRD", project.product)
        if product:
            makers.setdefault(product, []).append(target)
    found = []
    for product, own in makers.items():
        keys = {it.pk for it in own}
        measured = {
            first_day(it.period_end) for it in values if it.target_id in keys and it.period_end <= as_of
        }
        fed = {
            first_day(it.period_start)
            for it in feeds["claimed"]
            if not it.is_contracted and (it.material, product) in FACTORS
        }
        carried: dict[str, Fraction | None] = {which: Fraction(0) for which in WHICH}
        for year in sorted(measured | fed):
            outputs = {which: most(own, values, year, as_of, which) for which in WHICH}
            sides = {}
            for which in WHICH:
                made = outputs[which].tonnes
                sides[which], carried[which] = _side(feeds[which], product, year, made, carried[which])
            silent = all(it["fed"] is None and it["made"] is None for it in sides.values())
            if silent and not outputs["claimed"].left_out:
                continue
            found.append(
                {
                    "code": f"{_year(year)}/{product}",
                    "year": _year(year),
                    "product": product,
                    **sides,
                    "left_out": outputs["claimed"].left_out,
                }
            )
    yield from sorted(found, key=lambda it: (it["year"], MATERIALS.index(it["product"])))


def _side(
    rows: Sequence[Feed], product: str, year: dt.date, made: Fraction | None, carried: Fraction | None
) -> tuple[Snapshot, Fraction | None]:
    """Return one side of a balance, and what is left of its feed for the years to come (None: nobody knows)."""
    given = {
        feed: found
        for feed, to in FACTORS
        if to == product and (found := _tonnes(rows, year, feed, contracted=False)) is not None
    }
    allowed = _allowed(given, product)
    at_most = allowed + carried if allowed is not None and carried is not None else None
    excess = made - at_most if made is not None and at_most is not None and made > at_most else None
    share = made * 100 / at_most if made is not None and at_most else None
    left: Fraction | None = None
    if carried is not None and (allowed is not None or not given):
        left = max(Fraction(0), carried + (allowed or 0) - (made or 0))
    return {
        "fed": _shown(sum(given.values(), Fraction(0)) if given else None),
        "allowed": _shown(allowed),
        "carried": _shown(carried),
        "at_most": _shown(at_most),
        "made": _shown(made),
        "recovery": _shown(share),
        "excess": _shown(excess),
    }, left


def _allowed(given: dict[str, Fraction], product: str) -> Fraction | None:
    factors = {feed: FACTORS[feed, product] for feed in given if (feed, product) in FACTORS}
    if not factors or None in factors.values():
        return None
    return sum((given[feed] * (factor or 0) for feed, factor in factors.items()), Fraction(0))


def _capacities(
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
            "capacity": _shown(capacity),
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
        if capacity and not any(it in name for it in ("smco", "samarium", "ferrite", "alnico")):
            yield "project", "ndfeb_magnet", capacity, project.as_of


def _value(target: Target, as_of: dt.date) -> Any:
    """Return the value of the last version decided by the day."""
    known = [it for it in target.versions.all() if it.decided_on is None or it.decided_on <= as_of]
    return max(known, key=lambda it: it.number).value if known else None


def _assured(rows: Sequence[Feed], as_of: dt.date) -> dict[str, Fraction]:
    """Return what contracts give of each material in the best year from that of the day on."""
    found: dict[str, Fraction] = {}
    for row in rows:
        for year in _years(row) if row.is_contracted else ():
            if year >= first_day(as_of):
                amount = _tonnes(rows, year, row.material, contracted=True) or Fraction(0)
                found[row.material] = max(found.get(row.material, Fraction(0)), amount)
    return found


def _cover(capacity: Fraction, given: dict[str, Fraction], product: str) -> Snapshot:
    makes = _allowed(given, product)
    if makes is None:
        return dict.fromkeys(("assured", "enough_for", "per_cent", "without_feed", "to_be_found"))
    factor = FACTORS["ndpr_oxide", product] or Fraction(1)
    missing = max(Fraction(0), capacity - makes)
    return {
        "assured": _shown(makes / factor),
        "enough_for": _shown(makes),
        "per_cent": _shown(makes * 100 / capacity),
        "without_feed": _shown(missing),
        "to_be_found": _shown(missing / factor),
    }


def _overlaps(rows: Sequence[Feed]) -> Iterator[Snapshot]:
    in_order = sorted(rows, key=lambda row: (row.period_start, row.pk))
    for earlier, later in combinations(in_order, 2):
        alike = all(
            getattr(earlier, name) == getattr(later, name)
            for name in ("is_contracted", "material", "supplier_id")
        )
        if alike and later.period_start <= earlier.period_end:
            yield {
                "code": f"{later.material}/{later.period_start}",
                "material": later.material,
                "contracted": later.is_contracted,
                "from": later.period_start.isoformat(),
                "until": min(earlier.period_end, later.period_end).isoformat(),
            }
