"""The bell never holds anybody up: not when Redis is frozen, not when it is gone."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from projects.models import User
from reports import bell, engine
from reports.models import Report
from tests import services
from tests.cast import acting
from tests.reports.orders import NOW, claimed, order, schedule

PATIENCE = 3  # seconds that a page may take
ORDER = {"kind": "project", "project": "PRJ-901", "as_of": "2026-05-31"}


@pytest.fixture
def silent(settings) -> Iterator[None]:
    """A broker that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        yield


@pytest.fixture
def gone(settings) -> None:
    """A broker that is not there."""
    settings.REDIS_URL = f"redis://127.0.0.1:{services.free_port()}/0"


@pytest.fixture
def frozen(settings, redis_server) -> Iterator[None]:
    """A Redis that worked a moment ago and is stopped now."""
    settings.REDIS_URL = redis_server.url
    assert bell.ring(1)
    os.kill(redis_server.process.pid, signal.SIGSTOP)
    yield
    os.kill(redis_server.process.pid, signal.SIGCONT)


def seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


@pytest.mark.parametrize("broker", ["silent", "gone", "frozen"])
def test_the_bell_gives_up_and_says_so(broker, request):
    request.getfixturevalue(broker)
    assert seconds(lambda: bell.ring(1, 2, 3)) < PATIENCE
    assert bell.ring(1) is False


def test_without_a_broker_nobody_is_rung(settings):
    settings.REDIS_URL = ""
    assert bell.ring(1) is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["silent", "gone", "frozen"])
def test_an_order_is_answered_in_time_whatever_the_broker_does(cast, api, broker, request):
    request.getfixturevalue(broker)
    client = api(User.objects.get(username="officer"))
    answers = []
    assert seconds(lambda: answers.append(client.post("/api/v1/reports/", ORDER))) < PATIENCE
    assert answers[0].status_code == 202
    assert Report.objects.get().state == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_retry_page_is_answered_in_time_whatever_the_broker_does(cast, client, silent, today):
    report = order(cast)
    claimed(report).write(state="failed", failure="No disk.", lease_until=None)
    client.force_login(cast.manager)
    assert seconds(lambda: client.post(f"/reports/{report.slug}/retry")) < PATIENCE
    assert Report.objects.get().state == "queued"


@pytest.mark.django_db
def test_a_tick_registers_what_is_owed_whatever_the_broker_does(cast, silent):
    schedule(cast)
    for _number in range(5):
        order(cast)
    assert seconds(lambda: engine.tick(now=NOW)) < PATIENCE
    assert Report.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_and_carries_the_key_alone(cast, settings, redis_server):
    settings.REDIS_URL = redis_server.url
    report = order(cast)
    claimed(report).write(state="failed", failure="No disk.", lease_until=None)
    engine.retry(report, by=acting(cast.manager), now=NOW)
    with services.redis.Redis.from_url(redis_server.url, decode_responses=True) as redis:
        (message,) = redis.lrange("celery", 0, -1)
    assert '"task": "reports.tasks.render"' in message
    assert cast.our_project.name not in message
