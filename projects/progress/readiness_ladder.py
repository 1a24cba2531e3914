"""TRL and MRL by their own assessments: the rules of docs/rules/readiness.md, over rows that are loaded.

What is claimed stands beside what is verified. What sources state of a project's TRL (`Project.trl_*`) is theirs and
stands in projects/progress/readiness.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projects.choices import Ladder
from projects.models import Fall, Gap, Readiness
from projects.models.ladders import climbed, falls, gaps
from projects.models.standing import claimed

LEVELS = {Ladder.TRL: range(1, 10), Ladder.MRL: range(1, 11)}
VALLEY = range(4, 8)  # of TRL: proven in the laboratory, not yet paid for by a market


@dataclass(frozen=True)
class Level:
    """One level of a ladder with the latest assessments that claim and that verify it."""

    value: int
    claimed: Readiness | None
    verified: Readiness | None
    is_in_valley: bool


@dataclass(frozen=True)
class LadderStanding:
    """One ladder of a project on a day. `None`: nothing is claimed, or nothing verified."""

    ladder: Ladder
    as_of: dt.date
    claimed: Readiness | None
    """The latest assessment that was not returned, verified or not."""
    verified: Readiness | None
    """The latest assessment that was verified by the day at V2 or above: a lower one lowers the level."""
    levels: tuple[Level, ...]
    """From the highest to the lowest."""
    gaps: tuple[Gap[Readiness], ...]
    """Where levels were skipped; the row, or one beside it, tells who waived that."""
    falls: tuple[Fall[Readiness], ...]
    """Regressions: verified assessments below the one before."""

    @property
    def lead(self) -> int | None:
        """By how many levels the claim goes beyond what is verified; None unless both are known."""
        if self.claimed is None or self.verified is None:
            return None
        return self.claimed.value - self.verified.value

    @property
    def is_in_valley(self) -> bool:
        """Whether the verified level lies in the valley of death, TRL 4 to 7."""
        return self.ladder == Ladder.TRL and self.verified is not None and self.verified.value in VALLEY

    @property
    def is_known(self) -> bool:
        return self.claimed is not None or self.verified is not None


@dataclass(frozen=True)
class ProjectReadiness:
    as_of: dt.date
    trl: LadderStanding
    mrl: LadderStanding


def project_readiness(rows: Iterable[Readiness], as_of: dt.date) -> ProjectReadiness:
    """Return both ladders of one project; `rows` are all of its assessments."""
    found = list(rows)
    return ProjectReadiness(
        as_of=as_of,
        trl=ladder_standing(found, Ladder.TRL, as_of),
        mrl=ladder_standing(found, Ladder.MRL, as_of),
    )


def ladder_standing(rows: Sequence[Readiness], ladder: Ladder, as_of: dt.date) -> LadderStanding:
    """Return one ladder of one project on a day."""
    own = [row for row in rows if row.ladder == ladder]
    stated, confirmed = claimed(own, as_of), climbed(own, as_of)
    said, seen = {row.value: row for row in stated}, {row.value: row for row in confirmed}
    return LadderStanding(
        ladder=ladder,
        as_of=as_of,
        claimed=stated[-1] if stated else None,
        verified=confirmed[-1] if confirmed else None,
        levels=tuple(
            Level(
                value=value,
                claimed=said.get(value),
                verified=seen.get(value),
                is_in_valley=ladder == Ladder.TRL and value in VALLEY,
            )
            for value in reversed(LEVELS[ladder])
        ),
        gaps=tuple(gaps(confirmed)),
        falls=tuple(falls(confirmed)),
    )
