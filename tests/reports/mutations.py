"""Changes single figures of a snapshot: every number, decimal and day of its sections, each to another of its kind."""

from __future__ import annotations

import copy
import datetime as dt
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

OUTSIDE = {"schema", "meta", "changes"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
Path = tuple[Any, ...]


def figures(snapshot: dict[str, Any]) -> list[Path]:
    """Return the path of every number, decimal and day of the sections."""
    return [path for key in snapshot if key not in OUTSIDE for path in below(snapshot[key], (key,))]


def below(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from below(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from below(inner, (*path, index))
    elif is_figure(value):
        yield path


def is_figure(value: Any) -> bool:
    if isinstance(value, str):
        return bool(NUMBER.fullmatch(value) or DAY.fullmatch(value))
    return isinstance(value, int) and not isinstance(value, bool)


def changed(snapshot: dict[str, Any], path: Path, chance: random.Random) -> dict[str, Any]:
    """Return the snapshot with the one figure at `path` made another."""
    found = copy.deepcopy(snapshot)
    *above, last = path
    place: Any = found
    for key in above:
        place = place[key]
    place[last] = _another(place[last], chance)
    return found


def _another(value: Any, chance: random.Random) -> Any:
    by = chance.choice([-1, 1]) * chance.choice([1, 1, 1, 7, 100])
    if isinstance(value, int):
        return value + by
    if DAY.fullmatch(value):
        return (dt.date.fromisoformat(value) + dt.timedelta(days=by)).isoformat()
    places = Decimal(value).as_tuple().exponent
    return str(Decimal(value) + Decimal(by).scaleb(min(0, int(places))))


def name(path: Path) -> str:
    return ".".join(map(str, path))
