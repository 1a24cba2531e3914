"""Where the projects of a partner report stand, in words: one line each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import formats
from reports.templatetags.snapshot import NONE, label

Snapshot = dict[str, Any]


def context(found: Snapshot) -> Snapshot:
    """Return what `_partner_execution.html` reads beside the snapshot."""
    return {"execution_rows": [{**row, **_words(row)} for row in found["rows"]]}


def _words(row: Snapshot) -> Snapshot:
    return {
        "stage": stage(row),
        "gate": label(row["next_gate"], "Gate") if row["next_gate"] else NONE,
        "trl": _pair(row["trl_levels"]["verified"], row["trl_levels"]["claimed"]),
        "mrl": _pair(row["mrl_levels"]["verified"], row["mrl_levels"]["claimed"]),
        "papers": _pair(row["clearances_open"], row["clearances_alarms"]),
        "transfer": _transfer(row),
    }


def stage(row: Snapshot) -> str:
    """Return the stage of a project, and that it is stopped, held or over its time."""
    parts = [label(row["at_stage"], "Stage") if row["at_stage"] else NONE]
    if row["stopped"]:
        parts.append(_("stopped"))
    elif row["held"]:
        parts.append(_("held"))
    elif row["over_days"] is not None and row["over_days"] > 0:
        late = ngettext("%(shown)s day over its time", "%(shown)s days over its time", row["over_days"])
        parts.append(late % {"shown": formats.indian(row["over_days"])})
    return ", ".join(parts)


def _pair(first: int | None, second: int | None) -> str:
    shown = (NONE if it is None else formats.indian(it) for it in (first, second))
    return "{} ({})".format(*shown)


def _transfer(row: Snapshot) -> str:
    if not row["transfers"]:
        return NONE
    verified, claimed = (
        label(row[name], "TransferStage") if row[name] else NONE
        for name in ("transfer_verified", "transfer_claimed")
    )
    stages = f"{verified} ({claimed})"
    if row["transfers"] == 1:
        return stages
    words = {"number": formats.indian(row["transfers"]), "stages": stages}
    return _("%(number)s transfers, the furthest %(stages)s") % words
