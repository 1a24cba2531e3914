"""The readiness of one project: what must agree in the report alone, and both ladders told again from the assessments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise

from projects.models import Project, Readiness
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.claims import standing
from reports.checks.facts import post

TOP = {"trl": 9, "mrl": 10}
COUNTS_AT = 2  # V2: an independent look


def identities(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: a lead that is no difference, a standing that its level does not show."""
    for ladder, it in found.items():
        name = f"ladders.{ladder}"
        said, seen = it["claimed"], it["verified"]
        lead = said["level"] - seen["level"] if said and seen else None
        yield Failure(f"{name}.lead", it["lead"], lead)
        levels = {row["code"]: row for row in it["levels"]}
        order = [int(code[1:]) for code in levels]
        yield Failure(f"{name}.levels: each once, from the highest", order, sorted(set(order), reverse=True))
        yield must(f"{name}.levels: of the ladder", all(1 <= level <= TOP[ladder] for level in order))
        for which in ("claimed", "verified"):
            own = {f"L{row[which]['level']}": row[which] for row in it["levels"] if row[which]}
            yield must(f"{name}.levels.{which}: the level is the row's", own.keys() <= levels.keys())
            days = [row["on"] for row in own.values()]
            yield must(f"{name}.{which}.on: by the day", all(day <= as_of.isoformat() for day in days))
            if it[which]:
                there = own.get(f"L{it[which]['level']}")
                yield Failure(f"{name}.{which}", it[which], there)
                yield Failure(f"{name}.{which}.on: the latest", it[which]["on"], max(days))
            else:
                yield Failure(f"{name}.{which}", None, days[0] if days else None)


def told(project: Project, as_of: dt.date) -> Snapshot:
    """Return both ladders as the assessments of the project tell them."""
    rows = Readiness.objects.filter(project=project).select_related("claimed_by", "verified_by")
    return {
        name: told_of([row for row in rows if row.ladder == name.upper()], as_of) for name in ("trl", "mrl")
    }


def told_of(rows: Sequence[Readiness], as_of: dt.date) -> Snapshot:
    """Return one ladder as its assessments tell it."""
    said = standing(rows, "claimed", as_of, day=lambda row: row.assessed_on)
    seen = standing(rows, "verified", as_of, day=lambda row: row.assessed_on, level=COUNTS_AT)
    claimed = {row.value: _claim(row) for row in said}
    verified = {row.value: _proof(row) for row in seen}
    return {
        "claimed": _claim(said[-1]) if said else None,
        "verified": _proof(seen[-1]) if seen else None,
        "lead": said[-1].value - seen[-1].value if said and seen else None,
        "levels": [
            {"code": f"L{level}", "claimed": claimed.get(level), "verified": verified.get(level)}
            for level in sorted({*claimed, *verified}, reverse=True)
        ],
        "skipped": list(_skipped(seen)),
        "regressions": [
            {
                "code": f"L{row.value}",
                "before": before.value,
                "on": row.assessed_on.isoformat(),
                "note": row.note or None,
            }
            for before, row in pairwise(seen)
            if row.value < before.value
        ],
    }


def _skipped(seen: Sequence[Readiness]) -> Iterator[Snapshot]:
    """The first verified level may be any; after it each stands at most one above the highest before."""
    for place, row in enumerate(seen):
        highest = max((it.value for it in seen[:place]), default=row.value)
        if row.value - highest > 1:
            yield {
                "code": f"L{row.value}",
                "below": highest,
                "on": row.assessed_on.isoformat(),
                "waiver": row.waiver or None,
                "waived_by": post(row.verified_by) if row.waiver else None,
            }


def _claim(row: Readiness) -> Snapshot:
    return {
        "level": row.value,
        "on": row.assessed_on.isoformat(),
        "assessor": row.assessor,
        "by": post(row.claimed_by),
        "source_url": row.source_url or None,
    }


def _proof(row: Readiness) -> Snapshot:
    return {
        "level": row.value,
        "on": row.assessed_on.isoformat(),
        "assessor": row.assessor,
        "verified_on": row.verified_on.isoformat() if row.verified_on else None,
        "by": post(row.verified_by),
        "verification": row.level,
    }
