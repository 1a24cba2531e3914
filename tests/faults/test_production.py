"""The short version of `make faults` on PostgreSQL and Redis, with empty pages in the place of reports (docs/reliability.md)."""

from collections.abc import Iterator

import pytest

from tests.faults.campaign import suffer
from tests.faults.faults import FAULTS
from tests.faults.world import World, opened

REPORTS = 3
TITLES = ("killed_committing", "frozen", "frozen_committing", "redis_frozen", "restarted")

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world"), "postgres", "redis", sketch=True) as world:
        world.owe(**dict.fromkeys(TITLES, REPORTS))
        yield world


@pytest.mark.parametrize("title", TITLES)
def test_every_report_is_issued_once(world: World, title: str):
    assert suffer(world, FAULTS[title]).verdict == "kept"
