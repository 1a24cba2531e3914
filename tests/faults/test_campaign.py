"""The short version of `make faults`: the faults that need most of the engine, with few reports (docs/reliability.md)."""

from collections.abc import Iterator

import pytest

from tests.faults.campaign import suffer
from tests.faults.faults import FAULTS
from tests.faults.world import World

REPORTS = 3
PRODUCTION = ("killed_committing", "frozen", "frozen_committing", "redis_frozen", "restarted")
SMALL = ("random_kills", "killed_writing")

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Workers on PostgreSQL and Redis; empty pages instead of reports, which would take most of the time."""
    yield from _world(tmp_path_factory, "postgres", "redis", PRODUCTION, sketch=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Polling runners on SQLite, with real drawings."""
    yield from _world(tmp_path_factory, "sqlite", "none", SMALL, sketch=False)


def _world(
    folders: pytest.TempPathFactory, database: str, broker: str, titles: tuple[str, ...], *, sketch: bool
) -> Iterator[World]:
    world = World(folders.mktemp("world") / "faults", database, broker, sketch=sketch)
    try:
        world.prepare()
        world.owe(**dict.fromkeys(titles, REPORTS))
        yield world
    finally:
        world.close()


@pytest.mark.parametrize("title", PRODUCTION)
def test_every_report_is_issued_once_on_postgresql_and_redis(production: World, title: str):
    assert suffer(production, FAULTS[title]).verdict == "kept"


@pytest.mark.parametrize("title", SMALL)
def test_every_report_is_issued_once_on_sqlite_without_a_broker(small: World, title: str):
    assert suffer(small, FAULTS[title]).verdict == "kept"
