"""The roads of projects, told anew from their decisions and plans for the early warning of a report.

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
        return "E" if self.project.kind == "exploration" else "S"

    def planned(self) -> Iterator[tuple[str, GatePlan, GatePlan]]:
        """Yield each gate that waits, with its first plan and the one that counts."""
        length = 1 if self.project.kind in WITHOUT_PLANT else 6
        for number in range(length):
            code = f"{'X' if self._letter == 'E' else 'G'}{number}"
            own = [it for it in self.plans if it.gate == code]
            if own and not self._is_passed(code, number + 1):
                yield code, own[0], own[-1]

    def next_plan(self) -> GatePlan | None:
        """Return the plan that counts of the gate that the stage leads to, while it waits."""
        ahead = f"{'X' if self._letter == 'E' else 'G'}{self.stage[1]}"
        return next((last for code, _first, last in self.planned() if code == ahead), None)

    def box_ends(self) -> dt.date | None:
        since = self._since()
        if since is None:
            return None
        if self.stage == "S0":
            return since + dt.timedelta(days=DAYS_OF_INTENT)
        return months_after(since, MONTHS[self.stage]) if self.stage in MONTHS else None

    def owed(self) -> list[dt.date]:
        """Return the days by which conditions were to be met that no later pass has met."""
        return [
            row.conditions_due_on
            for place, row in enumerate(self.decisions)
            if row.decision == "conditional"
            and row.conditions_due_on is not None
            and not any(it.decision == "pass" and it.gate >= row.gate for it in self.decisions[place + 1 :])
        ]

    def _is_passed(self, code: str, after: int) -> bool:
        """Whether the last pass of the gate stands: no later decision went back before it."""
        places = [n for n, it in enumerate(self.decisions) if it.gate == code and it.decision in PASSED]
        if not places:
            return False
        later = [it.to_stage for it in self.decisions[places[-1] + 1 :]]
        return not any(it[0] == self._letter and int(it[1]) < after for it in later)

    def _since(self) -> dt.date | None:
        """Return when the stage was entered: by a pass, or by a decision that led out of a known stage."""
        rows = self.decisions
        if not rows:
            intent = self._letter == "S" and self.project.phase in ("", "concept")
            known = self.signed_on is not None and self.signed_on <= self.as_of
            return self.signed_on if intent and known else None
        stay = len(rows) - 1
        while stay and rows[stay - 1].to_stage == rows[-1].to_stage:
            stay -= 1
        return rows[stay].decided_on if stay or rows[stay].decision in PASSED else None


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
