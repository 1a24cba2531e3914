"""Faults of what the workers stand on: Redis, beat, PostgreSQL, the disk, the clock, and a report that nobody can make."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress

import psycopg
import redis

from tests import services
from tests.faults.kinds import Done, NotRun, Story, fault, work_for
from tests.faults.world import Space, World
from tests.processes import Caller

AHEAD = "7200"
TOO_SLOW = 3.0  # seconds that no page may take


@fault("flushed", "Redis FLUSHALL, twice a second", broker="redis")
def flushed(world: World, done: Done) -> Story:
    assert world.redis
    world.hire()
    client = redis.Redis.from_url(world.redis.url)
    times: list[float] = []

    def strike() -> None:
        if not times or time.monotonic() > times[-1] + 0.5:
            client.flushall()
            times.append(time.monotonic())

    world.settle(done, strike)
    client.close()
    return Story(struck=f"{len(times)} times", attempts=range(1, 2))


@fault("redis_killed", "Redis killed and restarted empty", broker="redis")
def redis_killed(world: World, done: Done) -> Story:
    assert world.redis
    world.hire()
    for _time in range(2):
        work_for(world, 4)
        world.redis.process.kill()
        work_for(world, 2)
        services.start_again(world.redis)
    world.settle(done)
    return Story(struck="2 times")


@fault("redis_frozen", "Redis frozen (SIGSTOP); pages and orders meanwhile", broker="redis")
def redis_frozen(world: World, done: Done) -> Story:
    assert world.redis
    world.hire()
    caller = _signed_in(world)
    story, slowest = Story(ordered=2), 0.0
    work_for(world, 2)
    world.redis.process.send_signal(signal.SIGSTOP)
    project = caller.get("/api/v1/projects/").json["results"][0]["reference"]
    body = {"kind": "project", "project": project, "as_of": "2026-03-31"}
    for ask in (
        lambda: caller.post("/api/v1/reports/", body),
        lambda: caller.get("/api/v1/reports/"),
        lambda: caller.get("/healthz"),
        lambda: caller.post("/api/v1/reports/", body),
        lambda: caller.get("/sign-in/"),
        lambda: caller.get("/healthz/deep"),
    ):
        began = time.monotonic()
        answer = ask()
        slowest = max(slowest, time.monotonic() - began)
        if answer.status >= 400 and not answer.url.endswith("/healthz/deep"):
            story.broken.append(f"{answer.url} answered {answer.status}")
    if slowest >= TOO_SLOW:
        story.broken.append(f"a page took {slowest:.1f} s")
    world.redis.process.send_signal(signal.SIGCONT)
    world.settle(done)
    story.struck = f"slowest answer {slowest:.1f} s"
    return story


def _signed_in(world: World) -> Caller:
    address = world.web()
    who = {"username": "manager", "password": world.passwords["manager"]}
    token = Caller(address).post("/api/v1/auth/login/", who).json["token"]
    return Caller(address, token)


@fault("three_beats", "three beats at once", broker="redis")
def three_beats(world: World, done: Done) -> Story:
    world.schedulers(3)
    world.hire()
    world.settle(done)
    return Story(attempts=range(1, 2))


@fault("three_runners", "three polling runners at once", broker="none")
def three_runners(world: World, done: Done) -> Story:
    world.hire(3)
    world.settle(done)
    return Story(attempts=range(1, 2))


@fault("restarted", "PostgreSQL stopped at once (-m immediate) and started again", database="postgres")
def restarted(world: World, done: Done) -> Story:
    """Meanwhile the deep health check names the database."""
    assert world.postgres
    world.hire()
    story, caller = Story(struck="2 times"), Caller(world.web())
    for _time in range(2):
        work_for(world, 4)
        world.postgres.process.send_signal(signal.SIGQUIT)
        work_for(world, 1)
        answer = caller.get("/healthz/deep")
        if answer.status != 503 or "database" not in answer.json["wrong"]:
            story.broken.append(f"/healthz/deep said {answer.text}")
        services.start_again(world.postgres)
    world.settle(done)
    return story


@fault("terminated", "backends ended (pg_terminate_backend)", database="postgres")
def terminated(world: World, done: Done) -> Story:
    world.hire()
    ended = 0
    for _time in range(4):
        work_for(world, 3)
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with suppress(psycopg.OperationalError):
            ended += len(world.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608
    world.settle(done)
    return Story(struck=f"{ended} backends")


@fault("disk_full", "the disk of the archive is full, then grows")
def disk_full(world: World, done: Done) -> Story:
    """The disk is full after a page or two; drafts are taken back, and the reports come once there is room."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        raise NotRun("a disk of its own needs root and unshare(1)")
    world.space = Space(world.data_dir / "files", "16k")
    if not world.space.is_mounted:
        raise NotRun(f"no disk could be mounted: {world.space.said}")
    world.hire(FAULT_PAUSE="4")
    lacked = "No space left on device"
    world.settle(lambda: world.logs().count(lacked) >= 2, seconds=90)
    drafts = [path.name for path in world.files.glob(".draft-*")]
    world.space.grow("256m")
    world.settle(done)
    times = world.logs().count(f"OSError: [Errno 28] {lacked}")
    # A draft that is being written at this moment is none that was left.
    return Story(struck=f"{times} attempts", broken=[f"drafts: {drafts}"] if len(drafts) > 2 else [])


@fault("clock_ahead", "one worker's clock two hours ahead")
def clock_ahead(world: World, done: Done) -> Story:
    """Next to a slow one with the right time, which makes its first report for longer than two leases."""
    world.hire(1, fault="rendered:dawdle", name="right")
    world.settle(lambda: len(world.strikes()) >= 1, seconds=90)
    world.hire(1, name="ahead", FAULT_AHEAD=AHEAD)
    if (
        world.broker == "redis"
    ):  # its Celery takes every message for an old one, so one that needs no message, too
        world.hire(1, name="poller", polling=True, FAULT_AHEAD=AHEAD)
    world.settle(done)
    if world.database == "sqlite":
        return Story(struck="takes over what is alive", attempts=range(1, 4))
    story = Story(struck="takes nothing over", attempts=range(1, 2))
    ahead = world.ask("SELECT count(*) FROM reports_report WHERE issued_at > now() + interval '5 minutes'")
    if ahead != [(0,)]:
        story.broken.append(f"{ahead[0][0]} reports issued in the future")
    return story


@fault("poison", "a report that no worker can draw")
def poison(world: World, done: Done) -> Story:
    world.hire(FAULT_LIMIT="6", FAULT_DRAWING="")
    world.settle(done)
    ((failure, title),) = world.ask(
        "SELECT failure, s.title FROM reports_report r JOIN reports_reportschedule s ON s.id = r.schedule_id"
        " WHERE r.state = 'failed'"
    )
    story = Story(struck=f"“{failure}”", failing=1)
    if (
        title != "poison"
        or "None of 5 attempts succeeded" not in failure
        or "6 seconds of processor" not in failure
    ):
        story.broken.append(f"the reason says {failure!r}")
    return story
