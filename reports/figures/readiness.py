"""Technology readiness in a snapshot: what is claimed beside what is verified, and how far they are apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from projects.models import Project
from projects.progress.readiness import claimed_level, gap, verified_level
from reports.figures.shapes import Shape, day, organisation, text


def readiness(projects: Iterable[Project], as_of: dt.date) -> Shape:
    """Return the levels of those `projects` for which one is claimed or verified, the widest gap first."""
    rows = [_row(it, as_of) for it in projects if claimed_level(it) or verified_level(it, as_of)]
    rows.sort(key=lambda row: (row["verified"] is not None, -(row["level"] or 0), row["reference"]))
    return {
        "total": len(rows),
        "claimed": sum(row["claimed"] is not None for row in rows),
        "verified": sum(row["verified"] is not None for row in rows),
        "both": sum(row["gap"] is not None for row in rows),
        "rows": rows,
    }


def _row(project: Project, as_of: dt.date) -> Shape:
    """Return a project's levels; who verified a level is not recorded yet, so `by` is null."""
    verified = verified_level(project, as_of)
    source = text(project.source_url)
    stated = project.trl_stated or (str(project.trl_claimed) if project.trl_claimed else "")
    return {
        "reference": project.reference,
        "name": project.name,
        "phase": text(project.phase),
        "lead": organisation(project.lead),
        "claimed": (
            {"value": stated, "on": day(project.as_of), "by": None, "source_url": source} if stated else None
        ),
        "verified": (
            {"value": verified, "on": day(project.trl_verified_on), "by": None, "source_url": source}
            if verified
            else None
        ),
        "level": claimed_level(project),
        "gap": gap(project, as_of),
        "source_url": source,
    }
