"""What sectors need against Indian output: what must agree in the report alone, and each need told again from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from projects.models import Measurement, Project, SectorNeed, Target
from projects.permissions import Actor
from projects.progress import half_up
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.facts import number
from reports.checks.project_made import most, product_of
from reports.checks.project_tonnes import CENT, near, shown

WHICH = ("claimed", "verified")
INTERNAL = "defence"
Needs = dict[str, Snapshot]


def identities(found: Snapshot) -> Iterator[Failure]:
    """Yield what contradicts itself: counts, a share that does not follow, a need that no report may hold."""
    rows = found["rows"]
    yield Failure("sectors.total", found["total"], len(rows))
    for which in WHICH:
        there = sum(row["met"][which] is not None for row in rows)
        yield Failure(f"sectors.{which}", found[which], there)
    for row in rows:
        name = f"sectors.{row['reference']}"
        yield must(f"{name}.sector: not internal", row["sector"] != INTERNAL)
        for which in WHICH:
            made, met = row["output"][which], row["met"][which]
            yield Failure(f"{name}.met.{which}", met is None, made is None)
            if made is not None:
                need = Fraction(row["tonnes"])
                # What was made is rounded by itself, and so is the share.
                yield near(f"{name}.met.{which}", met, Fraction(made) * 100 / need, CENT + 1 / need)
            yield must(f"{name}.output.{which}: somebody serves", made is None or row["serving"] > 0)


def told(as_of: dt.date, *, by: Actor) -> list[Snapshot]:
    """Return each need with what the projects made that serve the sector; four queries."""
    needs = (
        SectorNeed.objects.visible_to(by).exclude(sector=INTERNAL).order_by("sector", "period", "reference")
    )
    serving = Project.objects.visible_to(by).exclude(sector="")
    targets = list(
        Target.objects.visible_to(by)
        .filter(project__in=serving, indicator__code__startswith="PRD-")
        .select_related("project", "indicator")
    )
    values = list(Measurement.objects.filter(target__in=targets))
    return [_row(need, targets, values, as_of) for need in needs if not need.as_of or need.as_of <= as_of]


def facts(row: SectorNeed, _as_of: dt.date) -> Snapshot:
    """Return what the record of a need says."""
    return {
        "sector": row.sector,
        "material": row.material,
        "period": row.period,
        "tonnes": number(row.tonnes),
        "source_url": row.source_url or None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
    }


def _row(need: SectorNeed, targets: list[Target], values: list[Measurement], as_of: dt.date) -> Snapshot:
    makers: dict[int, list[Target]] = {}
    for target in targets:
        project = target.project
        if project is None or project.sector != need.sector:
            continue
        if product_of(target, "PRD", project.product) == need.material:
            makers.setdefault(project.pk, []).append(target)
    year = dt.date(int(need.period[:4]), 4, 1)
    made: dict[str, Fraction | None] = {}
    for which in WHICH:
        found = [most(own, values, year, as_of, which).tonnes for own in makers.values()]
        known = [it for it in found if it is not None]
        made[which] = sum(known, Fraction(0)) if known else None
    return {
        "reference": need.reference,
        **facts(need, as_of),
        "serving": len(makers),
        "output": {which: shown(it) for which, it in made.items()},
        "met": {
            which: None if it is None else f"{half_up(it * 100 / Fraction(need.tonnes)):f}"
            for which, it in made.items()
        },
    }
