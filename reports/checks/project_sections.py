"""The sections of a project report that rest on records of its own: each told again, and compared value by value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from projects.models import Project
from projects.permissions import Actor
from reports.checks import (
    execution,
    project_clearances,
    project_feed,
    project_handovers,
    project_ladders,
    project_money,
    project_roadmap,
)
from reports.checks.arithmetic import Failure, Snapshot

# What the records of a project say on a day, by the section of the report that shows it.
TOLD: dict[str, Callable[[Project, dt.date], Snapshot]] = {
    "money": project_money.told,
    "roadmap": project_roadmap.told,
    "clearances": project_clearances.told,
    "ladders": project_ladders.told,
    "handovers": project_handovers.told,
    "feed": project_feed.told,
}
# What must agree within each of them.
IDENTITIES: dict[str, Callable[[Snapshot, dt.date], Iterator[Failure]]] = {
    "money": project_money.identities,
    "roadmap": project_roadmap.identities,
    "clearances": project_clearances.identities,
    "ladders": project_ladders.identities,
    "handovers": project_handovers.identities,
    "feed": project_feed.identities,
}


def identities(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself in a section."""
    for name, agree in IDENTITIES.items():
        yield from agree(snapshot[name], as_of)


def told(snapshot: Snapshot, *, by: Actor) -> dict[str, Snapshot]:
    """Return from the records alone the sections of a project report, the rows of a partner report; else nothing."""
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    if "organisation" in snapshot and "execution" in snapshot:
        return {"execution": {**snapshot["execution"], "rows": execution.told(snapshot, as_of)}}
    if "project" not in snapshot:
        return {}
    project = Project.objects.visible_to(by).filter(reference=snapshot["project"]["reference"]).first()
    return {name: tell(project, as_of) for name, tell in TOLD.items() if name in snapshot} if project else {}


def differences(place: str, found: Any, expected: Any) -> Iterator[Failure]:
    """Yield each value that is not what the records say, by its place."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for key in found:
            yield from differences(f"{place}.{key}", found[key], expected[key])
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected, strict=True), 1):
            yield from differences(f"{place}[{number}]", one, other)
    elif found != expected:
        yield Failure(place, found, expected)
