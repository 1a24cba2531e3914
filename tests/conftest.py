"""The suite's base: one engine per run (tests/settings.py), the cast, and servers for single tests."""

import gc
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from tests import emptying, services
from tests.breadth import THOROUGH
from tests.cast import Cast, assemble
from tracker import bootstrap

# A busy machine takes longer for the same example: that is no failure.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")
# A suite leaves little garbage and much that stays: looking through it again and again is a sixth of its time.
gc.set_threshold(100_000, 50, 1000)

_numbers = itertools.count()
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "django_db_reset_sequences", "live_server"}


def pytest_report_header() -> str:
    return f"engine: {connection.vendor}, in {settings.TEST_RUN.folder}"


def pytest_configure(config: pytest.Config) -> None:
    """Compile translations that changed, before any worker of the run reads them."""
    if not hasattr(config, "workerinput"):
        bootstrap.compile_messages()


def pytest_unconfigure() -> None:
    settings.TEST_RUN.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other engine; `make test` runs both, so nothing is left out of it."""
    ours = [item for item in items if _engine(item) in (None, settings.TEST_RUN.engine)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(ours)])
    items[:] = ours


# What hangs on the engine is asked of both: who was faster, what the database refuses by itself, what waits for a lock, what is counted up,
# and the states that are kept by conditional writes.
ASKED_OF_BOTH = (
    *(
        "test_audit",
        "test_constraints",
        "test_throttles",
        "test_lifecycle_",
        "test_prepared",
        "test_documents",
    ),
    *("test_leases", "test_serials", "test_register", "test_migration", "test_funds"),
)
# The rest is asked of one, that its answers are the same on the other is asked by `make test-thorough`: figures and paper of SQLite,
# pages, API, imports and the worker's ways of PostgreSQL.
ASKED_OF_SQLITE = (
    *("test_figures_", "test_standings", "test_indicators", "test_permissions", "test_flags", "test_kind_"),
    *("test_changes", "test_mutations", "test_records", "test_hindi", "test_notices", "test_meetings"),
)


def _engine(item: pytest.Item) -> str | None:
    """Return the one engine that a test belongs to, if it belongs to one.

    A test without a database says nothing about PostgreSQL: it runs once, with SQLite. Tests with the marker
    `processes` have their own run, which offers a PostgreSQL and needs none.
    """
    marker = item.get_closest_marker("engine")
    if item.get_closest_marker("processes"):
        if marker and marker.args != ("postgres",):
            raise pytest.UsageError(f"{item.nodeid} would never run: `processes` run where PostgreSQL is")
        return None
    if marker:
        (engine,) = marker.args
        if engine not in services.ENGINES:
            raise pytest.UsageError(f"{item.nodeid}: there is no engine {engine!r}")
        return str(engine)
    if not (item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames)):
        return "sqlite"
    if THOROUGH or item.path.parent.name == "races" or item.path.name.startswith(ASKED_OF_BOTH):
        return None
    return "sqlite" if item.path.name.startswith(ASKED_OF_SQLITE) else "postgres"


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_guards() -> Iterator[None]:
    """Let the emptying of tables after a test with real transactions pass the triggers that forbid it."""
    with emptying.allowed():
        yield


@pytest.fixture(autouse=True)
def _in_the_language_of_the_settings() -> Iterator[None]:
    """Leave no test the language of the last request: a thread keeps it until the next one."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _with_checkpoints_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test find checkpoints of a trail that another one wrote; the folder comes with the first of them."""
    monkeypatch.setattr(
        settings,
        "CHECKPOINT_DIR",
        str(settings.TEST_RUN.folder / f"checkpoints-{os.getpid()}-{next(_numbers)}"),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast of tests/cast.py, in the database."""
    return assemble()


@pytest.fixture
def redis_server() -> Iterator[services.Server]:
    """A Redis for this test alone, to stop, freeze or empty as it likes."""
    server = services.start_redis()
    yield server
    server.stop()


@pytest.fixture
def empty_database_url() -> Iterator[str]:
    """The URL of a database without a table on the run's PostgreSQL, for tests that start the whole application."""
    if settings.TEST_RUN.engine != "postgres":
        pytest.fail("mark the test with @pytest.mark.engine('postgres'): it needs PostgreSQL")
    url = services.create_database(os.environ["DATABASE_URL"])
    yield url
    services.drop_database(url)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return settings.BASE_DIR
