"""The road of one project in words: where it stands, its gates, and when it becomes commercial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import formats
from reports.templatetags.snapshot import NONE, fact_date, label

Snapshot = dict[str, Any]


def context(road: Snapshot) -> Snapshot:
    """Return what `_project_roadmap.html` reads beside the snapshot."""
    return {
        "road_facts": list(_facts(road)),
        "road_gates": [{**row, "likely": likely(row["likely"])} for row in road["gates"]],
        "road_decisions": [
            {**row, "words": " ".join(it for it in (row["conditions"], row["reason"]) if it) or NONE}
            for row in road["decisions"]
        ],
    }


def _facts(road: Snapshot) -> Iterator[tuple[str, str]]:
    stage = road["stage"]
    yield _("Stage"), label(stage, "Stage") if stage else _("no gate has been decided yet")
    if road["held"] or road["stopped"]:
        yield _("Standing"), _("stopped") if road["stopped"] else _("held")
    yield _("In this stage since"), formats.day(road["since"])
    yield _("The stage should end by"), _time_box(road)
    if road["next_gate"]:
        yield _("Next gate"), label(road["next_gate"], "Gate")
    yield _("Commercial operation"), commercial(road)


def _time_box(road: Snapshot) -> str:
    if road["time_box_ends"] is None:
        return formats.unknown()
    day, over = formats.day(road["time_box_ends"]), road["over_days"]
    if over <= 0:
        return day
    late = ngettext("%(shown)s day over its time", "%(shown)s days over its time", over)
    return f"{day}, {late % {'shown': formats.indian(over)}}"


def commercial(road: Snapshot) -> str:
    """Return the commercialisation date: the pass of the last gate, else its plan, and what the record of slips says of it."""
    found = road["commercialisation"]
    if found is None:
        return _("does not apply")
    if found["on"] is None:
        return _("not planned yet")
    if found["passed"]:
        return _("%(day)s (gate passed)") % {"day": fact_date(found["on"])}
    if found["likely"] is None:
        return fact_date(found["on"])
    words = {"day": fact_date(found["on"]), "likely": likely(found["likely"])}
    return _("%(day)s as planned; by the record of slips: %(likely)s") % words


def likely(found: Snapshot | None) -> str:
    """Return a forecast with its range, or that there are too few cases."""
    if found is None:
        return NONE
    if found["median"] is None:
        return _("too few cases (%(cases)s, needs %(needed)s)") % {
            "cases": formats.indian(found["cases"]),
            "needed": formats.indian(found["needed"]),
        }
    return _("%(day)s (80 per cent range %(early)s to %(late)s, from %(cases)s cases)") % {
        "day": formats.day(found["median"]),
        "early": formats.day(found["from"]),
        "late": formats.day(found["to"]),
        "cases": formats.indian(found["cases"]),
    }
