"""`make faults`: lets every fault happen on every pair of database and broker, and prints what became of the reports.

One row for each fault. A fault that this machine cannot make is a row that says so. With `--write` the table goes
into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import promises
from tests.faults.faults import FAULTS
from tests.faults.kinds import Kind, NotRun
from tests.faults.world import World, opened

PAIRS = (("postgres", "redis"), ("postgres", "none"), ("sqlite", "redis"), ("sqlite", "none"))
DOCUMENT = Path("docs/reliability.md")
BEGIN, END = "<!-- campaign: written by make faults -->", "<!-- end of the campaign -->"
LONGEST_VERDICT = 2000  # it may end with the workers' last words
HEAD = ("database", "broker", "fault", "struck", "reports", "issued once", "attempts", "seconds", "verdict")


@dataclass
class Row:
    database: str
    broker: str
    fault: str
    struck: str = ""
    reports: int = 0
    issued_once: int = 0
    attempts: int = 0
    seconds: float = 0
    verdict: str = ""

    @property
    def is_broken(self) -> bool:
        return self.verdict.startswith("BROKEN")

    def cells(self) -> list[str]:
        numbers = (self.reports, self.issued_once, self.attempts, f"{self.seconds:.0f}")
        shown = map(str, numbers) if self.reports else [""] * len(numbers)
        return [self.database, self.broker, self.fault, self.struck, *shown, self.verdict[:LONGEST_VERDICT]]


def suffer(world: World, kind: Kind) -> Row:
    """Let the fault happen while the reports of its title are owed, and return what was found afterwards."""
    row = Row(world.database, world.broker, kind.words)
    world.turn_the_page(f"before-{kind.title}")
    ((since,),) = world.ask("SELECT coalesce(max(id), 0) FROM reports_report")
    owed = world.wake(kind.title)
    began = time.monotonic()

    def done() -> bool:
        """Whether every owed report is registered, and none is unfinished."""
        unfinished = "sum(CASE WHEN state IN ('queued', 'running') THEN 1 ELSE 0 END)"
        asked = f"SELECT count(schedule_id), {unfinished} FROM reports_report WHERE id > ?"  # noqa: S608 - nothing from outside
        return world.ask(asked, since) == [(owed, 0)]

    try:
        if kind.title != "three_beats":
            world.schedulers()
        story = kind.happen(world, done)
        row.seconds = time.monotonic() - began
        found = promises.found(
            world, since, owed + story.ordered, failing=story.failing, attempts=story.attempts
        )
    except NotRun as reason:
        row.verdict = f"NOT RUN: {reason}"
    except AssertionError as error:
        row.seconds, row.verdict = time.monotonic() - began, f"BROKEN: {error}"
    else:
        row.reports, row.issued_once, row.attempts = found.reports, found.issued_once, found.attempts
        row.struck = story.struck
        broken = found.broken + story.broken
        row.verdict = f"BROKEN: {'; '.join(broken)}" if broken else "kept"
    finally:
        world.dismiss()
        world.turn_the_page(kind.title)
    if row.verdict.startswith("NOT RUN"):  # what it would have owed must not be owed to the next one
        world.let_sleep(kind.title)
    return row


def campaign(
    folder: Path, database: str, broker: str, *, reports: int, only: list[str], sketch: bool
) -> list[Row]:
    """Return the rows of one pair; `reports` are spread over its faults."""
    kinds = [kind for kind in FAULTS.values() if kind.concerns(database, broker)]
    kinds = [kind for kind in kinds if not only or kind.title in only]
    each = max(3, math.ceil(reports / max(1, len(kinds))))
    # The poisoned project's schedule owes one report less than the others.
    counts = {kind.title: each + (kind.title == "poison") for kind in kinds}
    rows = []
    with opened(folder, database, broker, sketch=sketch) as world:
        world.owe(**counts)
        for kind in kinds:
            rows.append(suffer(world, kind))
            say(rows[-1].cells())
    return rows


def say(words: Sequence[str]) -> None:
    print(" | ".join(words), flush=True)  # noqa: T201 - it speaks to the terminal


def table(rows: list[Row]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in line)} |" for line in lines
    )


def circumstances(rows: list[Row], drawing: str) -> str:
    """Return when, of what and on what machine the table tells."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    broken = sum(row.is_broken for row in rows)
    return (
        f"{dt.datetime.now(tz=dt.UTC):%d %b %Y %H:%M} UTC, commit {os.environ.get('COMMIT') or commit.stdout.strip()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {sys.version.split()[0]}; drawing: {drawing}. "
        f"{sum(row.reports for row in rows)} reports owed, {sum(row.issued_once for row in rows)} issued once, "
        f"{sum(row.reports - row.issued_once for row in rows)} not: the poisoned ones, failed with their reason; "
        f"{len(rows)} rows, {broken} broken, {sum('NOT RUN' in row.verdict for row in rows)} not run."
    )


def write(text: str) -> None:
    """Put the text between the marks of the document."""
    found = DOCUMENT.read_text()
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not between.search(found):
        raise SystemExit(f"{DOCUMENT} has no place for the table")
    DOCUMENT.write_text(between.sub(lambda _: f"{BEGIN}\n{text}\n{END}", found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200, help="owed on each pair (200)")
    parser.add_argument("--only", action="append", default=[], choices=list(FAULTS), metavar="FAULT")
    parser.add_argument(
        "--on", action="append", default=[], metavar="DATABASE:BROKER", help="this pair alone"
    )
    parser.add_argument(
        "--sketch", action="append", default=[], metavar="DATABASE:BROKER", help="draw empty pages there"
    )
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT}")
    parser.add_argument("--keep", type=Path, help="a folder for the logs, kept")
    asked = parser.parse_args()
    pairs = [pair for pair in PAIRS if not asked.on or ":".join(pair) in asked.on]
    rows: list[Row] = []
    say(HEAD)
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        for database, broker in pairs:
            sketch = f"{database}:{broker}" in asked.sketch
            rows += campaign(
                asked.keep or Path(temporary), database, broker,
                reports=asked.reports, only=asked.only, sketch=sketch,
            )  # fmt: skip
    drawing = f"empty pages on {', '.join(asked.sketch)}, else the reports" if asked.sketch else "the reports"
    told = circumstances(rows, drawing)
    say([told])
    if asked.write:
        write(f"{told}\n\n{table(rows)}")
    return int(any(row.is_broken for row in rows))


if __name__ == "__main__":
    sys.exit(main())
