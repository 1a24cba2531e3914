"""What was last heard of a project, and how far claims have come: both as they stood on a day, whatever happened since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.choices import Precision
from projects.models import AuditEvent, Evidence, Measurement, Milestone, StageGate, Target
from projects.progress.milestones import MilestoneRow
from projects.progress.projects import ProjectRow
from projects.progress.targets import TargetRow

# What evidence may support, and its way to the project.
FILES_OF_PROJECTS = (
    "milestone__project",
    "measurement__target__project",
    "gate__project",
    "readiness__project",
    "transfer_step__transfer__project",
    "know_how_item__transfer__project",
    "training__transfer__project",
    "replication_run__transfer__project",
    "fund_line__project",
    "clearance__project",
    "feed__project",
    "finding__project",
)
CLAIM, RETURN = "claim", "return"
STEPS = (CLAIM, RETURN, "verify", "cancel")


@dataclass(frozen=True)
class Trace:
    """The newest dated sign of a project: `kind` is evidence, gate, value, milestone or source."""

    kind: str
    on: dt.date
    precision: str = Precision.DAY


def newest_traces(
    projects: Iterable[ProjectRow],
    milestones: Iterable[MilestoneRow],
    targets: Iterable[TargetRow],
    as_of: dt.date,
) -> dict[int, Trace]:
    """Return the newest trace of each project by its key, of what is dated up to `as_of`; three queries."""
    newest: dict[int, Trace] = {}
    found = [
        *_of_files(as_of),
        *_of_gates(as_of),
        *_of_values(as_of),
        *_of_milestones(milestones),
        *_of_sources(projects, milestones, targets),
    ]
    for key, trace in found:
        if key is None or trace.on > as_of:
            continue
        if key not in newest or trace.on > newest[key].on:
            newest[key] = trace
    return newest


Dated = Iterator[tuple[int | None, Trace]]


def _of_milestones(rows: Iterable[MilestoneRow]) -> Dated:
    for row in rows:
        milestone = row.milestone
        if row.is_achieved and milestone.actual_on:
            precision = milestone.actual_precision or Precision.DAY
            yield milestone.project_id, Trace("milestone", milestone.actual_on, precision)


def _of_files(as_of: dt.date) -> Dated:
    files = Evidence.objects.filter(created_at__lt=_end_of(as_of)).annotate(of=Coalesce(*FILES_OF_PROJECTS))
    for key, at in files.filter(of__isnull=False).order_by().values_list("of").annotate(Max("created_at")):
        yield key, Trace("evidence", timezone.localdate(at))


def _of_gates(as_of: dt.date) -> Dated:
    gates = StageGate.objects.filter(decided_on__lte=as_of)
    for key, on in gates.order_by().values_list("project").annotate(Max("decided_on")):
        yield key, Trace("gate", on)


def _of_values(as_of: dt.date) -> Dated:
    values = Measurement.objects.filter(target__project__isnull=False, period_end__lte=as_of)
    for key, on in values.order_by().values_list("target__project").annotate(Max("period_end")):
        yield key, Trace("value", on)


def _of_sources(
    projects: Iterable[ProjectRow], milestones: Iterable[MilestoneRow], targets: Iterable[TargetRow]
) -> Dated:
    dates = [
        *((row.project.pk, row.project.as_of) for row in projects),
        *((row.milestone.project_id, row.milestone.as_of) for row in milestones),
        *((row.target.project_id, row.target.as_of) for row in targets),
    ]
    yield from ((key, Trace("source", on)) for key, on in dates if on)


@dataclass(frozen=True)
class Claim:
    """What people claimed, as it stood on the as-of date; `on` is the day of the claim, or of the return."""

    subject: Milestone | Target
    on: dt.date
    is_waiting: bool
    is_unanswered: bool


@dataclass(frozen=True)
class Step:
    """The last step on a claim by the as-of date, and when the claim before it was made (numbers of the audit trail)."""

    name: str
    on: dt.date
    seq: int
    claim_seq: int


def claims(
    milestones: Iterable[MilestoneRow], targets: Iterable[TargetRow], as_of: dt.date
) -> tuple[Claim, ...]:
    """Return the claims of people that wait for an answer, and the returned ones that wait for another claim.

    The audit trail tells how they stood on the day. What was imported from a source was claimed by nobody here and waits
    for nobody: it is no claim of this list.
    """
    rows = {row.milestone.pk: row.milestone for row in milestones}
    found = [
        Claim(rows[key], step.on, is_waiting=step.name == CLAIM, is_unanswered=step.name == RETURN)
        for key, step in _last_steps(Milestone, as_of).items()
        if key in rows and step.name in (CLAIM, RETURN)
    ]
    found += _of_measurements({row.target.pk: row.target for row in targets}, as_of)
    return tuple(found)


def _of_measurements(targets: Mapping[int, Target], as_of: dt.date) -> Iterator[Claim]:
    steps = _last_steps(Measurement, as_of)
    rows = Measurement.objects.in_bulk(list(steps))
    corrected = {row.supersedes_id for key, row in rows.items() if steps[key].name != RETURN}
    last_claim: dict[int, int] = {}
    for key, row in rows.items():
        last_claim[row.target_id] = max(last_claim.get(row.target_id, 0), steps[key].claim_seq)
    for key, row in rows.items():
        step, target = steps[key], targets.get(row.target_id)
        if target is None or step.name not in (CLAIM, RETURN):
            continue
        # A returned value is answered by a later claim on the same target, whether or not it names the old one.
        answered = step.name == RETURN and last_claim[row.target_id] > step.seq
        if key in corrected or answered:
            continue
        yield Claim(target, step.on, is_waiting=step.name == CLAIM, is_unanswered=step.name == RETURN)


def _last_steps(model: type[Milestone | Measurement], as_of: dt.date) -> dict[int, Step]:
    name = model._meta.model_name
    events = AuditEvent.objects.filter(
        Q(action__in=[f"{name}.{step}" for step in STEPS]),
        object_type=model._meta.label_lower,
        at__lt=_end_of(as_of),
    ).order_by("seq")
    found: dict[int, Step] = {}
    for seq, key, action, at in events.values_list("seq", "object_id", "action", "at"):
        step, before = action.partition(".")[2], found.get(int(key))
        claim_seq = seq if step == CLAIM else before.claim_seq if before else 0
        found[int(key)] = Step(step, timezone.localdate(at), seq, claim_seq)
    return found


def _end_of(day: dt.date) -> dt.datetime:
    """Return the moment at which the day is over in India."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
