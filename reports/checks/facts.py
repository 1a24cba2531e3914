"""What the records say of each value that a row of a report shows, read and worked out anew.

One function per model: the record and the as-of date in, the values by the keys of docs/snapshot.md out. Written apart
from `reports.figures` and `projects.progress`, so that an error there does not repeat itself. Days, means and per cents
are not here: they follow from these values, and the identity checks see to that.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from projects.choices import MeasurementStatus, MilestoneStatus
from projects.models import (
    Agreement,
    Evidence,
    Milestone,
    MilestoneRevision,
    Mineral,
    Organisation,
    Project,
    ReliancePoint,
    Target,
    User,
)
from reports.checks import life, measured
from reports.periods import IST

Facts = dict[str, Any]
REACHED = (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED)
OUTPUTS = ("PRD-", "CAP-", "OUT-")


class Either(tuple[Any, ...]):
    """Values of which each is right: what some readers may not see is null, and some words stand for several things."""


def milestone(row: Milestone, as_of: dt.date) -> Facts:
    counted = in_force(row, as_of)
    last = counted[-1] if counted else None
    latest = _date(last.new_on, last.precision) if last else _date(row.baseline_on, row.baseline_precision)
    achieved = row.status in REACHED and row.actual_on is not None and row.actual_on <= as_of
    verified_on = row.verified_on if achieved and row.status == MilestoneStatus.VERIFIED else None
    if achieved:
        state = "achieved"
    elif row.cancelled_on and row.cancelled_on <= as_of:
        state = "cancelled"
    elif row.baseline_on:
        state = "open"
    else:
        state = "recorded_after" if row.actual_on and row.actual_on > as_of else "undated"
    happened = state in ("achieved", "recorded_after")
    claimant = post(row.claimed_by)
    return {
        "title": row.title,
        "type": row.type,
        "project": row.project.reference if row.project else None,
        "project_name": row.project.name if row.project else None,
        "agreement": _withheld(row.agreement),
        "owner": row.owner_post.strip() or None,
        "baseline": _date(row.baseline_on, row.baseline_precision),
        "latest": latest,
        "due": latest,
        "actual": _date(row.actual_on, row.actual_precision) if happened else None,
        "state": state,
        "status": row.status,
        "claimed": (
            {"by": claimant, "on": _local_day(row.claimed_at)}
            if happened and row.status in REACHED and row.claimed_at and claimant
            else None
        ),
        "verified": (
            {"by": post(row.verified_by), "on": _day(verified_on)}
            if verified_on and verified_on <= as_of
            else None
        ),
        "revisions": len(counted),
        "reason": Either((last.reason_code if last else None, row.returned_reason or None)),
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
    }


def in_force(row: Milestone, as_of: dt.date) -> list[MilestoneRevision]:
    """Return the moves of the date that were decided by `as_of`, in their order; an unknown day of decision counts."""
    found = [it for it in row.revisions.all() if it.decided_on is None or it.decided_on <= as_of]
    return sorted(found, key=lambda it: it.number)


def revision(row: Milestone, number: int, as_of: dt.date) -> Facts | None:
    """Return one move of the milestone's date, None where no such move counts on `as_of`."""
    by_number = {it.number: it for it in in_force(row, as_of)}
    move, before = by_number.get(number), by_number.get(number - 1)
    if move is None:
        return None
    return {
        "title": row.title,
        "from": _date(move.old_on, before.precision if before else row.baseline_precision),
        "to": _date(move.new_on, move.precision),
        "days": (move.new_on - move.old_on).days,
        "reason": move.reason_code,
        "narrative": move.narrative or None,
        "approved_by": post(move.approved_by),
        "on": _day(move.decided_on),
    }


def target(row: Target, as_of: dt.date) -> Facts:
    decided = [it for it in row.versions.all() if it.decided_on is None or it.decided_on <= as_of]
    version = max(decided, key=lambda it: it.number, default=None)
    return {
        "project": row.project.reference if row.project else None,
        "project_name": row.project.name if row.project else None,
        "indicator": row.indicator.code,
        "name": row.title,
        "title": row.title,
        "unit": row.unit,
        "kind": Either(("output" if row.indicator.code.startswith(OUTPUTS) else "other", "target")),
        "basis": row.target_basis,
        "measure": row.measure_basis,
        "direction": row.direction,
        "minimum_level": row.indicator.minimum_level,
        "baseline": (
            {"value": number(row.baseline_value), "on": _day(row.baseline_as_of)}
            if row.baseline_value is not None
            else None
        ),
        "target": (
            {"value": number(version.value), "due": _date(version.due_on, "day"), "version": version.number}
            if version
            else None
        ),
        "claimed": _measured(measured.claimed(row, as_of)),
        "verified": _measured(measured.verified(row, as_of)),
        "returned": _returned(row, as_of),
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
    }


def _returned(row: Target, as_of: dt.date) -> Facts | None:
    """Return the value claimed last, when it was sent back."""
    last = max(row.measurements.all(), key=lambda it: it.pk, default=None)
    if last is None or last.status != MeasurementStatus.RETURNED or last.period_end > as_of:
        return None
    return {"value": number(last.value), "on": _day(last.period_end), "reason": last.returned_reason or None}


def _measured(found: measured.Value | None) -> Facts | None:
    if found is None:
        return None
    return {
        "value": number(found.value),
        "on": _day(found.last.period_end),
        "level": found.level,
        "by": post(found.last.claimed_by),
        "source_url": found.last.source_url or None,
    }


def project(row: Project, as_of: dt.date) -> Facts:
    stated = row.trl_stated or (str(row.trl_claimed) if row.trl_claimed else None)
    known = row.trl_verified is not None and row.trl_verified_on and row.trl_verified_on <= as_of
    level = row.trl_verified if known else None
    source = {"by": None, "source_url": row.source_url or None}
    claimed = {"value": stated, "on": _day(row.as_of), **source} if stated else None
    verified = {"value": level, "on": _day(row.trl_verified_on), **source} if level else None
    counted = row.cost_crore is not None and (row.parent is None or row.parent.cost_crore is None)
    crore = _crore(row.cost_crore)
    money = {"crore": crore, "counted": counted, "basis": row.cost_basis or None}
    return {
        "name": row.name,
        "title": row.name,
        "kind": Either((row.kind, "project")),
        "phase": row.phase or None,
        "stage": row.stage or None,
        "parent": _withheld(row.parent),
        "inside": _withheld(None if counted else row.parent),
        "agreement": _withheld(row.agreement),
        "project": row.reference,
        "site": row.region or None,
        "country": row.country or None,
        "product": row.product or None,
        "capacity": (
            {"value": number(row.capacity_value), "unit": row.capacity_unit or None}
            if row.capacity_value is not None
            else None
        ),
        "cost": money if crore else None,
        **money,
        "funding": row.funding_source or None,
        "status_reported": row.status_as_reported or None,
        "note": row.notes or None,
        "trl": Either(({"claimed": stated, "verified": level}, {"claimed": claimed, "verified": verified})),
        "claimed": claimed,
        "verified": verified,
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
    }


def agreement(row: Agreement, as_of: dt.date) -> Facts:
    return {
        "title": row.title,
        "type": row.instrument,
        "level": row.level or None,
        "binding": row.binding or None,
        "status": row.status,
        "status_reported": row.status_as_reported or None,
        "country": row.partner_country or None,
        "signed": _date(row.signed_on, row.signed_precision),
        "signed_basis": row.signed_basis or None,
        "effective": _date(row.effective_on, "day"),
        "expires": _date(row.expires_on, "day"),
        "life": life.line(row, as_of),
        "term_years": number(row.term_years),
        "scope": row.scope or None,
        "stages": list(row.value_chain_stages),
        "value": (
            {"value": number(row.value_amount), "unit": row.value_unit or None}
            if row.value_amount is not None
            else None
        ),
        "note": row.notes or None,
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
    }


def organisation(row: Organisation, as_of: dt.date) -> Facts:
    return {
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "country": row.country or None,
        "parent": row.parent_name or None,
        "part": row.part or None,
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
    }


def mineral(row: Mineral, as_of: dt.date) -> Facts:
    return {"name": row.name, "symbol": row.symbol or None}


def reliance(row: ReliancePoint, as_of: dt.date) -> Facts:
    return {
        "product": row.product,
        "form": row.form or None,
        "hs_codes": row.hs_codes or None,
        "supplier": row.supplier or None,
        "metric": row.metric,
        "period": row.period,
        "value": number(row.value),
        "unit": row.unit,
        "top_supplier": row.top_supplier or None,
        "source_url": row.source_url or None,
        "as_of": _day(row.as_of),
        "note": row.notes or None,
    }


def evidence(row: Evidence) -> Facts:
    return {
        "name": row.name,
        "size": row.size,
        "type": row.content_type,
        "milestone": _reference(row.milestone),
        "uploaded_by": post(row.uploaded_by),
        "on": _local_day(row.created_at),
    }


def number(value: Decimal | None) -> str | None:
    """Return an exact number in the fewest digits."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _crore(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _local_day(value: dt.datetime) -> str:
    return value.astimezone(IST).date().isoformat()


def _date(on: dt.date | None, precision: str) -> Facts | None:
    return {"on": on.isoformat(), "precision": precision or "day"} if on else None


def post(row: User | None) -> str | None:
    """Return the post, or the name where none is recorded; what the system took from a source was said by nobody here."""
    return None if row is None or row.is_system else row.post or str(row)


def _reference(row: Any) -> str | None:
    return row.reference if row else None


def _withheld(row: Project | Agreement | None) -> Either:
    return Either((None,) if row is None else (None, row.reference))
