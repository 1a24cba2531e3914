"""The parts of the dashboard in which every number leads to its rows: figures in, numbers with addresses out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from projects import charts, tiles
from projects.charts import Part, Row, Value
from projects.choices import Phase
from projects.filters import UNDECIDED
from projects.models import Project
from projects.progress import MilestoneFigures, ProjectFigures
from projects.progress.arithmetic import Share
from projects.progress.bands import Band
from projects.progress.projects import late_band
from projects.progress.target_states import TargetState
from projects.states import INDIA, Elsewhere, IndianState, of

Address = Callable[..., str]
"""Returns the address of a list with the filter given by name, on the reader's day."""

ROLES = {
    TargetState.ACHIEVED: "verified",
    TargetState.CLAIMED: "claimed",
    TargetState.ON_PACE: "achieved",
    TargetState.BEHIND: "late",
    TargetState.NO_PACE: "recorded_after",
    TargetState.PAST_DUE: "overdue",
    TargetState.SILENT: "open",
}


@dataclass(frozen=True)
class Number:
    """A number and where its rows are listed; without an address there is nothing to list."""

    value: int
    address: str = ""


@dataclass(frozen=True)
class BandRow:
    """One band of delay: milestones and projects against their latest and original date, and what came late."""

    band: Band
    milestones: Number
    milestones_baseline: Number
    achieved_late: Number
    projects: Number
    projects_baseline: Number


def milestones(figures: MilestoneFigures, address: Address, claimed: str = "") -> charts.Stack | None:
    """Return one bar of where the milestones stand, claimed kept apart from verified; None without milestones.

    `claimed` says what those are called that are achieved and not verified.
    """
    overdue, states = figures.overdue.spread.count, figures.states
    return _stack(
        _("Where the milestones stand"),
        [
            (
                "verified",
                _("achieved and verified"),
                figures.verified,
                {"state": "achieved", "verified": "true"},
            ),
            (
                "claimed",
                claimed or _("achieved as claimed"),
                states.achieved - figures.verified,
                {"state": "achieved", "verified": "false"},
            ),
            ("open", _("open, not yet due"), states.open - overdue, {"state": "open", "overdue": "false"}),
            ("overdue", _("overdue"), overdue, {"overdue": "true"}),
            ("undated", _("without a date"), states.undated, {"state": "undated"}),
            ("recorded_after", _("recorded after this day"), states.later, {"state": "later"}),
            ("cancelled", _("cancelled"), states.cancelled, {"state": "cancelled"}),
        ],
        address,
    )


def phases(shares: Iterable[Share], address: Address) -> list[tuple[str, Number]]:
    """Return the phases that sources report, each with its projects."""
    names = dict(Phase.choices)
    return [
        (
            str(names.get(share.code, _("not known"))),
            Number(share.count, address(phase=share.code or UNDECIDED)),
        )
        for share in shares
    ]


def targets(found: Mapping[TargetState, Sequence[Any]], address: Address) -> charts.Stack | None:
    """Return one bar of where the targets stand; None without targets."""
    parts = [
        (ROLES[state], str(state.label), len(rows), {"standing": state.value})
        for state, rows in found.items()
    ]
    return _stack(_("Where the targets stand"), parts, address)


def bands(
    milestones: MilestoneFigures, projects: ProjectFigures, of_milestones: Address, of_projects: Address
) -> list[BandRow]:
    """Return the bands of delay, as the programme report prints them."""
    late = Counter(late_band(row, projects.as_of, against_latest=True) for row in projects.rows)
    baseline = Counter(late_band(row, projects.as_of, against_latest=False) for row in projects.rows)
    return [
        BandRow(
            band=row.band,
            milestones=Number(row.overdue, of_milestones(late=row.band)),
            milestones_baseline=Number(row.overdue_baseline, of_milestones(late_baseline=row.band)),
            achieved_late=Number(row.achieved_late, of_milestones(achieved_late=row.band)),
            projects=Number(late[row.band], of_projects(late=row.band)),
            projects_baseline=Number(baseline[row.band], of_projects(late_baseline=row.band)),
        )
        for row in milestones.bands
    ]


def band_chart(rows: Sequence[BandRow]) -> charts.Bars | None:
    """Return bars of the overdue milestones in each band; None where nothing is late."""
    if not any(row.milestones.value or row.milestones_baseline.value for row in rows):
        return None
    drawn = [
        Row(
            str(row.band.label),
            f"{row.milestones.value} / {row.milestones_baseline.value}",
            [Value("latest", row.milestones.value), Value("baseline", row.milestones_baseline.value)],
        )
        for row in rows
    ]
    return charts.bars(_("Overdue milestones by length of delay"), drawn, grouped=True)


@dataclass(frozen=True)
class India:
    """The map, and the table behind it: the states with projects, the most first, and what lies in none."""

    chart: tiles.Tiles
    states: Sequence[tuple[IndianState, Number]]
    elsewhere: Sequence[tuple[Elsewhere, Number]]
    several: int
    """How many projects lie in several states, and so are counted in each of them."""


def india(projects: Iterable[Project], address: Address) -> India:
    """Return the projects by state; one in several states is counted in each."""
    counts: Counter[IndianState] = Counter()
    elsewhere: Counter[Elsewhere] = Counter()
    several = 0
    for project in projects:
        found = of(project.states)
        counts.update(found)
        several += len(found) > 1
        elsewhere.update(it for it in where(project) if isinstance(it, Elsewhere))
    return India(
        chart=tiles.tiles(_("Projects by state and union territory"), counts),
        states=[
            (state, Number(number, address(state=state)))
            for state, number in sorted(counts.items(), key=lambda it: (-it[1], it[0]))
        ],
        elsewhere=[
            (other, Number(elsewhere[other], address(state=other))) for other in Elsewhere if elsewhere[other]
        ],
        several=several,
    )


def where(project: Project) -> tuple[IndianState | Elsewhere, ...]:
    """Return where the project is counted: in each of its states, or where it lies in none."""
    if project.states:
        return of(project.states)
    if not project.country:
        return (Elsewhere.NOWHERE,)
    return (Elsewhere.UNKNOWN,) if project.country == INDIA else (Elsewhere.ABROAD,)


def _stack(
    title: str, parts: Iterable[tuple[str, str, int, dict[str, str]]], address: Address
) -> charts.Stack | None:
    drawn = [Part(role, label, number, address(**asked)) for role, label, number, asked in parts if number]
    return charts.stack(title, drawn) if drawn else None
