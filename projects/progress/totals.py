"""A sum over targets, where there can be one: docs/rules/targets.md. Everywhere else the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from projects.choices import MeasureBasis
from projects.models import Target
from projects.models.reference import known_unit
from projects.progress.targets import TargetRow
from projects.units import Unit, convert

# A part of a whole, a level or a ratio is not added to another: 30 % and 40 % of two things are not 70 %.
NEVER_ADDED = frozenset(
    {"share", "technology readiness", "manufacturing readiness", "ratio", "yes or no"}
    | {"magnetic field strength", "energy product", "volume per mass"}
)
REFUSALS: dict[str, Any] = {
    "nothing": _("No target is chosen."),
    "bases": _(
        "These targets are not measured on one basis: what accumulates, what is made in a year and what "
        "stands on a day cannot be added."
    ),
    "units": _("These targets are not measured in units of one kind, so they cannot be added."),
    "unknown_unit": _("The unit of a target is not of the list of units, so nobody can add it to others."),
    "never_added": _(
        "Shares, levels and values of a material are not added up: see mean and median instead."
    ),
    "rates": _("Rates hold at their own times and are not added up: see mean and median instead."),
    "steps": _(
        "Several of these targets are steps of one road (the same project and indicator): a sum would "
        "count the same thing twice."
    ),
}


@dataclass(frozen=True)
class TargetTotal:
    """The sum of several targets in one unit, or why there is none. Not known stays not known, never 0."""

    refusal: str
    """A key of REFUSALS; "" where there is a sum."""
    count: int = 0
    unit: str = ""
    basis: str = ""
    to_reach: Decimal | None = None
    to_reach_count: int = 0
    claimed: Decimal | None = None
    claimed_count: int = 0
    verified: Decimal | None = None
    verified_count: int = 0

    @property
    def why_not(self) -> Any:
        """The reason in words; None where there is a sum."""
        return REFUSALS[self.refusal] if self.refusal else None


def target_total(rows: Sequence[TargetRow]) -> TargetTotal:
    """Return the sum over `rows` in the largest of their units: claimed and verified apart, each with how many it holds."""
    targets = [row.target for row in rows]
    units = [known_unit(target.unit) for target in targets]
    refusal = _refusal(targets, units)
    if refusal:
        return TargetTotal(refusal=refusal, count=len(rows))
    common = _common([it for it in units if it is not None])

    def added(value_of: Callable[[TargetRow], Decimal | None]) -> tuple[Decimal | None, int]:
        known = [(value, row.target.unit) for row in rows if (value := value_of(row)) is not None]
        values = [convert(value, unit, common) for value, unit in known]
        return (sum(values, Decimal(0)) if values else None), len(values)

    to_reach, to_reach_count = added(lambda row: row.target_value)
    claimed, claimed_count = added(lambda row: row.claimed.value if row.claimed else None)
    verified, verified_count = added(lambda row: row.verified.value if row.verified else None)
    return TargetTotal(
        refusal="",
        count=len(rows),
        unit=common.code,
        basis=targets[0].measure_basis,
        to_reach=to_reach,
        to_reach_count=to_reach_count,
        claimed=claimed,
        claimed_count=claimed_count,
        verified=verified,
        verified_count=verified_count,
    )


def _refusal(targets: Sequence[Target], units: Sequence[Unit | None]) -> str:
    """Return why there is no sum, "" where there is one."""
    if not targets:
        return "nothing"
    if None in units:
        return "unknown_unit"
    dimensions = {it.dimension for it in units if it is not None}
    if len({target.measure_basis for target in targets}) > 1:
        return "bases"
    if len(dimensions) > 1:
        return "units"
    if dimensions <= NEVER_ADDED:
        return "never_added"
    if targets[0].measure_basis == MeasureBasis.RATE and len(targets) > 1:
        return "rates"
    roads = [(it.project_id, it.agreement_id, it.indicator_id) for it in targets]
    return "steps" if len(set(roads)) < len(roads) else ""


def _common(units: Sequence[Unit]) -> Unit:
    """Return the largest of the units: the order of the targets decides nothing."""
    return max(units, key=lambda it: (it.factor, it.code))
