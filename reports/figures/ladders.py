"""The readiness of one project by its own assessments, TRL and MRL, as the project report holds it."""

from __future__ import annotations

import datetime as dt

from projects.models import Project, Readiness
from projects.permissions import Actor
from projects.progress.readiness_ladder import LadderStanding, project_readiness
from reports.figures.shapes import Shape, day, person, text


def ladders(project: Project, as_of: dt.date, *, by: Actor) -> Shape:
    """Return both ladders: claimed beside verified, every level that has an assessment, what was skipped and lost."""
    rows = (
        Readiness.objects.visible_to(by).filter(project=project).select_related("claimed_by", "verified_by")
    )
    found = project_readiness(rows, as_of)
    return {"trl": _ladder(found.trl), "mrl": _ladder(found.mrl)}


def _ladder(found: LadderStanding) -> Shape:
    return {
        "claimed": _claim(found.claimed),
        "verified": _proof(found.verified),
        "lead": found.lead,
        "levels": [
            {"code": _code(it.value), "claimed": _claim(it.claimed), "verified": _proof(it.verified)}
            for it in found.levels
            if it.claimed or it.verified
        ],
        "skipped": [
            {
                "code": _code(gap.row.value),
                "below": gap.below,
                "on": day(gap.row.assessed_on),
                "waiver": text(gap.row.waiver),
                "waived_by": person(gap.row.verified_by) if gap.row.waiver else None,
            }
            for gap in found.gaps
        ],
        "regressions": [
            {
                "code": _code(fall.row.value),
                "before": fall.before.value,
                "on": day(fall.row.assessed_on),
                "note": text(fall.row.note),
            }
            for fall in found.falls
        ],
    }


def _code(level: int) -> str:
    return f"L{level}"


def _claim(row: Readiness | None) -> Shape | None:
    if row is None:
        return None
    return {
        "level": row.value,
        "on": day(row.assessed_on),
        "assessor": row.assessor,
        "by": person(row.claimed_by),
        "source_url": text(row.source_url),
    }


def _proof(row: Readiness | None) -> Shape | None:
    if row is None:
        return None
    return {
        "level": row.value,
        "on": day(row.assessed_on),
        "assessor": row.assessor,
        "verified_on": day(row.verified_on),
        "by": person(row.verified_by),
        "verification": row.level,
    }
