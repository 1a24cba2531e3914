"""A snapshot whose figures contradict each other is not issued, and the figure is named."""

import copy
import random
from decimal import Decimal
from typing import Any

import pytest

from reports import checks
from tests.reports import examples

CHANGES = 300
# Words, dates and numbers that nothing else in the snapshot bears witness to.
WITHOUT_WITNESS = {"meta", "reliance", "evidence", "trl", "project", "funds", "capacity", "cases"}


def sound(kind: str) -> dict[str, Any]:
    return examples.programme() if kind == "programme" else examples.project()


def figures(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all numbers that follow from other parts of the snapshot."""
    if isinstance(value, dict):
        return [it for key, inner in value.items() for it in figures(inner, (*path, key))]
    if isinstance(value, list):
        return [it for index, inner in enumerate(value) for it in figures(inner, (*path, index))]
    return [path] if is_figure(value) and is_derived(path) else []


def is_figure(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and value.replace(".", "", 1).isdigit())


def is_derived(path: tuple[Any, ...]) -> bool:
    if not WITHOUT_WITNESS.isdisjoint(path) or path[-1] in (
        "minimum_level",
        "level",
        "version",
        "revisions",
        "number",
        "value",
    ):
        return False
    return not (path[0] == "outputs" and "rows" in path)


def changed(snapshot: dict[str, Any], path: tuple[Any, ...], by: int) -> dict[str, Any]:
    found = copy.deepcopy(snapshot)
    *above, last = path
    place: Any = found
    for key in above:
        place = place[key]
    place[last] = place[last] + by if isinstance(place[last], int) else str(Decimal(place[last]) + by)
    return found


@pytest.mark.parametrize("kind", ["programme", "project"])
def test_a_sound_snapshot_passes(kind):
    assert checks.failures(sound(kind)) == []


@pytest.mark.parametrize("kind", ["programme", "project"])
def test_a_single_changed_figure_is_found(kind):
    snapshot, chance = sound(kind), random.Random(20260331)
    paths = figures(snapshot)
    chosen = paths if len(paths) <= CHANGES else chance.sample(paths, CHANGES)
    missed = [path for path in chosen if not checks.failures(changed(snapshot, path, chance.choice([-1, 1])))]
    assert len(chosen) > 50
    assert missed == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("milestones", "states", "open"), "milestones.total is 93, but must be 94"),
        (("milestones", "overdue", "sum"), "milestones.overdue.sum is 1748, but must be 1747"),
        (("agreements", "paper_only"), "agreements.paper_only is 27, but must be 26"),
        (("money", "total"), "money.total is 67110.00, but must be 67109.00"),
        (("targets", "claimed", "mean"), "targets.claimed.mean is 91.73, but must be 90.73"),
    ],
)
def test_the_wrong_figure_is_named_with_what_it_must_be(path, words):
    assert words in [str(failure) for failure in checks.failures(changed(sound("programme"), path, 1))]


@pytest.mark.parametrize("missing", ["milestones", "meta", "targets"])
def test_a_snapshot_that_lacks_a_section_is_malformed(missing):
    snapshot = sound("programme")
    del snapshot[missing]
    (failure,) = checks.failures(snapshot)
    assert "malformed" in str(failure)
