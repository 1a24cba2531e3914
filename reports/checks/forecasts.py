"""Forecasts of open dates: what must agree in a report alone, and each told again from the record of slips.

Written apart from `projects.progress.forecast`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from projects.models import Milestone
from projects.permissions import Actor
from reports.checks import facts
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.roads import Road

NEEDED = {"of_the_type": 5, "of_any_type": 8}
DATES = ("median_on", "from_on", "to_on")
PARTS = (Fraction(1, 2), Fraction(1, 10), Fraction(9, 10))
Told = tuple[Milestone, Snapshot]
Case = tuple[str, int]  # the type of a milestone, and by how many days its date came out late or was moved


def identities(found: Snapshot) -> Iterator[Failure]:
    """Yield what contradicts itself: a forecast from too few cases, a range in which its median does not lie."""
    rows = found["rows"]
    yield Failure("warnings.forecasts.total", found["total"], len(rows))
    known = sum(row["median_on"] is not None for row in rows)
    yield Failure("warnings.forecasts.known", found["known"], known)
    for row in rows:
        name = f"warnings.forecasts.{row['reference']}"
        yield Failure(f"{name}.needed", row["needed"], NEEDED[row["method"]])
        enough = row["cases"] >= row["needed"]
        yield must(f"{name}.cases: no more than are known", row["cases"] <= found["cases"])
        for key in DATES:
            yield Failure(f"{name}.{key}: only from enough cases", row[key] is not None, enough)
        if enough:
            yield must(f"{name}: in order", row["from_on"] <= row["median_on"] <= row["to_on"])
    yield must("warnings.forecasts: the next first", [_place(it) for it in rows] == sorted(map(_place, rows)))


def _place(row: Snapshot) -> tuple[str, ...]:
    return row["due"]["on"], row["project"] or "", row["reference"], row["gate"] or ""


def milestones(as_of: dt.date, by: Actor) -> list[Told]:
    """Return the milestones that `by` may see, each with what its record says on the day."""
    rows = Milestone.objects.visible_to(by).select_related(
        "project", "agreement", "claimed_by", "verified_by"
    )
    return [(row, facts.milestone(row, as_of)) for row in rows.prefetch_related("revisions__approved_by")]


def told(rows: Sequence[Told], ways: Iterable[Road], as_of: dt.date) -> Snapshot:
    """Return the open milestones and the gates that wait, each with its forecast from the slips of the milestones."""
    slips = {row.pk: (row.type, days) for row, it in rows if (days := slip(it)) is not None}
    found = []
    for row, it in rows:
        if it["state"] == "open":
            others = [case for key, case in slips.items() if key != row.pk]
            own = slips.get(row.pk, ("", 0))[1]
            found.append(
                {
                    "reference": row.reference,
                    "title": row.title,
                    "project": it["project"],
                    "gate": None,
                    "baseline": it["baseline"],
                    "due": it["latest"],
                    **_likely(it["baseline"]["on"], row.type, own, others, as_of),
                }
            )
    for way in ways:
        for code, first, last in () if way.is_stopped else way.planned():
            moved = (last.planned_on - first.planned_on).days
            found.append(
                {
                    "reference": way.project.reference,
                    "title": way.project.name,
                    "project": way.project.reference,
                    "gate": code,
                    "baseline": {"on": first.planned_on.isoformat(), "precision": first.precision},
                    "due": {"on": last.planned_on.isoformat(), "precision": last.precision},
                    **_likely(first.planned_on.isoformat(), None, moved, list(slips.values()), as_of),
                }
            )
    return {
        "total": len(found),
        "known": sum(it["median_on"] is not None for it in found),
        "cases": len(slips),
        "rows": sorted(found, key=_place),
    }


def slip(it: Snapshot) -> int | None:
    """Return how late an achieved date came out, or how far an open one was moved."""
    reached = it["actual"] if it["state"] == "achieved" else it["latest"] if it["state"] == "open" else None
    if not reached or not it["baseline"] or (it["state"] == "open" and not it["revisions"]):
        return None
    return (dt.date.fromisoformat(reached["on"]) - dt.date.fromisoformat(it["baseline"]["on"])).days


def _likely(start: str, kind: str | None, moved: int, cases: Sequence[Case], as_of: dt.date) -> Snapshot:
    """What came out earlier than this date already is late tells nothing of it."""
    first = dt.date.fromisoformat(start)
    already = max((as_of - first).days, moved)
    alike = [days for type_, days in cases if type_ == kind and days >= already]
    every = [days for _type, days in cases if days >= already]
    method = "of_the_type" if len(alike) >= NEEDED["of_the_type"] else "of_any_type"
    days = sorted(alike if method == "of_the_type" else every)
    enough = len(days) >= NEEDED[method]
    dates = [at(first, days, part) if enough else None for part in PARTS]
    return {
        "method": method,
        "cases": len(days),
        "needed": NEEDED[method],
        **dict(zip(DATES, dates, strict=True)),
    }


def at(first: dt.date, days: Sequence[int], part: Fraction) -> str:
    """Return the day of a quantile between the ordered cases, to whole days, half up."""
    whole, rest = divmod(part * (len(days) - 1), 1)
    above = days[min(int(whole) + 1, len(days) - 1)]
    exact = days[int(whole)] * (1 - rest) + above * rest
    return (first + dt.timedelta(days=(exact + Fraction(1, 2)).__floor__())).isoformat()
