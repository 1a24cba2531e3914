"""What the records of money, output, clearances, gates and agreements warn of: rules of docs/rules/warnings.md.

Each is a pure function over rows and a day, like those of `exceptions` beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import (
    PILOT_OR_LATER,
    AgreementStatus,
    MilestoneType,
    Precision,
    ProjectKind,
    VerificationLevel,
)
from projects.models import Agreement, Clearance, Milestone, Project, Target
from projects.progress.agreement_life import AgreementLife, consortium, precision_of
from projects.progress.bands import months_after
from projects.progress.capacity import FeedDoubt
from projects.progress.clearances import ALARMS, clearance_row
from projects.progress.funds import ProjectMoney
from projects.progress.mass_balance import MassBalance, MassBalanceFlag, mass_balance_flags
from projects.progress.milestones import MilestoneRow
from projects.progress.stages import Roadmap
from projects.progress.targets import TargetRow

MONTHS_TO_OUTPUT = 12
MADE = ("PRD-", "IMP-SUB", "INT-")
CAPACITY = "CAP-"
TEST_LEVEL = VerificationLevel.V3  # a performance test is seen at the plant

Subject = Milestone | Target | Project | Agreement


class Flag(TextChoices):
    """The flags in the order in which a page shows them."""

    NO_OUTPUT = "no_output", _("No output a year after commissioning")
    FEED = "feed", _("More made, or to be made, than the feed allows")
    UNTESTED = "untested", _("Capacity claimed without a performance test")
    UNCERTIFIED = "uncertified", _("Money released without a certificate for a year")
    CLEARANCE = "clearance", _("Clearance late, ending or ended")
    GATE = "gate", _("Gate past its forecast")
    STAGE = "stage", _("Stage over its time box")
    CONDITIONS = "conditions", _("Conditions of a gate past their day")
    DUTY = "duty", _("Duty of a party overdue")
    EXPIRY = "expiry", _("Agreement expires soon or has expired")
    SUSPENDED = "suspended", _("Agreement suspended")
    CONSORTIUM = "consortium", _("Centre without enough partners")


@dataclass(frozen=True)
class FlagRow:
    """One subject under one flag."""

    rule: Flag
    subject: Subject
    since: dt.date | None
    """The day from which the days are counted; None when it is not known."""
    days: int | None
    precision: str = Precision.DAY
    doubts: tuple[FeedDoubt, ...] = ()
    """What does not add up, where feed is asked for."""


Found = tuple[FlagRow, ...]


def no_output(
    projects: Iterable[Project],
    milestones: Iterable[MilestoneRow],
    targets: Iterable[TargetRow],
    as_of: dt.date,
) -> Found:
    """Return the projects commissioned more than 12 months ago without any verified output, counted from then.

    Only pilots and plants, and what has a target for output, are asked.
    """
    rows = list(targets)
    aimed = {row.target.project_id for row in rows if row.target.indicator.code.startswith(MADE)}
    made = {
        row.target.project_id
        for row in rows
        if row.target.indicator.code.startswith(MADE) and row.verified is not None and row.verified.value > 0
    }
    commissioned: dict[int, MilestoneRow] = {}
    for row in milestones:
        if row.is_achieved and row.milestone.type == MilestoneType.COMMISSIONING and row.milestone.project_id:
            first = commissioned.get(row.milestone.project_id)
            if first is None or _actual(row) < _actual(first):
                commissioned[row.milestone.project_id] = row
    found = []
    for project in projects:
        began = commissioned.get(project.pk)
        asked = project.pk in aimed or project.phase in PILOT_OR_LATER
        if began is None or not asked or project.pk in made:
            continue
        since = months_after(_actual(began), MONTHS_TO_OUTPUT)
        if since < as_of:
            found.append(_row(Flag.NO_OUTPUT, project, since, as_of, began.milestone.actual_precision))
    return _longest_first(found)


def untested(targets: Iterable[TargetRow], as_of: dt.date) -> Found:
    """Return the capacity targets with a claimed value that no performance test bears out, counted from the value's day."""
    return _longest_first(
        _row(Flag.UNTESTED, row.target, row.claimed.period_end, as_of)
        for row in targets
        if row.target.indicator.code.startswith(CAPACITY)
        and row.claimed is not None
        and row.claimed.value > 0
        and (row.verified is None or row.verified.level < TEST_LEVEL)
    )


def feed(balances: Iterable[MassBalance], as_of: dt.date) -> Found:
    """Return the projects that made more than their feed allows, or whose capacity has no assured feed, from the oldest day."""
    found: dict[Project, list[MassBalanceFlag]] = {}
    for flag in mass_balance_flags(balances, as_of):
        found.setdefault(flag.subject, []).append(flag)
    rows = []
    for project, flags in found.items():
        # A record that is dated later was not there to count from.
        known = [flag.since for flag in flags if flag.since is not None and flag.since <= as_of]
        doubts = tuple(doubt for doubt in FeedDoubt if any(flag.doubt == doubt for flag in flags))
        row = _row(Flag.FEED, project, min(known, default=None), as_of)
        rows.append(replace(row, doubts=doubts))
    return _longest_first(rows)


def uncertified(money: Iterable[tuple[Project, ProjectMoney]], as_of: dt.date) -> Found:
    """Return the projects with government money released more than a year ago and not certified, counted from the release."""
    return _longest_first(
        _row(Flag.UNCERTIFIED, project, min(it.since for it in found.uncertified), as_of)
        for project, found in money
        if found.uncertified
    )


def clearances(rows: Iterable[Clearance], as_of: dt.date) -> Found:
    """Return the projects with a clearance pending beyond its statutory days, ending within 90 days or ended."""
    worst: dict[Project, dt.date] = {}
    for clearance in rows:
        row = clearance_row(clearance, as_of)
        if row.state not in ALARMS:
            continue
        left = row.expires_in_days
        # What ends within 90 days warns from the first of them.
        days = row.over_days if left is None else 90 - left
        since = as_of - dt.timedelta(days=days or 0)
        worst[clearance.project] = min(since, worst.get(clearance.project, since))
    return _longest_first(_row(Flag.CLEARANCE, project, since, as_of) for project, since in worst.items())


def gates(roads: Iterable[Roadmap], as_of: dt.date) -> Found:
    """Return the projects whose next gate is past its forecast, counted from it."""
    found = []
    for road in roads:
        ahead = road.next_gate
        if ahead and ahead.forecast and ahead.overdue_days and not road.standing.is_stopped:
            plan = ahead.forecast
            found.append(_row(Flag.GATE, road.project, plan.planned_on, as_of, plan.precision))
    return _longest_first(found)


def stages(roads: Iterable[Roadmap], as_of: dt.date) -> Found:
    """Return the projects that are over the time box of their stage, counted from its end."""
    return _longest_first(
        _row(Flag.STAGE, road.project, road.time_box_ends, as_of)
        for road in roads
        if road.over_days is not None and road.over_days > 0 and not road.standing.is_stopped
    )


def conditions(roads: Iterable[Roadmap], as_of: dt.date) -> Found:
    """Return the projects with conditions of a gate past their day, counted from it."""
    found = []
    for road in roads:
        late = [it.conditions_due_on for it in road.open_conditions if it.conditions_due_on]
        if late and min(late) < as_of:
            found.append(_row(Flag.CONDITIONS, road.project, min(late), as_of))
    return _longest_first(found)


def duties(lives: Iterable[AgreementLife], as_of: dt.date) -> Found:
    """Return the agreements with an overdue duty, counted from the oldest."""
    found = []
    for life in lives:
        late = sorted((row.duty.due_on, row.duty.due_precision) for row in life.overdue if row.duty.due_on)
        if late:
            found.append(_row(Flag.DUTY, life.agreement, late[0][0], as_of, late[0][1]))
    return _longest_first(found)


def expiries(lives: Iterable[AgreementLife], as_of: dt.date) -> Found:
    """Return the agreements that have expired, counted from their last day, and those that do within 90 days."""
    found = []
    for life in lives:
        if life.status == AgreementStatus.EXPIRED or life.expires_soon:
            on = life.expiry.on
            since = on if on is not None and on < as_of else None
            found.append(_row(Flag.EXPIRY, life.agreement, since, as_of, precision_of(life.expiry)))
    return _longest_first(found)


def suspended(lives: Iterable[AgreementLife], as_of: dt.date) -> Found:
    """Return the suspended agreements, counted from the step."""
    return _longest_first(
        _row(Flag.SUSPENDED, life.agreement, life.since, as_of) for life in lives if life.is_suspended
    )


def centres(projects: Iterable[Project], as_of: dt.date) -> Found:
    """Return the Centres of Excellence that do not keep their partners; since when is not known."""
    return _longest_first(
        _row(Flag.CONSORTIUM, project, None, as_of)
        for project in projects
        if project.kind == ProjectKind.CENTRE and consortium(project.partners.all()).is_kept is False
    )


def by_rule(found: Iterable[Found]) -> Mapping[Flag, Found]:
    """Return the rows under their flags, every flag in its order, also one that finds nothing."""
    rows = [row for some in found for row in some]
    return {flag: tuple(row for row in rows if row.rule == flag) for flag in Flag}


def _actual(row: MilestoneRow) -> dt.date:
    return row.milestone.actual_on or dt.date.max


def _row(
    rule: Flag, subject: Subject, since: dt.date | None, as_of: dt.date, precision: str = Precision.DAY
) -> FlagRow:
    days = None if since is None else (as_of - since).days
    return FlagRow(rule, subject, since, days, precision or Precision.DAY)


def _longest_first(rows: Iterable[FlagRow]) -> Found:
    return tuple(sorted(rows, key=lambda row: (row.days is None, -(row.days or 0), row.subject.reference)))
