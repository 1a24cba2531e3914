"""The feed of one project: what must agree in the report alone, and every tonne told again from feeds and measurements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from django.utils import timezone

from projects.models import Feed, Measurement, Project, Target
from reports.checks import project_capacity
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.claims import standing
from reports.checks.project_made import first_day, most, product_of
from reports.checks.project_tonnes import (
    CENT,
    FACTORS,
    MATERIALS,
    gives,
    known,
    near,
    shown,
    tonnes_of,
    year_of,
    years,
)

WHICH = ("claimed", "verified")

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
        yield from project_capacity.agrees(f"feed.capacities.{row['code']}", row)
    for row in found["overlaps"]:
        yield Failure("feed.overlaps", row["code"], f"{row['material']}/{row['from']}")
        yield must("feed.overlaps: from before until", row["from"] <= row["until"])


def _side_agrees(name: str, side: Snapshot) -> Iterator[Failure]:
    """Whatever is shown is rounded by itself, so a difference may be a hundredth of a tonne away."""
    allowed, carried, at_most, made = (known(side[key]) for key in ("allowed", "carried", "at_most", "made"))
    if allowed is None or carried is None:
        yield Failure(f"{name}.at_most", side["at_most"], None)
    else:
        yield near(f"{name}.at_most", side["at_most"], allowed + carried)
    if made is None or at_most is None:
        yield Failure(f"{name}.excess", side["excess"], None)
        yield Failure(f"{name}.recovery", side["recovery"], None)
        return
    if side["excess"] is None:
        yield must(f"{name}.excess: none", made <= at_most)
    else:
        yield near(f"{name}.excess", side["excess"], made - at_most)
    if at_most:
        share = made * 100 / at_most
        yield near(f"{name}.recovery", side["recovery"], share, CENT + (1 + share / 100) / at_most)


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
    capacities = list(project_capacity.capacities(project, targets, feeds, as_of))
    built_for = [row["product"] for row in capacities]
    balances = [row for row, _last in _balances(project, targets, values, feeds, built_for, as_of)]
    return {
        "excesses": {which: sum(it[which]["excess"] is not None for it in balances) for which in WHICH},
        "unassured": sum(not it["assured"] for it in capacities),
        "amounts": list(_amounts(feeds)),
        "balances": balances,
        "capacities": capacities,
        "overlaps": list(_overlaps(feeds["claimed"])),
    }


def doubts(
    project: Project,
    rows: Sequence[Feed],
    targets: Sequence[Target],
    values: Sequence[Measurement],
    as_of: dt.date,
) -> tuple[list[str], dt.date | None]:
    """Return what does not add up, and the oldest day of it that is not later than the as-of date."""
    feeds = {which: _counting(rows, which, as_of) for which in WHICH}
    capacities = list(project_capacity.capacities(project, targets, feeds, as_of))
    built_for = [row["product"] for row in capacities]
    found: list[tuple[str, dt.date | None]] = []
    for row, last in _balances(project, targets, values, feeds, built_for, as_of):
        if any(row[which]["excess"] is not None for which in WHICH):
            found.append(("excess", last))
    found += [
        ("unassured", dt.date.fromisoformat(row["since"]) if row["since"] else None)
        for row in capacities
        if not row["assured"]
    ]
    found += [
        ("overlap", timezone.localdate(later.claimed_at))
        for _earlier, later in _overlapping(feeds["claimed"])
    ]
    names = {name for name, _day in found}
    days = [day for _name, day in found if day and day <= as_of]
    return [it for it in ("excess", "unassured", "overlap") if it in names], min(days, default=None)


def _counting(rows: Sequence[Feed], which: str, as_of: dt.date) -> list[Feed]:
    """What was received counts from the end of its period, a contract from the day it was claimed."""
    return standing(
        rows,
        which,
        as_of,
        day=lambda row: timezone.localdate(row.claimed_at) if row.is_contracted else row.period_end,
        later_replace=False,
    )


def _amounts(feeds: dict[str, list[Feed]]) -> Iterator[Snapshot]:
    keys = {(year, row.material) for rows in feeds.values() for row in rows for year in years(row)}
    for year, material in sorted(keys, key=lambda it: (it[0], MATERIALS.index(it[1]))):
        yield {
            "code": f"{year_of(year)}/{material}",
            "year": year_of(year),
            "material": material,
            **{
                name: {
                    which: shown(tonnes_of(feeds[which], year, material, contracted=contracted))
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
) -> Iterator[tuple[Snapshot, dt.date]]:
    """Yield each balance with the last day of what was made, or of the year."""
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
            row = {
                "code": f"{year_of(year)}/{product}",
                "year": year_of(year),
                "product": product,
                **sides,
                "left_out": outputs["claimed"].left_out,
            }
            end = year.replace(year=year.year + 1) - dt.timedelta(days=1)
            found.append((row, outputs["claimed"].last or min(end, as_of)))
    yield from sorted(found, key=lambda it: (it[0]["year"], MATERIALS.index(it[0]["product"])))


def _side(
    rows: Sequence[Feed], product: str, year: dt.date, made: Fraction | None, carried: Fraction | None
) -> tuple[Snapshot, Fraction | None]:
    """Return one side of a balance, and what is left of its feed for the years to come (None: nobody knows)."""
    given = {
        feed: found
        for feed, to in FACTORS
        if to == product and (found := tonnes_of(rows, year, feed, contracted=False)) is not None
    }
    allowed = gives(given, product)
    at_most = allowed + carried if allowed is not None and carried is not None else None
    excess = made - at_most if made is not None and at_most is not None and made > at_most else None
    share = made * 100 / at_most if made is not None and at_most else None
    left: Fraction | None = None
    if carried is not None and (allowed is not None or not given):
        left = max(Fraction(0), carried + (allowed or 0) - (made or 0))
    return {
        "fed": shown(sum(given.values(), Fraction(0)) if given else None),
        "allowed": shown(allowed),
        "carried": shown(carried),
        "at_most": shown(at_most),
        "made": shown(made),
        "recovery": shown(share),
        "excess": shown(excess),
    }, left


def _overlaps(rows: Sequence[Feed]) -> Iterator[Snapshot]:
    for earlier, later in _overlapping(rows):
        yield {
            "code": f"{later.material}/{later.period_start}",
            "material": later.material,
            "contracted": later.is_contracted,
            "from": later.period_start.isoformat(),
            "until": min(earlier.period_end, later.period_end).isoformat(),
        }


def _overlapping(rows: Sequence[Feed]) -> Iterator[tuple[Feed, Feed]]:
    in_order = sorted(rows, key=lambda row: (row.period_start, row.pk))
    for earlier, later in combinations(in_order, 2):
        alike = all(
            getattr(earlier, name) == getattr(later, name)
            for name in ("is_contracted", "material", "supplier_id")
        )
        if alike and later.period_start <= earlier.period_end:
            yield earlier, later
