"""Faults of the workers: killed and frozen, at random and at every point of an attempt."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.faults.kinds import Done, Fault, Story, fault
from tests.faults.worker import POINTS
from tests.faults.world import LEASE, Post, World
from tests.processes import until

ZOMBIES = 2


@fault("nothing", "none, for comparison")
def nothing(world: World, done: Done) -> Story:
    world.hire()
    world.settle(done)
    return Story(attempts=range(1, 2))


@fault("random_kills", "kill -9 at random: worker, pool process, drawing process")
def random_kills(world: World, done: Done) -> Story:
    """Few enough that no report can meet five of them."""
    posts, chance, most = world.hire(), random.Random(20), 8
    kills: list[str] = []
    state = {"next": time.monotonic() + 4}

    def strike() -> None:
        if time.monotonic() < state["next"] or len(kills) >= most:
            return
        post = chance.choice(posts)
        kind = chance.choice(("worker", "pool", "drawing"))
        group, children = post.process.popen.pid, _children(post.process.popen.pid)
        if kind == "worker" or (kind == "pool" and not children):
            post.process.signal(signal.SIGKILL)
        else:
            victims = children if kind == "pool" else world.drawings()
            if not victims:
                return
            with suppress(ProcessLookupError):
                os.kill(chance.choice(victims), signal.SIGKILL)
        kills.append(f"{kind} {group}")
        state["next"] = time.monotonic() + chance.uniform(1, 3)

    world.settle(done, strike)
    return Story(struck=f"{len(kills)} kills")


def _killed_at(point: str) -> Fault:
    def happen(world: World, done: Done) -> Story:
        world.hire(fault=f"{point}:kill")
        world.settle(done)
        # Killed once in its first attempt each; after the commit there is nothing left to do.
        needed = range(1, 2) if point == "committed" else range(2, 3)
        return Story(struck=f"{len(world.strikes())} kills", attempts=needed)

    return happen


WORDS = {
    "claimed": "after the claim",
    "frozen": "after freezing the figures",
    "rendered": "after the drawing",
    "writing": "while the file is written",
    "written": "after the file is written",
    "committing": "before the commit",
    "committed": "after the commit",
}
for _point in POINTS:
    fault(f"killed_{_point}", f"kill -9 of every first attempt {WORDS[_point]}")(_killed_at(_point))


@fault("frozen", "SIGSTOP past the lease after the file is written, then SIGCONT")
def frozen(world: World, done: Done) -> Story:
    zombies = _frozen_at(world, "written")
    world.hire(name="heir")
    world.settle(done)
    _wake(zombies)
    for zombie in zombies:
        until(lambda log=zombie.log: "taken over by another worker" in log(), zombie.log, seconds=30)
    return Story(struck=f"{len(zombies)} zombies, all fenced", attempts=range(1, 3))


@fault("frozen_committing", "SIGSTOP inside the transaction that issues, then SIGCONT", database="postgres")
def frozen_committing(world: World, done: Done) -> Story:
    """The server ends a transaction that stands still for a lease, and with it the locks that all would wait for."""
    zombies = _frozen_at(world, "committing", count=1)  # a second one would wait for the first one's locks
    world.hire(name="heir")
    world.settle(done)
    _wake(zombies)
    for zombie in zombies:
        until(lambda log=zombie.log: "idle-in-transaction" in log(), zombie.log, seconds=30)
    return Story(struck="1 zombie, cut off by the server")


@fault("frozen_writing", "SIGSTOP inside the transaction that issues, then SIGCONT", database="sqlite")
def frozen_writing(world: World, done: Done) -> Story:
    """It holds the one lock there is: all wait, and once it wakes it ends what it began."""
    zombies = _frozen_at(world, "committing", count=1)
    world.hire(name="heir")
    time.sleep(2.5 * LEASE)
    _wake(zombies)
    world.settle(done)
    return Story(struck="1 zombie, ended its work")


def _frozen_at(world: World, point: str, count: int = ZOMBIES) -> list[Post]:
    zombies = world.hire(count, fault=f"{point}:stop", name="zombie", kept=False)
    world.settle(lambda: len(world.strikes()) >= count, seconds=90)
    return zombies


def _wake(zombies: list[Post]) -> None:
    for zombie in zombies:
        zombie.process.signal(signal.SIGCONT)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
