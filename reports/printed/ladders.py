"""The readiness of one project in words: both ladders, and what was skipped or lost on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects import formats
from projects.choices import Ladder, VerificationLevel
from reports.templatetags.snapshot import NONE

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_project_ladders.html` reads beside the snapshot; a ladder without a level is left out."""
    return {
        "ladder_tables": [
            {
                "title": str(Ladder(name.upper()).label),
                "name": name.upper(),
                "standing": _standing(it),
                "rows": [_row(row) for row in it["levels"]],
                "notes": list(_notes(it)),
            }
            for name, it in found.items()
            if it["levels"]
        ],
        "ladders_silent": ", ".join(name.upper() for name, it in found.items() if not it["levels"]),
    }


def _standing(it: Snapshot) -> str:
    claimed, verified = (
        formats.indian(it[which]["level"]) if it[which] else formats.unknown()
        for which in ("claimed", "verified")
    )
    return _("Claimed: %(claimed)s. Verified: %(verified)s.") % {"claimed": claimed, "verified": verified}


def _row(row: Snapshot) -> Snapshot:
    said, seen = row["claimed"], row["verified"]
    return {
        "level": row["code"][1:],
        "claimed_on": formats.day(said["on"]) if said else NONE,
        "claimed_by": _("%(body)s; claimed by %(post)s")
        % {"body": said["assessor"], "post": said["by"] or NONE}
        if said
        else NONE,
        "verified_on": formats.day(seen["verified_on"]) if seen else NONE,
        "verified_by": seen["by"] or NONE if seen else NONE,
        "how": str(VerificationLevel(seen["verification"]).label) if seen else NONE,
    }


def _notes(it: Snapshot) -> Iterator[str]:
    for row in it["skipped"]:
        words = {
            "level": row["code"][1:],
            "below": row["below"],
            "day": formats.day(row["on"]),
            "waiver": row["waiver"],
            "post": row["waived_by"],
        }
        if row["waiver"]:
            text = _(
                "Level %(level)s of %(day)s was verified after level %(below)s: waived by %(post)s. %(waiver)s"
            )
        else:
            text = _("Level %(level)s of %(day)s was verified after level %(below)s, without a waiver.")
        yield text % words
    for row in it["regressions"]:
        text = _("Fallen back on %(day)s from level %(before)s to level %(level)s. %(note)s")
        words = {
            "level": row["code"][1:],
            "before": row["before"],
            "day": formats.day(row["on"]),
            "note": row["note"] or "",
        }
        yield (text % words).strip()
