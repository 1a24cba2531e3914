"""The agenda of a review: what is open on its day, worked out from records, by kind, owner and age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.choices import Precision
from projects.models import ActionPoint, Agreement, Milestone, Project, ReviewMeeting, Target
from projects.permissions import Actor
from projects.progress.exceptions import Rule
from projects.progress.flags import Flag
from projects.progress.stages import GateRow
from projects.progress.warnings import EarlyWarning, early_warning

Subject = Milestone | Target | Project | Agreement
LONG_OVERDUE = 30  # days, from which a milestone is brought before the review
GATES_AHEAD = dt.timedelta(days=30)


class Part(TextChoices):
    """The parts of the agenda in their order."""

    OVERDUE = "overdue", _("Overdue for 30 days or more")
    GATES = "gates", _("Gate decisions due")
    MONEY = "money", _("Money without a certificate")
    RETURNED = "returned", _("Returned claims")
    WARNINGS = "warnings", _("Other early warnings")


@dataclass(frozen=True)
class Matter:
    """One record that the review should look at, and why."""

    part: Part
    rule: Rule | Flag | None
    """None of a gate that is planned for the coming days."""
    subject: Subject
    owner: str
    """The post that owns it, else the organisation that answers for it; "" where neither is known."""
    since: dt.date | None
    precision: str
    days: int | None
    """Since that day; below 0 it is still to come."""


@dataclass(frozen=True)
class OwnerTotal:
    owner: str
    count: int
    longest: int | None


@dataclass(frozen=True)
class Agenda:
    as_of: dt.date
    parts: tuple[tuple[Part, tuple[Matter, ...]], ...]
    """Every part with its matters, the longest first; an empty one stays in the list."""
    points: tuple[ActionPoint, ...]
    """The action points of other meetings that are not closed, the next due first."""
    owners: tuple[OwnerTotal, ...]
    """How many matters each owner has, the most first; an action point is a matter too."""

    @property
    def total(self) -> int:
        return sum(len(rows) for _part, rows in self.parts) + len(self.points)


def agenda(meeting: ReviewMeeting, by: Actor, on: dt.date) -> Agenda:
    """Return what is open as `by` may see it, on the day of the meeting, or `on` where that lies ahead."""
    as_of = min(meeting.held_on, on)
    eyes = permissions.member(meeting.organisation_id, on=by.on) if meeting.organisation_id else by
    found = early_warning(as_of, eyes)
    matters = [it for it in _matters(found) if _is_of(it[2], meeting)]
    owners = _owners({subject for _part, _rule, subject, *_rest in matters})
    rows = [
        Matter(part, rule, subject, owners[subject], since, precision, days)
        for part, rule, subject, since, precision, days in matters
    ]
    parts = tuple(
        (part, tuple(sorted((it for it in rows if it.part == part), key=_longest_first))) for part in Part
    )
    points = tuple(_points(meeting, eyes, as_of))
    return Agenda(as_of=as_of, parts=parts, points=points, owners=_totals(rows, points, as_of))


Found = tuple[Part, Rule | Flag | None, Subject, dt.date | None, str, int | None]


def _matters(found: EarlyWarning) -> Iterator[Found]:
    for rule, rows in found.rules:
        part = _part(rule)
        for row in rows if part else ():
            if rule != Rule.OVERDUE or (row.days or 0) >= LONG_OVERDUE:
                yield part, rule, row.subject, row.since, row.precision, row.days  # type: ignore[misc]  # a part there is
    for it in found.dates:
        ahead = it.due_on and found.as_of <= it.due_on <= found.as_of + GATES_AHEAD
        if isinstance(it.subject, GateRow) and it.project and it.due_on and ahead:
            days = (found.as_of - it.due_on).days
            yield Part.GATES, None, it.project, it.due_on, it.precision or Precision.DAY, days


def _part(rule: Rule | Flag) -> Part | None:
    """Return the part of the agenda to which a rule belongs; None of a rule that is no matter for a review."""
    named: dict[Rule | Flag, Part] = {
        Rule.OVERDUE: Part.OVERDUE,
        Rule.RETURNED: Part.RETURNED,
        Flag.GATE: Part.GATES,
        Flag.UNCERTIFIED: Part.MONEY,
    }
    return named.get(rule) or (Part.WARNINGS if isinstance(rule, Flag) else None)


def _is_of(subject: Subject, meeting: ReviewMeeting) -> bool:
    """Whether the record belongs to the agreement that is reviewed; any does where none is."""
    key = meeting.agreement_id
    if key is None:
        return True
    if isinstance(subject, Agreement):
        return subject.pk == key
    project = subject if isinstance(subject, Project) else subject.project
    return key in (getattr(subject, "agreement_id", None), project.agreement_id if project else None)


def _owners(subjects: Iterable[Subject]) -> dict[Subject, str]:
    """Return who answers for each record: three queries, whatever the number."""
    rows = list(subjects)
    projects = {it.pk if isinstance(it, Project) else getattr(it, "project_id", None) for it in rows}
    agreements = {it.pk if isinstance(it, Agreement) else getattr(it, "agreement_id", None) for it in rows}
    leads = {
        it.pk: it.lead.short_name
        for it in Project.objects.filter(pk__in=projects - {None}).select_related("lead")
        if it.lead
    }
    named = Agreement.objects.filter(pk__in=agreements - {None})
    first = {
        it.pk: next((one.organisation.short_name for one in it.agreement_parties.all()), "")
        for it in named.prefetch_related("agreement_parties__organisation")
    }

    def owner(it: Subject) -> str:
        if isinstance(it, Milestone) and it.owner_post.strip():
            return it.owner_post.strip()
        if isinstance(it, Agreement):
            return first.get(it.pk, "")
        key = it.pk if isinstance(it, Project) else it.project_id
        agreement = getattr(it, "agreement_id", None)
        return leads.get(key or 0, "") or first.get(agreement or 0, "")

    return {it: owner(it) for it in rows}


def _points(meeting: ReviewMeeting, by: Actor, as_of: dt.date) -> QuerySet[ActionPoint]:
    earlier = unclosed(ActionPoint.objects.visible_to(by), as_of).exclude(meeting=meeting)
    if meeting.agreement_id:
        of_it = Q(agreement=meeting.agreement_id) | Q(project__agreement=meeting.agreement_id)
        earlier = earlier.filter(of_it)
    return earlier.select_related("meeting", "owner", "project", "agreement", "milestone")


def unclosed(points: QuerySet[ActionPoint], as_of: dt.date) -> QuerySet[ActionPoint]:
    """Return those on record on the day and not closed by then."""
    return points.filter(Q(closed_on=None) | Q(closed_on__gt=as_of), recorded_on__lte=as_of)


def _longest_first(it: Matter) -> tuple[bool, int, str]:
    return (it.days is None, -(it.days or 0), it.subject.reference)


def _totals(rows: Iterable[Matter], points: Iterable[ActionPoint], as_of: dt.date) -> tuple[OwnerTotal, ...]:
    ages: dict[str, list[int | None]] = {}
    for it in rows:
        ages.setdefault(it.owner, []).append(it.days)
    for point in points:
        ages.setdefault(point.owner_post, []).append((as_of - point.due_on).days)
    found = [
        OwnerTotal(owner, len(days), max((it for it in days if it is not None), default=None))
        for owner, days in ages.items()
    ]
    return tuple(sorted(found, key=lambda it: (-it.count, it.owner)))
