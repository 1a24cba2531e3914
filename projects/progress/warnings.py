"""Early warning: what needs a decision and what is likely to be late, over the part of the programme that the actor may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from projects.models import Agreement, Clearance, Project
from projects.permissions import Actor
from projects.progress import flags
from projects.progress.agreement_life import life, with_life
from projects.progress.attention import applied
from projects.progress.exceptions import ExceptionRow, Rule
from projects.progress.flags import Flag, FlagRow
from projects.progress.forecast import Case, Forecast, cases, of_gate, of_milestone
from projects.progress.funds import programme_money
from projects.progress.mass_balance import mass_balances
from projects.progress.milestones import MilestoneRow
from projects.progress.programme import Programme, programme
from projects.progress.stages import GateRow, road, with_road
from projects.progress.traces import newest_traces

Row = ExceptionRow | FlagRow


@dataclass(frozen=True)
class OpenDate:
    """An open milestone, or a planned gate of a project, with its forecast."""

    subject: MilestoneRow | GateRow
    project: Project | None
    baseline_on: dt.date | None
    due_on: dt.date | None
    precision: str
    forecast: Forecast


@dataclass(frozen=True)
class EarlyWarning:
    as_of: dt.date
    rules: tuple[tuple[Rule | Flag, tuple[Row, ...]], ...]
    """Every rule with its rows, the longest first; a rule that finds nothing stays in the list."""
    dates: tuple[OpenDate, ...]
    """The open milestones and planned gates, by their due date."""
    cases: int
    """How many dates tell by how much they came out late."""

    @property
    def total(self) -> int:
        return sum(len(rows) for _rule, rows in self.rules)


def early_warning(as_of: dt.date, actor: Actor, whole: Programme | None = None) -> EarlyWarning:
    """Return every warning on `as_of`; a fixed number of queries, whatever the size of the programme.

    `whole` are the figures of the same day and actor, where the caller has them already.
    """
    whole = whole or programme(as_of, actor)
    traces = newest_traces(whole.projects.rows, whole.milestones.rows, whole.targets.rows, as_of)
    found = flagged(whole, actor)
    return replace(found, rules=(*applied(whole, traces), *found.rules))


def flagged(whole: Programme, actor: Actor) -> EarlyWarning:
    """Return the flags and the forecasts alone, from figures that were worked out for `actor` already."""
    as_of, milestones, targets = whole.as_of, whole.milestones.rows, whole.targets.rows
    visible = Project.objects.visible_to(actor)
    projects = list(with_road(visible.prefetch_related("partners"), actor))
    roads = [road(project, as_of) for project in projects]
    lives = [life(row, as_of) for row in with_life(Agreement.objects.visible_to(actor))]
    decided = Clearance.objects.visible_to(actor).select_related("project")
    found = flags.by_rule(
        (
            flags.no_output(projects, milestones, targets, as_of),
            flags.feed(mass_balances(projects, as_of, actor), as_of),
            flags.untested(targets, as_of),
            flags.uncertified(programme_money(visible, as_of).rows, as_of),
            flags.clearances(decided, as_of),
            flags.gates(roads, as_of),
            flags.stages(roads, as_of),
            flags.conditions(roads, as_of),
            flags.duties(lives, as_of),
            flags.expiries(lives, as_of),
            flags.suspended(lives, as_of),
            flags.centres(projects, as_of),
        )
    )
    known = cases(milestones)
    return EarlyWarning(
        as_of=as_of,
        rules=tuple(found.items()),
        dates=_dates(
            milestones, [(it.project, it.gates) for it in roads if not it.standing.is_stopped], known, as_of
        ),
        cases=len(known),
    )


def _dates(
    milestones: Sequence[MilestoneRow],
    roads: Sequence[tuple[Project, Sequence[GateRow]]],
    known: Sequence[Case],
    as_of: dt.date,
) -> tuple[OpenDate, ...]:
    found = []
    for row in milestones:
        likely = of_milestone(row, known, as_of)
        if likely is not None:
            milestone = row.milestone
            found.append(
                OpenDate(row, milestone.project, milestone.baseline_on, row.due_on, row.due_precision, likely)
            )
    for project, gates in roads:
        for gate in gates:
            likely = of_gate(gate, known, as_of)
            if likely is not None and gate.forecast and gate.baseline:
                plan = gate.forecast
                found.append(
                    OpenDate(gate, project, gate.baseline.planned_on, plan.planned_on, plan.precision, likely)
                )
    return tuple(
        sorted(found, key=lambda it: (it.due_on or dt.date.max, it.project.reference if it.project else ""))
    )
