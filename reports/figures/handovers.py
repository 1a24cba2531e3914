"""The transfers of technology of one project, as the project report holds them: how far each has come, and what shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from projects.choices import TransferStage
from projects.models import Fall, Gap, Organisation, Project, Transfer, TransferStep
from projects.models.transfer_steps import holdings
from projects.permissions import Actor
from projects.progress.transfers import Count, StageRow, TransferStanding, transfer_standing
from reports.figures.money import open_to
from reports.figures.shapes import Shape, day, organisation, person, places, quantity, text


def handovers(project: Project, as_of: dt.date, *, by: Actor, readers: set[int]) -> Shape:
    """Return a row for each transfer; donor and recipient have a name only where every reader may see it."""
    rows = Transfer.objects.visible_to(by).filter(project=project).select_related("donor", "recipient")
    found = [transfer_standing(held, as_of) for held in holdings(rows)]
    open_ = open_to(project, readers)
    return {
        "total": len(found),
        "claimed": _by_stage(it.claimed for it in found),
        "verified": _by_stage(it.verified for it in found),
        "rows": [_row(it, open_) for it in found],
    }


def _by_stage(steps: Iterable[TransferStep | None]) -> Shape:
    """Return how many transfers stand at each stage; those that stand at none are left out."""
    stages = [step.stage for step in steps if step]
    return {stage.value: stages.count(stage.value) for stage in TransferStage}


def _row(found: TransferStanding, open_: set[int]) -> Shape:
    fact = found.transfer
    return {
        "reference": fact.reference,
        "asset": fact.asset,
        "donor": _side(fact.donor, open_),
        "recipient": _side(fact.recipient, open_),
        "licence": text(fact.licence_type),
        "exclusivity": text(fact.exclusivity),
        "territory": text(fact.territory),
        "term_years": quantity(fact.term_years),
        "fee": places(fact.fee_crore),
        "royalty": quantity(fact.royalty_per_cent),
        "claimed": found.claimed and found.claimed.stage,
        "verified": found.verified and found.verified.stage,
        "stages": [_stage(it) for it in found.stages],
        "lapsed": [it.value for it in found.lapsed],
        "skipped": [_gap(it) for it in found.gaps],
        "falls": [_fall(it) for it in found.falls],
        "know_how": {
            "total": found.know_how.total,
            "delivered": found.know_how.delivered,
            "accepted": found.know_how.accepted,
            "overdue": len(found.know_how.overdue),
            "per_cent": places(found.know_how.per_cent),
        },
        "persons": _count(found.persons),
        "person_days": _count(found.person_days),
        "runs": _count(found.runs),
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }


def _side(row: Organisation, open_: set[int]) -> Shape:
    """Return an organisation, or that it is another one."""
    named = row.pk in open_
    return {"kind": "named" if named else "withheld", "organisation": organisation(row) if named else None}


def _stage(row: StageRow) -> Shape:
    return {
        "stage": row.stage.value,
        "claimed": day(row.claimed.reached_on) if row.claimed else None,
        "verified": day(row.verified.reached_on) if row.verified else None,
        "verified_on": day(row.verified.verified_on) if row.verified else None,
        "by": person(row.verified.verified_by) if row.verified else None,
        "verification": row.verified.level if row.verified else None,
        "reached": row.is_reached,
    }


def _gap(it: Gap[TransferStep]) -> Shape:
    return {
        "stage": it.row.stage,
        "on": day(it.row.reached_on),
        "waiver": text(it.row.waiver),
        "waived_by": person(it.row.verified_by) if it.row.waiver else None,
    }


def _fall(it: Fall[TransferStep]) -> Shape:
    return {
        "stage": it.row.stage,
        "before": it.before.stage,
        "on": day(it.row.reached_on),
        "note": text(it.row.note),
    }


def _count(it: Count) -> Shape:
    return {"claimed": it.claimed, "verified": it.verified}
