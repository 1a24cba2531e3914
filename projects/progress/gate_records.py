"""What the records say of a gate's criteria on a day: shown beside each question, and kept with the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from projects.choices import (
    ClearanceType,
    FundKind,
    Ladder,
    MilestoneType,
)
from projects.models import Clearance, Feed, FundLine, Milestone, Project, Readiness, Target
from projects.progress.feeds import verified_feeds
from projects.progress.funds import claimed_lines
from projects.progress.ladder import DEFINITIVE
from projects.progress.readiness import verified_level
from projects.progress.readiness_ladder import ladder_standing
from projects.progress.targets import target_rows
from projects.stages import DATED_MILESTONES_NEEDED, MRL_NEEDED, TRL_NEEDED, GateRule

HALF = 50


@dataclass(frozen=True)
class Known:
    """Whether the records bear a criterion out (None: they are silent on it), and what they hold, as codes and figures."""

    holds: bool | None = None
    found: str = ""


def known(project: Project, rule: GateRule, on: dt.date) -> Mapping[str, Known]:
    """Return what the records say on `on` of each criterion of the gate that they can speak to."""
    return {
        criterion.code: ASKED[criterion.code](project, rule, on)
        for criterion in rule.criteria
        if criterion.code in ASKED
    }


def _scope(project: Project, rule: GateRule, on: dt.date) -> Known:
    minerals = sorted(mineral.symbol or mineral.name for mineral in project.minerals.all())
    what = project.product if rule.gate.value.startswith("G") else project.region
    return Known(bool(minerals and what), ", ".join([*minerals, *([what] if what else [])]))


def _work_plan(project: Project, rule: GateRule, on: dt.date) -> Known:
    dated = Milestone.objects.filter(project=project, baseline_on__isnull=False).exclude(cancelled_on__lte=on)
    count = dated.count()
    return Known(count >= DATED_MILESTONES_NEEDED, str(count))


def _agreement(project: Project, rule: GateRule, on: dt.date) -> Known:
    signed = project.agreement
    binds = signed is not None and (signed.binding or signed.instrument in DEFINITIVE)
    if signed and binds and signed.binding != "non_binding" and signed.signed_on and signed.signed_on <= on:
        return Known(holds=True, found=signed.reference)
    return _budget(project, rule, on)


def _budget(project: Project, rule: GateRule, on: dt.date) -> Known:
    lines = claimed_lines(list(FundLine.objects.filter(project=project)), on)
    crore = sum(line.amount_crore for line in lines if line.kind == FundKind.SANCTIONED)
    return Known(crore > 0, f"₹ {crore} crore" if crore else "")


def _site(project: Project, rule: GateRule, on: dt.date) -> Known:
    return Known(bool(project.region.strip()), project.region)


def _baselines(project: Project, rule: GateRule, on: dt.date) -> Known:
    aimed = list(Target.objects.filter(project=project).with_values(on).filter(target_value__isnull=False))
    with_baseline = sum(target.baseline_value is not None for target in aimed)
    return Known(bool(aimed) and with_baseline == len(aimed), f"{with_baseline}/{len(aimed)}")


def _clearances(project: Project, rule: GateRule, on: dt.date) -> Known:
    decided = set(
        Clearance.objects.filter(project=project, is_applicable__isnull=False).values_list("type", flat=True)
    )
    return Known(len(decided) == len(ClearanceType.values), f"{len(decided)}/{len(ClearanceType.values)}")


def _ec_category(project: Project, rule: GateRule, on: dt.date) -> Known:
    decided = Clearance.objects.filter(
        project=project, type=ClearanceType.EC, is_applicable__isnull=False
    ).exists()
    return Known(decided, "EC" if decided else "")


def _granted(project: Project, wanted: set[str], on: dt.date) -> Known:
    """A clearance that does not apply is as good as one that is granted and still valid."""
    rows = Clearance.objects.filter(project=project, type__in=wanted)
    fine = {
        row.type
        for row in rows
        if row.is_applicable is False
        or (row.granted_on and row.granted_on <= on and not (row.valid_to and row.valid_to < on))
    }
    return Known(fine == wanted, ", ".join(sorted(name.upper() for name in fine)))


def _consents(project: Project, rule: GateRule, on: dt.date) -> Known:
    return _granted(project, {ClearanceType.EC.value, ClearanceType.CTO.value}, on)


def _level(project: Project, ladder: Ladder, on: dt.date) -> int | None:
    """Return the verified level of a ladder (docs/rules/readiness.md)."""
    found = ladder_standing(list(Readiness.objects.filter(project=project)), ladder, on).verified
    return found.value if found else None


def _trl(project: Project, rule: GateRule, on: dt.date) -> Known:
    found = _level(project, Ladder.TRL, on) or verified_level(project, on)
    return Known((found or 0) >= TRL_NEEDED[rule.gate], f"TRL {found}" if found else "")


def _mrl(project: Project, rule: GateRule, on: dt.date) -> Known:
    found = _level(project, Ladder.MRL, on)
    return Known((found or 0) >= MRL_NEEDED[rule.gate], f"MRL {found}" if found else "")


def _measured(project: Project, code: str, least: int, on: dt.date) -> Known:
    """A verified value of an indicator that is at least so much; silent where the project has no such target."""
    rows = target_rows(Target.objects.filter(project=project, indicator__code__startswith=code), on)
    values = [row.verified.value for row in rows if row.verified is not None]
    if not values:
        return Known(holds=False if rows else None)
    best = max(values)
    return Known(best >= least, f"{best.normalize():f}")


def _continuous_run(project: Project, rule: GateRule, on: dt.date) -> Known:
    return _measured(project, "TEC-UPT", 200, on)


def _utilisation(project: Project, rule: GateRule, on: dt.date) -> Known:
    return _measured(project, "PRD-UTL", HALF, on)


def _operation(project: Project, rule: GateRule, on: dt.date) -> Known:
    consent = _granted(project, {ClearanceType.CTO.value}, on)
    done = Milestone.objects.filter(project=project, type=MilestoneType.COMMISSIONING).achieved(on)
    names = [
        *([consent.found] if consent.found else []),
        *(row.reference for row in done.order_by("reference")),
    ]
    return Known(bool(consent.holds and done), ", ".join(names))


def _feed(project: Project, rule: GateRule, on: dt.date) -> Known:
    rows = verified_feeds(list(Feed.objects.filter(project=project)), on)
    tonnes = sum(row.tonnes for row in rows if row.is_contracted and row.period_end >= on)
    return Known(tonnes > 0, f"{tonnes.normalize():f} t" if tonnes else "")


ASKED: dict[str, Callable[[Project, GateRule, dt.date], Known]] = {
    "scope": _scope,
    "work_plan": _work_plan,
    "agreement": _agreement,
    "budget": _budget,
    "site": _site,
    "baselines": _baselines,
    "clearances": _clearances,
    "ec_category": _ec_category,
    "trl": _trl,
    "mrl": _mrl,
    "continuous_run": _continuous_run,
    "utilisation": _utilisation,
    "consents": _consents,
    "operation": _operation,
    "feed": _feed,
}
