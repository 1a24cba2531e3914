"""The road from intent to industry: stages, the gates between them, what each gate asks, and how long a stage may take.

Source: this programme's own proposal (domain notes, section 12); docs/rules/stages.md prints the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from projects.choices import Gate, ProjectKind, Stage


@dataclass(frozen=True)
class Criterion:
    """What must be shown at a gate; `code` names it for good."""

    code: str
    text: Any


@dataclass(frozen=True)
class GateRule:
    """A gate leads from one stage to the next when its criteria are met."""

    gate: Gate
    before: Stage
    after: Stage
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class TimeBox:
    """How long a stage may take, in days or in calendar months."""

    days: int = 0
    months: int = 0


def _rule(gate: Gate, before: Stage, after: Stage, **criteria: Any) -> GateRule:
    return GateRule(gate, before, after, tuple(Criterion(code, text) for code, text in criteria.items()))


RULES: dict[str, GateRule] = {
    rule.gate.value: rule
    for rule in (
        _rule(
            Gate.G0,
            Stage.S0,
            Stage.S1,
            nodal_officers=_("a nodal officer (post) is named on both sides"),
            scope=_("the scope names a mineral and a product"),
            work_plan=_("a joint work plan has at least three dated milestones"),
            export_control=_("the export-control check is done"),
        ),
        _rule(
            Gate.G1,
            Stage.S1,
            Stage.S2,
            agreement=_("a definitive agreement is signed, or the project is funded"),
            budget=_("the budget line stands"),
            terms=_("intellectual property and exclusivity are settled"),
            site=_("the site is named"),
            baselines=_("the baseline values of the targets are known"),
            clearances=_("the list of clearances is decided"),
        ),
        _rule(
            Gate.G2,
            Stage.S2,
            Stage.S3,
            trl=_("TRL 4 or more is verified"),
            mass_balance=_("the mass balance is closed"),
            flowsheet=_("the flowsheet is fixed"),
            pilot_design=_("the pilot is designed"),
            ec_category=_("whether an environmental clearance applies is known"),
        ),
        _rule(
            Gate.G3,
            Stage.S3,
            Stage.S4,
            trl=_("TRL 6 or more is verified"),
            continuous_run=_("the pilot ran for at least 200 hours without a break"),
            purity=_("the product has its purity"),
            recovery=_("the recovery is shown"),
            accepted=_("one user has accepted the product"),
            economics=_("the techno-economics are known to 30 per cent"),
        ),
        _rule(
            Gate.G4,
            Stage.S4,
            Stage.S5,
            trl=_("TRL 8 or more is verified"),
            mrl=_("MRL 8 or more is verified"),
            performance_test=_("the performance test is passed"),
            qualified=_("two users have qualified the product"),
            consents=_("environmental clearance and consent to operate are in hand"),
            dpr=_("the detailed project report is appraised"),
            feed=_("feed is contracted"),
            offtake=_("offtake is contracted"),
            finance=_("the finance is closed"),
        ),
        _rule(
            Gate.G5,
            Stage.S5,
            Stage.S6,
            mrl=_("MRL 9 or more is verified"),
            operation=_("the plant operates: consent to operate and first invoice"),
            utilisation=_("at least half of the capacity is used"),
        ),
        _rule(
            Gate.X0,
            Stage.E0,
            Stage.E1,
            scope=_("the scope names a mineral and an area"),
            right=_("the exploration right is granted"),
        ),
        _rule(
            Gate.X1,
            Stage.E1,
            Stage.E2,
            permits=_("the permits for field work are in hand"),
            work_plan=_("a joint work plan has at least three dated milestones"),
        ),
        _rule(
            Gate.X2,
            Stage.E2,
            Stage.E3,
            drilling=_("the G3 or G2 drilling is contracted"),
            budget=_("the budget line stands"),
        ),
        _rule(
            Gate.X3,
            Stage.E3,
            Stage.E4,
            resource=_("a resource is estimated by UNFC"),
            samples=_("the samples are assayed by an accredited laboratory"),
        ),
        _rule(
            Gate.X4,
            Stage.E4,
            Stage.E5,
            feasibility=_("the feasibility study is appraised"),
            finance=_("the finance is closed"),
            consents=_("the mining right and its clearances are in hand"),
        ),
        _rule(
            Gate.X5,
            Stage.E5,
            Stage.E6,
            offtake=_("offtake is contracted"),
            landed=_("the first shipment has landed in India"),
        ),
    )
}
INDUSTRY = tuple(rule for rule in RULES.values() if rule.gate.value.startswith("G"))
EXPLORATION = tuple(rule for rule in RULES.values() if rule.gate.value.startswith("X"))
# Judged on their deliverables: they stop at S1.
WITHOUT_PLANT = frozenset(
    {ProjectKind.PROGRAMME, ProjectKind.SCHEME, ProjectKind.FUND, ProjectKind.CENTRE, ProjectKind.STUDY}
)
TIME_BOXES: dict[str, TimeBox] = {
    Stage.S0: TimeBox(days=90),
    Stage.S1: TimeBox(months=12),
    Stage.S2: TimeBox(months=18),
    Stage.S3: TimeBox(months=24),
    Stage.S4: TimeBox(months=24),
    Stage.S5: TimeBox(months=24),
}
TRL_NEEDED = {Gate.G2: 4, Gate.G3: 6, Gate.G4: 8}
MRL_NEEDED = {Gate.G4: 8, Gate.G5: 9}
DATED_MILESTONES_NEEDED = 3


def road_of(kind: str) -> tuple[GateRule, ...]:
    """Return the gates that a kind of project has before it, in their order."""
    if kind == ProjectKind.EXPLORATION:
        return EXPLORATION
    return INDUSTRY[:1] if kind in WITHOUT_PLANT else INDUSTRY


def stages_of(road: tuple[GateRule, ...]) -> tuple[Stage, ...]:
    """Return the stages along a road, the first and the last included."""
    return (road[0].before, *(rule.after for rule in road))


def gates_open(kind: str, stage: str) -> tuple[GateRule, ...]:
    """Return the gates at which a decision may be taken in `stage`; before the first decision the record may begin anywhere."""
    road = road_of(kind)
    if not stage:
        return road
    return tuple(rule for rule in road if rule.before == stage)
