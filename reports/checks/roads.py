"""The roads of projects, told anew from their decisions and plans, for the early warning and for the report on one project.

Written apart from `projects.progress`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projects.models import GatePlan, Project, StageGate
from projects.progress import months_after

WITHOUT_PLANT = ("programme", "scheme", "fund", "centre", "study")
MONTHS = {"S1": 12, "S2": 18, "S3": 24, "S4": 24, "S5": 24}
DAYS_OF_INTENT = 90
PASSED = ("pass", "conditional")


@dataclass(frozen=True)
class Road:
    """Decisions and plans of a project by a day, in their order."""

    project: Project
    as_of: dt.date
    decisions: list[StageGate]
    plans: list[GatePlan]
    signed_on: dt.date | None
    """When its agreement was signed, as far as that may be seen."""

    @property
    def is_stopped(self) -> bool:
        return bool(self.decisions) and self.decisions[-1].decision == "stop"

    @property
    def stage(self) -> str:
        return self.decisions[-1].to_stage if self.decisions else f"{self._letter}0"

    @property
    def _letter(self) -> str:
        return shape(self.project.kind)[0]

    def planned(self) -> Iterator[tuple[str, GatePlan, GatePlan]]:
        """Yield each gate that waits, with its first plan and the one that counts."""
        letter, length = shape(self.project.kind)
        for number in range(length):
            code = gate(letter, number)
            own = [it for it in self.plans if it.gate == code]
            if own and passed(code, letter, number + 1, self.decisions) is None:
                yield code, own[0], own[-1]

    def next_plan(self) -> GatePlan | None:
        """Return the plan that counts of the gate that the stage leads to, while it waits."""
        ahead = gate(self._letter, int(self.stage[1]))
        return next((last for code, _first, last in self.planned() if code == ahead), None)

    def box_ends(self) -> dt.date | None:
        entered = since(self.project, self.decisions, self.as_of, self.signed_on)
        return box_ends(self.stage, entered)

    def owed(self) -> list[dt.date]:
        """Return the days by which conditions were to be met that no later pass has met."""
        return [
            row.conditions_due_on
            for place, row in enumerate(self.decisions)
            if row.conditions_due_on is not None and is_owed(row, self.decisions[place + 1 :])
        ]


def shape(kind: str) -> tuple[str, int]:
    """Return the letter of the stages of a project's road and how many gates it has."""
    if kind == "exploration":
        return "E", 6
    return "S", 1 if kind in WITHOUT_PLANT else 6


def gate(letter: str, number: int) -> str:
    """Return the code of the gate that leads out of a stage."""
    return f"{'X' if letter == 'E' else 'G'}{number}"


def box_ends(stage: str, entered: dt.date | None) -> dt.date | None:
    """Return the last day of the time box of a stage that has one."""
    if entered is None:
        return None
    if stage == "S0":
        return entered + dt.timedelta(days=DAYS_OF_INTENT)
    return months_after(entered, MONTHS[stage]) if stage in MONTHS else None


def passed(code: str, letter: str, after: int, decisions: Sequence[StageGate]) -> dt.date | None:
    """Return the day of the last pass of the gate, unless a later decision went back before it."""
    places = [place for place, it in enumerate(decisions) if it.gate == code and it.decision in PASSED]
    if not places:
        return None
    later = [it for it in decisions[places[-1] + 1 :] if it.to_stage.startswith(letter)]
    return None if any(int(it.to_stage[1]) < after for it in later) else decisions[places[-1]].decided_on


def is_owed(row: StageGate, later: Sequence[StageGate]) -> bool:
    """Whether a decision set conditions that no later pass has met."""
    return row.decision == "conditional" and not any(
        it.decision == "pass" and it.gate >= row.gate for it in later
    )


def since(
    project: Project, decisions: Sequence[StageGate], as_of: dt.date, signed: dt.date | None
) -> dt.date | None:
    """Return when the present stage was entered: by a pass, or by a decision that led out of a known stage."""
    if not decisions:
        intent = shape(project.kind)[0] == "S" and project.phase in ("", "concept")
        return signed if intent and signed and signed <= as_of else None
    stay = len(decisions) - 1
    while stay and decisions[stay - 1].to_stage == decisions[-1].to_stage:
        stay -= 1
    entered = decisions[stay]
    return entered.decided_on if stay or entered.decision in PASSED else None


def roads(projects: Sequence[Project], signed: dict[int, dt.date | None], as_of: dt.date) -> list[Road]:
    """Return the road of each project; two queries. `signed` holds when the agreements were signed that may be seen."""
    decided, planned = (
        model.objects.filter(project__in=projects, decided_on__lte=as_of) for model in (StageGate, GatePlan)
    )
    decisions: dict[int, list[StageGate]] = {}
    plans: dict[int, list[GatePlan]] = {}
    for row in decided.order_by("decided_on", "pk"):
        decisions.setdefault(row.project_id, []).append(row)
    for plan in planned.order_by("number"):
        plans.setdefault(plan.project_id, []).append(plan)
    return [
        Road(
            project=it,
            as_of=as_of,
            decisions=decisions.get(it.pk, []),
            plans=plans.get(it.pk, []),
            signed_on=signed.get(it.agreement_id) if it.agreement_id else None,
        )
        for it in projects
    ]
