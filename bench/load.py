"""Fifty people at work for ten minutes while reports are made, and callers who are slow on purpose (`make load`).

Real processes on one machine: PostgreSQL, Redis, the web server, a worker and the scheduler. It ends with 1 when an answer was a server error,
when 95 of 100 answers took longer than half a second, or when a report was not issued in time. Memory is read from /proc.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import socket
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench import say
from tests import services
from tests.processes import Caller, Installation

P95 = 0.5  # seconds
GRACE = 120  # seconds after the people have gone, for the reports that still wait
PEOPLE = ("officer", "manager", "partner", "partner_irel", "viewer", "auditor")
# How often each is asked for; what begins with /api/ with a token, the rest in a session.
READ = {
    "/": 8, "/programme/": 3, "/projects/": 6, "/projects/PRJ-003/": 8, "/milestones/?overdue=true": 5, "/targets/": 3,
    "/reports/": 4, "/notices/": 3, "/public/": 2,
    "/api/v1/projects/": 8, "/api/v1/projects/PRJ-003/": 6, "/api/v1/milestones/": 6, "/api/v1/reports/": 3,
}  # fmt: skip
WRITTEN = "POST /api/v1/milestones/"


@dataclass
class Told:
    """What came back: for each address the seconds of its answers, and how many were no good."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, status: int, seconds: float) -> None:
        with self.lock:
            self.seconds[what].append(seconds)
            if status >= 500 or status == 0:
                self.failed[what] += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--slow", type=int, default=40, help="callers who send or read next to nothing")
    asked = parser.parse_args()
    folder = services.new_folder()
    database, broker = services.start_postgres(), services.start_redis()
    site = Installation(
        folder, DATABASE_URL=database.url, REDIS_URL=broker.url, ALLOWED_HOSTS="127.0.0.1", LOG_LEVEL="WARNING",
        THROTTLES="write=100000/minute,heavy=100000/hour,sign_in=1000/minute",
    )  # fmt: skip
    try:
        site.prepare()
        return _measure(site, asked)
    finally:
        site.end()
        broker.stop()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(site: Installation, asked: argparse.Namespace) -> int:
    address = site.web()
    site.worker()
    site.beat()
    sessions = {name: _signed_in(site, address, name) for name in PEOPLE}
    tokens = {name: _token(site, address, name) for name in PEOPLE}
    say(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}; "
        f"{asked.people} people for {asked.seconds} s, {asked.reports} reports, {asked.slow} slow callers\n"
    )
    told, ends = Told(), time.monotonic() + asked.seconds
    memory: dict[str, list[int]] = defaultdict(list)
    for number in range(asked.reports):
        body = {"kind": "project", "project": f"PRJ-{number % 28 + 1:03d}", "as_of": "2026-03-31"}
        answer = Caller(address, tokens["manager"]).post("/api/v1/reports/", body)
        assert answer.status in (201, 202), answer.text
    with _slow_callers(address, asked.slow):
        crowd = [
            threading.Thread(target=_work, args=(address, sessions, tokens, told, ends, number), daemon=True)
            for number in range(asked.people)
        ]
        for person in crowd:
            person.start()
        while time.monotonic() < ends:
            _remember(site, memory)
            time.sleep(min(5, max(0.1, ends - time.monotonic())))
        for person in crowd:
            person.join(60)
    waiting = _waiting(address, tokens["manager"])
    until = time.monotonic() + GRACE
    while waiting and time.monotonic() < until:
        time.sleep(2)
        waiting = _waiting(address, tokens["manager"])
    return _tell(told, memory, asked, waiting)


def _work(
    address: str, sessions: dict[str, Caller], tokens: dict[str, str], told: Told, ends: float, number: int
) -> None:
    """One person: asks, reads for a second or three, asks again; now and then writes something down."""
    chance, name = random.Random(number), PEOPLE[number % len(PEOPLE)]  # noqa: S311 - no secret hangs on it
    in_session, by_token = sessions[name], Caller(address, tokens[name])
    officer = Caller(address, tokens["officer"])
    paths, weights = list(READ), list(READ.values())
    turn = 0
    while time.monotonic() < ends:
        turn += 1
        began = time.monotonic()
        if turn % 25 == 0:
            body = {
                "project": "PRJ-003",
                "title": f"Step {number} {turn}",
                "type": "commissioning",
                "baseline_on": "2027-03-31",
            }
            what, ask = WRITTEN, lambda body=body: officer.post("/api/v1/milestones/", body)
        else:
            what = chance.choices(paths, weights)[0]
            caller = by_token if what.startswith("/api/") else in_session
            ask = lambda what=what, caller=caller: caller.get(what)  # noqa: E731 - asked at once, below
        try:
            status = ask().status
        except OSError:
            status = 0
        told.note(what, status, time.monotonic() - began)
        time.sleep(chance.uniform(1, 3))


@contextmanager
def _slow_callers(address: str, count: int) -> Iterator[None]:
    """Hold connections open: half never finish their request, half read the answer a byte at a time."""
    host, _, port = address.removeprefix("http://").partition(":")
    held = []
    for number in range(count):
        caller = socket.create_connection((host, int(port)), timeout=5)
        caller.sendall(b"GET /public/ HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        if number % 2:
            caller.sendall(b"\r\n")
        held.append(caller)
    stop = threading.Event()

    def sip() -> None:
        while not stop.wait(1):
            for number, caller in enumerate(held):
                with suppress(OSError):
                    caller.recv(1) if number % 2 else caller.send(b"X")

    sipping = threading.Thread(target=sip, daemon=True)
    sipping.start()
    try:
        yield
    finally:
        stop.set()
        for caller in held:
            caller.close()


def _signed_in(site: Installation, address: str, name: str) -> Caller:
    caller = Caller(address)
    answer = caller.fill_in("/sign-in/", username=name, password=site.passwords[name])
    assert answer.status == 200, answer.text[:500]
    assert "/sign-in/" not in answer.url, answer.url
    return caller


def _token(site: Installation, address: str, name: str) -> str:
    given = {"username": name, "password": site.passwords[name]}
    answer = Caller(address).post("/api/v1/auth/login/", given)
    assert answer.status in (200, 201), answer.text
    return str(answer.json["token"])


def _waiting(address: str, token: str) -> int:
    """Return how many reports are neither issued nor failed; a hundred of each state at most."""
    found = 0
    for state in ("queued", "running"):
        answer = Caller(address, token).get(f"/api/v1/reports/?state={state}&page_size=100")
        assert answer.status == 200, answer.text
        found += len(answer.json["results"])
    return found


def _remember(site: Installation, memory: dict[str, list[int]]) -> None:
    """Note the resident memory in megabytes of each program with all that it started."""
    for process in site.processes:
        leader = process.popen.pid
        total = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            with suppress(OSError, ValueError):
                if os.getsid(int(status.parent.name)) == leader:
                    text = status.read_text()
                    total += int(text.partition("VmRSS:")[2].split()[0])
        memory[process.path.stem].append(total // 1024)


def _tell(told: Told, memory: dict[str, list[int]], asked: argparse.Namespace, waiting: int) -> int:
    say("| asked | answers | p50 ms | p95 ms | server errors |\n|---|---|---|---|---|")
    every: list[float] = []
    for what, seconds in sorted(told.seconds.items()):
        every += seconds
        say(
            f"| `{what}` | {len(seconds):,} | {_ms(seconds, 50)} | {_ms(seconds, 95)} | {told.failed[what]} |"
        )
    say(f"| all | {len(every):,} | {_ms(every, 50)} | {_ms(every, 95)} | {sum(told.failed.values())} |\n")
    for name, values in memory.items():
        third = max(1, len(values) // 3)
        say(
            f"{name}: {statistics.median(values[:third]):.0f} MB in the first third, {statistics.median(values[-third:]):.0f} MB in the last"
        )
    say(f"reports: {asked.reports - waiting} of {asked.reports} made")
    late = _quantile(every, 95) > P95
    return int(late or waiting > 0 or sum(told.failed.values()) > 0)


def _quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else values[0]


def _ms(values: list[float], percent: int) -> str:
    return f"{_quantile(values, percent) * 1000:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
