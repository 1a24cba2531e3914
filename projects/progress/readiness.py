"""Technology readiness as claimed and as verified, kept apart: rules of docs/rules/transfer.md."""

from __future__ import annotations

import datetime as dt
import re

from projects.models import Project


def claimed_level(project: Project) -> int | None:
    """Return the highest level that is claimed: 8 for "7/8"; None where none is claimed."""
    stated = [int(level) for level in re.findall(r"[1-9]", project.trl_stated)]
    return max(stated, default=project.trl_claimed)


def verified_level(project: Project, as_of: dt.date) -> int | None:
    """Return the level that was verified by the as-of date."""
    on = project.trl_verified_on
    return project.trl_verified if on and on <= as_of else None


def gap(project: Project, as_of: dt.date) -> int | None:
    """Return by how many levels the claim goes beyond what is verified; None unless both are known."""
    claimed, verified = claimed_level(project), verified_level(project, as_of)
    return None if claimed is None or verified is None else claimed - verified
