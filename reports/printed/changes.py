"""The section "Change since the last report" on paper, the same for every kind (docs/rules/changes.md)."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from reports.printed import words
from reports.templatetags.snapshot import NONE

Snapshot = dict[str, Any]
SLUG = "changes"
# Outputs come first and agreements last, as everywhere in a report.
ORDER = (
    *(
        "outputs",
        "reliance",
        "sectors",
        "project",
        "organisation",
        "agreement",
        "parties",
        "working",
        "ladder",
        "technology",
    ),
    *("asked", "exceptions", "named", "action_points", "projects", "execution", "stages", "roadmap"),
    *("milestones", "revisions"),
    *("money", "trl", "readiness", "feed", "ladders", "handovers", "clearances"),
    *("indicators", "results", "targets", "evidence", "agreements", "provenance"),
)
NAME = re.compile(r"\[([^\]]*)\]$")


def title() -> str:
    return _("Change since the last report")


def context(snapshot: Snapshot) -> Snapshot:
    """Return `change` for `_changes.html`; None in a report that was made before changes were recorded."""
    found = snapshot.get("changes")
    if found is None:
        return {"change": None}
    rows = _milestones(snapshot)
    return {
        "change": {
            **found,
            "headline": [_headline(row) for row in found["headline"]],
            "events": found["milestones"] and _events(found["milestones"], rows),
            "projects": found["projects"] and _projects(found["projects"], snapshot, found["went"]),
            "blocks": _blocks(_in_order(found["moved"])),
            "lists": _lists(_in_order(found["came"]), _in_order(found["went"])),
            "texts": [words.place(entry["path"]) for entry in _in_order(found["texts"])],
        }
    }


def _in_order(entries: list[Snapshot]) -> list[Snapshot]:
    """Return the entries by section in the order of printing; within one they keep theirs."""

    def place(entry: Snapshot) -> int:
        section = re.split(r"[.\[]", entry["path"], maxsplit=1)[0]
        return ORDER.index(section) if section in ORDER else len(ORDER)

    return sorted(entries, key=place)


def _milestones(snapshot: Snapshot) -> dict[str, Snapshot]:
    rows = snapshot.get("milestones", {}).get("rows") or []
    return {row["reference"]: row for row in rows}


def _headline(row: Snapshot) -> Snapshot:
    path, moved = row["figure"], row["difference"]
    sign = "+" if moved is not None and not str(moved).startswith("-") and moved not in (0, "0.00") else ""
    return {
        "figure": words.figure_name(path),
        "old": words.value(row["old"], path),
        "new": words.value(row["new"], path),
        "difference": NONE if moved is None else f"{sign}{words.value(moved, path)}",
    }


def _events(events: Snapshot, rows: dict[str, Snapshot]) -> Snapshot:
    """Return what happened to milestones, each with its row; what cannot be told stays None."""

    def lines(name: str) -> list[Snapshot] | None:
        return (
            None
            if events[name] is None
            else [{**line, "row": rows[line["reference"]]} for line in events[name]]
        )

    def named(name: str) -> list[Snapshot] | None:
        return None if events[name] is None else [rows[reference] for reference in events[name]]

    slipped, further = lines("slipped"), lines("further_slipped")
    return {
        "since": events["since"],
        "added": named("added"),
        "achieved": named("achieved"),
        "slipped": slipped,
        "further_slipped": further,
        "moved_later": [
            *({**line, "again": False} for line in slipped or ()),
            *({**line, "again": True} for line in further or ()),
        ],
        "tiles": [
            (_("milestones added"), _count(events["added"])),
            (_("milestones achieved"), _count(events["achieved"])),
            (_("milestones slipped for the first time"), _count(slipped)),
            (_("milestones slipped further"), _count(further)),
        ],
    }


def _count(found: list[Any] | None) -> int | None:
    return None if found is None else len(found)


def _projects(found: Snapshot, snapshot: Snapshot, went: list[Snapshot]) -> Snapshot:
    names = {row["reference"]: row["name"] for row in snapshot.get("projects", {}).get("rows", ())}
    names |= {entry["row"]["reference"]: entry["row"].get("name", "") for entry in went if _is_project(entry)}
    return {
        name: [f"{reference} {names.get(reference, '')}".strip() for reference in found[name]]
        for name in ("added", "left")
    }


def _is_project(entry: Snapshot) -> bool:
    return entry["path"].startswith("projects.rows[") and isinstance(entry["row"], dict)


def _blocks(moved: list[Snapshot]) -> list[Snapshot]:
    """Return the figures that moved by section: those of the whole one by one, those of a record in one line."""
    blocks: dict[str, Snapshot] = {}
    for entry in moved:
        path = entry["path"]
        found = words.place(path)
        block = blocks.setdefault(found.section, {"whole": [], "rows": {}})
        old, new = (words.value(entry[name], path) for name in ("old", "new"))
        if found.row:
            line = _("%(figure)s %(old)s → %(new)s") % {"figure": found.figure, "old": old, "new": new}
            block["rows"].setdefault(found.row, []).append(line)
        else:
            block["whole"].append({"figure": found.figure, "old": old, "new": new})
    return [
        {
            "title": title,
            "whole": block["whole"],
            "rows": [(row, "; ".join(it)) for row, it in block["rows"].items()],
        }
        for title, block in blocks.items()
    ]


def _lists(came: list[Snapshot], went: list[Snapshot]) -> list[Snapshot]:
    """Return each list whose rows changed, with the names of those that came and went."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, entries in (("came", came), ("went", went)):
        for entry in entries:
            path = NAME.sub("", entry["path"])
            row = NAME.search(entry["path"])
            names = found.setdefault(path, {"came": [], "went": []})[name]
            names.append(words.place(entry["path"]).row if row else entry["path"])
    return [
        {"name": words.list_name(path), **{name: ", ".join(it) or NONE for name, it in names.items()}}
        for path, names in found.items()
    ]
