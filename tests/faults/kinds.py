"""What a fault is: its title, its words, where it can happen, and what it tells afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.world import World


class NotRun(Exception):
    """This machine cannot make the fault; the text says what is missing."""


@dataclass
class Story:
    """What a fault did, for the table: how often it struck, how many reports must have failed, what else went wrong."""

    struck: str = ""
    failing: int = 0
    ordered: int = 0  # reports that it ordered itself
    attempts: range = range(1, 6)
    broken: list[str] = field(default_factory=list)


Done = Callable[[], bool]
Fault = Callable[[World, Done], Story]


@dataclass(frozen=True)
class Kind:
    """A fault under its title, and where it can happen."""

    title: str
    words: str
    happen: Fault
    database: str = ""
    broker: str = ""

    def concerns(self, database: str, broker: str) -> bool:
        return self.database in ("", database) and self.broker in ("", broker)


FAULTS: dict[str, Kind] = {}


def fault(title: str, words: str, database: str = "", broker: str = "") -> Callable[[Fault], Fault]:
    def register(function: Fault) -> Fault:
        FAULTS[title] = Kind(title, words, function, database, broker)
        return function

    return register


def work_for(world: World, seconds: float) -> None:
    end = time.monotonic() + seconds
    world.settle(lambda: time.monotonic() > end)
