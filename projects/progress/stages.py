"""Where a project stands on the road from intent to industry: rules of docs/rules/stages.md, over rows that are loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from projects.choices import GateDecision, Phase, Precision, Stage
from projects.models import Agreement, GatePlan, Project, StageGate
from projects.models.projects import ProjectQuerySet
from projects.permissions import Actor
from projects.progress.bands import months_after
from projects.stages import INDUSTRY, TIME_BOXES, GateRule, road_of, stages_of

PASSED = (GateDecision.PASS, GateDecision.CONDITIONAL)


@dataclass(frozen=True)
class Standing:
    """The stage on a day. `since` is None where the day of entry is not known."""

    stage: Stage | None
    """None before the first decision."""
    since: dt.date | None
    last: StageGate | None
    """The latest decision, whatever it was."""

    @property
    def is_held(self) -> bool:
        return self.last is not None and self.last.decision == GateDecision.HOLD

    @property
    def is_stopped(self) -> bool:
        return self.last is not None and self.last.decision == GateDecision.STOP


@dataclass(frozen=True)
class GateRow:
    """One gate of the road: when it was first planned for, when it is now, and when it was passed."""

    rule: GateRule
    baseline: GatePlan | None
    forecast: GatePlan | None
    """The plan that now counts; the baseline itself where it was never moved."""
    passed: StageGate | None
    slip_days: int | None
    """Forecast minus baseline, or the day of the pass minus baseline; None where either is not known."""
    overdue_days: int | None
    """Days since the forecast, while the gate is not passed."""

    @property
    def passed_on(self) -> dt.date | None:
        return self.passed.decided_on if self.passed else None


@dataclass(frozen=True)
class Roadmap:
    """The road of one project on a day."""

    project: Project
    as_of: dt.date
    standing: Standing
    time_box_ends: dt.date | None
    """When the present stage should be left; None where its beginning is not known, or it has no box."""
    over_days: int | None
    """Days beyond the time box; below 0 there are days left; None as above."""
    gates: tuple[GateRow, ...]
    next_gate: GateRow | None
    """The gate that the present stage leads to; the first one before any decision."""
    commercialisation: GatePlan | StageGate | None
    """The pass of the last gate of the road, else its forecast; None where it is not planned, or the road has none."""
    open_conditions: tuple[StageGate, ...]
    """Conditional decisions after which the same gate, or a later one, was not passed without conditions."""

    @property
    def leads_to_industry(self) -> bool:
        """Whether the road has a last gate beyond definition, and so a commercialisation date."""
        return len(self.gates) > 1

    @property
    def age_days(self) -> int | None:
        return None if self.standing.since is None else (self.as_of - self.standing.since).days

    @property
    def commercial_on(self) -> dt.date | None:
        found = self.commercialisation
        return found.planned_on if isinstance(found, GatePlan) else found.decided_on if found else None

    @property
    def commercial_precision(self) -> str:
        found = self.commercialisation
        return found.precision if isinstance(found, GatePlan) else Precision.DAY


def standing_on(decisions: Iterable[StageGate], as_of: dt.date) -> Standing:
    """Return the stage that the decisions up to the day lead to, and the day on which it was entered."""
    stage: Stage | None = None
    since, last = None, None
    for row in _up_to(decisions, as_of):
        if stage != row.to_stage:
            # A record that begins in the middle of the road does not tell when its first stage was entered.
            since = row.decided_on if row.decision in PASSED or stage else None
        stage, last = Stage(row.to_stage), row
    return Standing(stage=stage, since=since, last=last)


def roadmap(
    project: Project,
    decisions: Sequence[StageGate],
    plans: Sequence[GatePlan],
    as_of: dt.date,
    *,
    signed_on: dt.date | None = None,
) -> Roadmap:
    """Return the road of `project` from all its decisions and plans.

    `signed_on` is the day its agreement was signed, from which the first stage counts until a gate is decided.
    """
    road = road_of(project.kind)
    standing = standing_on(decisions, as_of)
    known = _up_to(decisions, as_of)
    # What its sources call a pilot or a plant is surely beyond intent, though no gate tells where.
    in_intent = standing.stage is None and road[0] is INDUSTRY[0] and project.phase in ("", Phase.CONCEPT)
    if in_intent and signed_on is not None and signed_on <= as_of:
        standing = Standing(stage=None, since=signed_on, last=None)
    gates = tuple(_gate_row(rule, known, plans, as_of) for rule in road)
    current = standing.stage or stages_of(road)[0]
    ends = _box_ends(current, standing.since)
    final = gates[-1] if len(road) > 1 else None
    return Roadmap(
        project=project,
        as_of=as_of,
        standing=standing,
        time_box_ends=ends,
        over_days=None if ends is None else (as_of - ends).days,
        gates=gates,
        next_gate=next((row for row in gates if row.rule.before == current), None),
        commercialisation=(final.passed or final.forecast) if final else None,
        open_conditions=_open_conditions(known, road),
    )


def with_road(projects: ProjectQuerySet, actor: Actor) -> ProjectQuerySet:
    """Return the projects with what their roadmaps are made of; three queries more, whatever their number.

    An agreement that `actor` may not see is left out, and with it the day on which it was signed.
    """
    agreements = Agreement.objects.visible_to(actor)
    found: ProjectQuerySet = projects.prefetch_related(
        "gate_plans", "gates__recorded_by", Prefetch("agreement", queryset=agreements)
    )
    return found


def road(project: Project, as_of: dt.date) -> Roadmap:
    """Return the roadmap of a project that was loaded `with_road`."""
    signed = project.agreement.signed_on if project.agreement else None
    decisions, plans = list(project.gates.all()), list(project.gate_plans.all())
    return roadmap(project, decisions, plans, as_of, signed_on=signed)


def _up_to(decisions: Iterable[StageGate], as_of: dt.date) -> list[StageGate]:
    return sorted(
        (row for row in decisions if row.decided_on <= as_of), key=lambda it: (it.decided_on, it.pk)
    )


def _gate_row(
    rule: GateRule, known: Sequence[StageGate], plans: Iterable[GatePlan], as_of: dt.date
) -> GateRow:
    mine = sorted(
        (it for it in plans if it.gate == rule.gate and it.decided_on <= as_of), key=lambda it: it.number
    )
    baseline, forecast = (mine[0], mine[-1]) if mine else (None, None)
    passed = _still_passed(rule, known)
    reached = passed.decided_on if passed else forecast.planned_on if forecast else None
    return GateRow(
        rule=rule,
        baseline=baseline,
        forecast=forecast,
        passed=passed,
        slip_days=(reached - baseline.planned_on).days if baseline and reached else None,
        overdue_days=(
            (as_of - forecast.planned_on).days
            if forecast and passed is None and forecast.planned_on < as_of
            else None
        ),
    )


def _still_passed(rule: GateRule, known: Sequence[StageGate]) -> StageGate | None:
    """Return the pass that still holds: a project that went back before the gate has to pass it again."""
    found = None
    for row in known:
        if row.gate == rule.gate and row.decision in PASSED:
            found = row
        elif found is not None and _is_before(row.to_stage, rule.after):
            found = None
    return found


def _is_before(stage: str, other: str) -> bool:
    return stage[0] == other[0] and int(stage[1]) < int(other[1])


def _box_ends(stage: Stage, since: dt.date | None) -> dt.date | None:
    box = TIME_BOXES.get(stage)
    if box is None or since is None:
        return None
    return months_after(since, box.months) if box.months else since + dt.timedelta(days=box.days)


def _open_conditions(known: Sequence[StageGate], road: Sequence[GateRule]) -> tuple[StageGate, ...]:
    order = {rule.gate.value: number for number, rule in enumerate(road)}
    found = []
    for number, row in enumerate(known):
        later = known[number + 1 :]
        met = any(
            it.decision == GateDecision.PASS and order.get(it.gate, -1) >= order.get(row.gate, 0)
            for it in later
        )
        if row.decision == GateDecision.CONDITIONAL and not met:
            found.append(row)
    return tuple(found)
