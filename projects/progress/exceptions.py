"""What needs a decision on a day: the rules of docs/rules/exceptions.md, each a pure function over rows and a day.

A milestone, target, project or agreement may stand under several rules. Days are counted from the day on which the
exception began to stand (`since`); where that day is not known, neither are the days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.choices import AgreementStatus, Precision
from projects.models import Agreement, Milestone, Project, Target
from projects.progress.agreements import AgreementRow
from projects.progress.bands import months_after
from projects.progress.milestones import MilestoneRow
from projects.progress.projects import ProjectRow
from projects.progress.readiness import claimed_level, verified_level
from projects.progress.targets import TargetRow
from projects.progress.traces import Claim, Trace

# docs/rules/exceptions.md says where each threshold comes from.
MOVED_TIMES = 2
OWNER_WITHIN = dt.timedelta(days=30)
STALE_AFTER = dt.timedelta(days=180)
WAITING_AFTER = dt.timedelta(days=30)
MONTHS_TO_A_PROJECT = 12
ENDED = (AgreementStatus.EXPIRED, AgreementStatus.TERMINATED)

Subject = Milestone | Target | Project | Agreement


class Rule(TextChoices):
    """The rules in the order in which a report prints them."""

    OVERDUE = "overdue", _("Milestone overdue")
    MOVED = "moved", _("Date moved twice or more")
    NO_OWNER = "no_owner", _("Due or overdue without an owner")
    STALE = "stale", _("Nothing heard of the project")
    READINESS = "readiness", _("Readiness level claimed, not verified")
    WAITING = "waiting", _("Claim waits for verification")
    RETURNED = "returned", _("Returned claim not answered")
    PAST_DUE = "past_due", _("Target past due without a value")
    UNVERIFIED = "unverified", _("Claimed value never verified")
    PAPER_ONLY = "paper_only", _("Agreement on paper only")
    NO_PROJECT = "no_project", _("Signed long ago, no project")


@dataclass(frozen=True)
class ExceptionRow:
    """One subject under one rule."""

    rule: Rule
    subject: Subject
    since: dt.date | None
    """The day from which the days are counted; None when it is not known."""
    days: int | None
    precision: str = Precision.DAY
    """How exactly that day is known."""


Found = tuple[ExceptionRow, ...]


def overdue(rows: Iterable[MilestoneRow], as_of: dt.date) -> Found:
    """Return the overdue milestones (R4), counted from the latest due date."""
    return _longest_first(
        _row(Rule.OVERDUE, row.milestone, row.due_on, as_of, row.due_precision)
        for row in rows
        if row.overdue_days is not None
    )


def moved(rows: Iterable[MilestoneRow], as_of: dt.date) -> Found:
    """Return the open milestones whose date was moved twice or more, counted from the second decision."""
    return _longest_first(
        _row(Rule.MOVED, row.milestone, row.revisions[MOVED_TIMES - 1].decided_on, as_of)
        for row in rows
        if row.is_open and len(row.revisions) >= MOVED_TIMES
    )


def without_owner(rows: Iterable[MilestoneRow], as_of: dt.date) -> Found:
    """Return the open milestones due within 30 days, or overdue, that name no owner; counted from 30 days before due."""
    return _longest_first(
        _row(Rule.NO_OWNER, row.milestone, row.due_on - OWNER_WITHIN, as_of, row.due_precision)
        for row in rows
        if row.is_open
        and row.due_on
        and row.due_on <= as_of + OWNER_WITHIN
        and not row.milestone.owner_post.strip()
    )


def stale(projects: Iterable[ProjectRow], traces: Mapping[int, Trace], as_of: dt.date) -> Found:
    """Return the projects whose newest trace is more than 180 days old, counted from it; or that have none."""
    found = []
    for row in projects:
        trace = traces.get(row.project.pk)
        if trace is None:
            found.append(_row(Rule.STALE, row.project, None, as_of))
        elif as_of - trace.on > STALE_AFTER:
            found.append(_row(Rule.STALE, row.project, trace.on, as_of, trace.precision))
    return _longest_first(found)


def waiting(claims: Iterable[Claim], as_of: dt.date) -> Found:
    """Return what was claimed more than 30 days ago and neither verified nor returned: once, from the oldest claim."""
    open_ = (it for it in claims if it.is_waiting and as_of - it.on > WAITING_AFTER)
    return _once(_row(Rule.WAITING, claim.subject, claim.on, as_of) for claim in open_)


def returned(claims: Iterable[Claim], as_of: dt.date) -> Found:
    """Return what was returned and not claimed again, counted from the day of the return."""
    return _once(
        _row(Rule.RETURNED, claim.subject, claim.on, as_of) for claim in claims if claim.is_unanswered
    )


def past_due(rows: Iterable[TargetRow], as_of: dt.date) -> Found:
    """Return the targets past their due date without any reported value, counted from that date."""
    return _longest_first(
        _row(Rule.PAST_DUE, row.target, row.due_on, as_of) for row in rows if row.is_past_due_without_value
    )


def unverified(rows: Iterable[TargetRow], as_of: dt.date) -> Found:
    """Return the targets that have a claimed value and none at the minimum level, counted from the value's day."""
    return _longest_first(
        _row(Rule.UNVERIFIED, row.target, row.claimed.period_end, as_of)
        for row in rows
        if row.claimed and not row.verified
    )


def unverified_readiness(projects: Iterable[ProjectRow], as_of: dt.date) -> Found:
    """Return the projects that claim a higher readiness level than is verified, counted from the source's day."""
    found = []
    for row in projects:
        claimed, known = claimed_level(row.project), row.project.as_of
        if claimed and claimed > (verified_level(row.project, as_of) or 0):
            since = known if known and known <= as_of else None
            found.append(_row(Rule.READINESS, row.project, since, as_of))
    return _longest_first(found)


def paper_only(rows: Iterable[AgreementRow], as_of: dt.date) -> Found:
    """Return the agreements that exist on paper only (R8), counted from a signing known to the day."""
    return _longest_first(
        _row(
            Rule.PAPER_ONLY,
            row.agreement,
            row.agreement.signed_on if row.days_since_signing is not None else None,
            as_of,
        )
        for row in rows
        if row.is_paper_only
    )


def without_project(rows: Iterable[AgreementRow], as_of: dt.date) -> Found:
    """Return the agreements in life that have no project 12 months after signing, counted from then.

    A date that is not known to the day is kept as the last day of its span, so the twelve months are surely over.
    """
    found = []
    for row in rows:
        agreement = row.agreement
        if row.has_project or agreement.signed_on is None or row.status in ENDED:
            continue
        since = months_after(agreement.signed_on, MONTHS_TO_A_PROJECT)
        if since <= as_of:
            found.append(_row(Rule.NO_PROJECT, agreement, since, as_of, agreement.signed_precision))
    return _longest_first(found)


def _row(
    rule: Rule, subject: Subject, since: dt.date | None, as_of: dt.date, precision: str = Precision.DAY
) -> ExceptionRow:
    return ExceptionRow(
        rule=rule,
        subject=subject,
        since=since,
        days=None if since is None else (as_of - since).days,
        precision=precision or Precision.DAY,
    )


def _longest_first(rows: Iterable[ExceptionRow]) -> Found:
    """Order the rows by their days; what nobody can count comes last."""
    return tuple(sorted(rows, key=lambda row: (row.days is None, -(row.days or 0), row.subject.reference)))


def _once(rows: Iterable[ExceptionRow]) -> Found:
    """Keep the longest row of each subject: a target may have several claims that wait."""
    longest: dict[Subject, ExceptionRow] = {}
    for row in _longest_first(rows):
        longest.setdefault(row.subject, row)
    return tuple(longest.values())
