"""Planning gates and deciding at them: the acts that move a project along its road, with what the records say that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import permissions
from projects.archive import StoredFile
from projects.choices import GateDecision, Precision, Visibility
from projects.models import (
    GatePlan,
    Project,
    StageGate,
    TransitionError,
    audit,
    locked,
)
from projects.models.documents import attach
from projects.permissions import Actor
from projects.progress.gate_records import Known, known
from projects.progress.stages import PASSED
from projects.stages import RULES, GateRule, gates_open, road_of, stages_of

MET, NOT_MET, WAIVED = "yes", "no", "waived"
ANSWERS = (MET, NOT_MET, WAIVED)


def plan(
    project: Project,
    *,
    by: Actor,
    gate: str,
    planned_on: dt.date,
    decided_by_post: str,
    precision: str = Precision.DAY,
    decided_on: dt.date | None = None,
    reason: str = "",
    **sources: Any,
) -> GatePlan:
    """Write when a gate is to be passed and return it: the first plan is the baseline, each later one the forecast."""
    permissions.require(by, "gate.plan", project)
    decided_on = decided_on or by.on
    _refuse_the_future(decided_on, by.on)
    if gate not in {rule.gate.value for rule in road_of(project.kind)}:
        raise ValidationError({"gate": _("This kind of project does not meet that gate.")})
    with transaction.atomic():
        row = locked(project)
        earlier = list(row.gate_plans.filter(gate=gate).order_by("number"))
        last = earlier[-1] if earlier else None
        if last and not reason.strip():
            raise ValidationError({"reason": _("Say why the date of the gate moved.")})
        if last and (last.planned_on, last.precision) == (planned_on, precision):
            raise ValidationError({"planned_on": _("This is the date already in force: give a new one.")})
        if last and decided_on < last.decided_on:
            raise ValidationError(
                {"decided_on": _("An earlier plan was decided later: plans are written in their order.")}
            )
        return audit.create(
            GatePlan(
                project=row,
                gate=gate,
                number=len(earlier) + 1,
                planned_on=planned_on,
                precision=precision,
                decided_on=decided_on,
                decided_by_post=decided_by_post.strip(),
                reason=reason.strip(),
                **sources,
            ),
            by=by,
            action="gate.plan",
            reason=reason.strip(),
        )


def decide(
    project: Project,
    *,
    by: Actor,
    gate: str,
    decision: str,
    decided_on: dt.date,
    decided_by_post: str,
    criteria: Mapping[str, Mapping[str, str]] | None = None,
    conditions: str = "",
    conditions_due_on: dt.date | None = None,
    reason: str = "",
    back_to: str = "",
    version: int | None = None,
    evidence: Iterable[StoredFile] = (),
    visibility: str = Visibility.PARTNER,
    **sources: Any,
) -> StageGate:
    """Record a decision at a gate, move the project's stage with it, and return it.

    `criteria` answers each criterion of the gate by its code: {"met": "yes", "no" or "waived", "note": why}.
    `back_to` is an earlier stage to which a hold or a stop sends the project. `version` is the project's as read.
    """
    permissions.require(by, "gate.decide", project)
    _refuse_the_future(decided_on, by.on)
    with transaction.atomic():
        row = locked(project, version)
        rule = _open_rule(row, gate)
        last = row.gates.order_by("decided_on", "pk").last()
        if last is not None and decided_on < last.decided_on:
            raise ValidationError(
                {
                    "decided_on": _(
                        "A later decision is on record: decisions are recorded in the order of their days."
                    )
                }
            )
        if row.gates.filter(gate=gate, decided_on=decided_on).exists():
            raise ValidationError(
                {"decided_on": _("This gate was already decided on that day.")}, code="twice"
            )
        answers = _answers(rule, decision, criteria or {}, known(row, rule, decided_on))
        to_stage = _to_stage(row, rule, decision, back_to)
        _require_words(decision, conditions, conditions_due_on, reason, decided_on)
        made = audit.create(
            StageGate(
                project=row,
                gate=gate,
                from_stage=row.stage or rule.before,
                to_stage=to_stage,
                decision=decision,
                decided_on=decided_on,
                decided_by_post=decided_by_post.strip(),
                criteria=answers,
                conditions=conditions.strip(),
                conditions_due_on=conditions_due_on,
                reason=reason.strip(),
                recorded_by=by.user,
                **sources,
            ),
            by=by,
            action="gate.decide",
            reason=reason.strip() or conditions.strip(),
        )
        # Also where the stage stays: whoever read the project before the decision has to read it again.
        audit.change(
            row, by=by, action="gate.decide", changes={"stage": to_stage}, reason=made.reason or str(made)
        )
        attach(evidence, made, by=by, visibility=visibility)
    project.refresh_from_db()
    return made


def _refuse_the_future(day: dt.date, today: dt.date) -> None:
    if day > today:
        raise ValidationError({"decided_on": _("This day lies in the future: record what was decided.")})


def _open_rule(project: Project, gate: str) -> GateRule:
    """Return the rule of a gate at which the project stands; a gate is never skipped."""
    if gate not in RULES:
        raise ValidationError({"gate": _("There is no such gate.")})
    open_now = {rule.gate.value: rule for rule in gates_open(project.kind, project.stage)}
    if gate in open_now:
        return open_now[gate]
    if gate not in {rule.gate.value for rule in road_of(project.kind)}:
        raise ValidationError({"gate": _("This kind of project does not meet that gate.")})
    raise TransitionError(
        _("%(project)s is in stage %(stage)s: gate %(gate)s is not open there. No gate is skipped.")
        % {"project": project.reference, "stage": project.get_stage_display(), "gate": gate}
    )


def _answers(
    rule: GateRule, decision: str, given: Mapping[str, Mapping[str, str]], records: Mapping[str, Known]
) -> list[dict[str, Any]]:
    """Return the answers as they are stored, or name each criterion that stands against the decision."""
    unknown = sorted(set(given) - {it.code for it in rule.criteria})
    errors: dict[str, str] = {
        f"criteria.{code}": _("There is no such criterion at this gate.") for code in unknown
    }
    found = []
    for criterion in rule.criteria:
        answer = given.get(criterion.code, {})
        met, note = answer.get("met", "") or NOT_MET, (answer.get("note") or "").strip()
        says = records.get(criterion.code, Known())
        place = f"criteria.{criterion.code}"
        if met not in ANSWERS:
            errors[place] = _("Answer yes, no or waived.")
        elif met == WAIVED and not note:
            errors[place] = _("Say why the criterion is waived: %(criterion)s.") % {
                "criterion": criterion.text
            }
        elif met == NOT_MET and decision == GateDecision.PASS:
            errors[place] = _(
                "The gate is not passed while this is not met: %(criterion)s. Waive it with a reason, or decide otherwise."
            ) % {"criterion": criterion.text}
        elif met == MET and says.holds is False and not note:
            errors[place] = _(
                "The records say otherwise (%(found)s): %(criterion)s. Say what shows that it is met."
            ) % {"found": says.found or _("nothing on record"), "criterion": criterion.text}
        found.append(
            {
                "code": criterion.code,
                "met": met,
                "note": note,
                "records_hold": says.holds,
                "records_found": says.found,
            }
        )
    if errors:
        raise ValidationError(errors)
    return found


def _to_stage(project: Project, rule: GateRule, decision: str, back_to: str) -> str:
    if decision not in GateDecision.values:
        raise ValidationError({"decision": _("Choose a decision from the list.")})
    if decision in PASSED:
        if back_to:
            raise ValidationError({"back_to": _("A project that passes does not go back.")})
        return rule.after.value
    stages: Sequence[str] = [stage.value for stage in stages_of(road_of(project.kind))]
    if back_to and (back_to not in stages or stages.index(back_to) >= stages.index(rule.before)):
        raise ValidationError({"back_to": _("Choose an earlier stage of this project's road.")})
    return back_to or rule.before.value


def _require_words(
    decision: str, conditions: str, due_on: dt.date | None, reason: str, decided_on: dt.date
) -> None:
    if decision == GateDecision.CONDITIONAL:
        if not conditions.strip():
            raise ValidationError({"conditions": _("A conditional decision names its conditions.")})
        if due_on is None or due_on < decided_on:
            raise ValidationError(
                {
                    "conditions_due_on": _(
                        "Say by when the conditions are to be met: on or after the decision."
                    )
                }
            )
    elif conditions.strip() or due_on:
        raise ValidationError({"conditions": _("Only a conditional decision has conditions.")})
    if decision in (GateDecision.HOLD, GateDecision.STOP) and not reason.strip():
        raise ValidationError({"reason": _("Say why the project is held or stopped.")})
