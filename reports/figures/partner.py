"""The sections of a partner report: the programme as the members of one organisation see it, and what it asks of them."""

from __future__ import annotations

import datetime as dt

from projects import progress
from projects.models import ActionPoint, Organisation, Project
from projects.models.projects import ProjectQuerySet
from projects.permissions import Actor, member
from projects.progress import AgreementRow, Asked, MilestoneRow, ProjectFigures, TargetRow
from projects.progress.measured import Measured
from reports.figures.action_points import action_points
from reports.figures.execution import execution
from reports.figures.milestones import in_order, milestones, name_agreements, revisions
from reports.figures.programme import agreements, funds, money, projects, provenance, without_project
from reports.figures.project import evidence
from reports.figures.shapes import Shape, date, day, instrument, quantity, text
from reports.figures.targets import outputs, targets
from reports.periods import Period


def partner_snapshot(organisation: Organisation, as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the report with what the members of `organisation` may see on `as_of`, and nothing else."""
    figures = progress.partner_progress(organisation, as_of, by)
    seen, members = figures.seen, member(figures.organisation.pk, on=by.on)
    found = milestones(seen.milestones, period) | {"rows": in_order(seen.milestones)}
    name_agreements(found, {row.agreement.reference for row in seen.agreements.rows})
    return {
        "organisation": _organisation(figures.organisation),
        "asked": _asked(figures.asked, seen.milestones.rows, seen.targets.rows, as_of),
        "action_points": action_points(ActionPoint.objects.visible_to(members), as_of),
        "outputs": outputs(seen.targets),
        "projects": projects(seen.projects) | {"without": without_project(seen.milestones)},
        "execution": execution(as_of, by=members),
        "milestones": found,
        "revisions": revisions(seen.milestones.rows),
        "targets": targets(seen.targets),
        "money": money(seen.projects.money) | {"funds": funds(_of(seen.projects), as_of)},
        "agreements": agreements(seen.agreements)
        | {"rows": [_agreement(row, figures.organisation) for row in seen.agreements.rows]},
        "evidence": evidence(figures.evidence),
        "provenance": provenance(seen.provenance),
    }


def _of(figures: ProjectFigures) -> ProjectQuerySet:
    found: ProjectQuerySet = Project.objects.filter(pk__in=[row.project.pk for row in figures.rows])
    return found


def _organisation(row: Organisation) -> Shape:
    return {
        "reference": row.reference,
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "country": text(row.country),
        "parent": text(row.parent_name),
        "part": text(row.part),
        "source_url": text(row.source_url),
        "as_of": day(row.as_of),
    }


def _asked(
    asked: Asked, rows: tuple[MilestoneRow, ...], values: tuple[TargetRow, ...], as_of: dt.date
) -> Shape:
    """Return what is asked by reference; the rows stand in `milestones.rows` and `targets.rows`."""
    waiting = [row for row in rows if row.is_achieved and not row.is_verified]
    return {
        "until": day(asked.until),
        "overdue": [row.milestone.reference for row in asked.overdue],
        "due": [row.milestone.reference for row in asked.due],
        "returned": {
            "milestones": [
                {"reference": row.milestone.reference, "reason": text(row.milestone.returned_reason)}
                for row in asked.returned
            ],
            "values": [
                {
                    "reference": it.target.reference,
                    "returned": {
                        "value": quantity(it.value),
                        "on": day(it.period_end),
                        "reason": text(it.returned_reason),
                    },
                }
                for it in asked.returned_values
            ],
        },
        "waiting": {
            "milestones": [row.milestone.reference for row in waiting],
            "targets": [row.target.reference for row in values if _waits(row.claimed, as_of)],
        },
    }


def _waits(claimed: Measured | None, as_of: dt.date) -> bool:
    """Whether the value was claimed and nobody had verified it by then, at whatever level."""
    return claimed is not None and (claimed.verified_on is None or claimed.verified_on > as_of)


def _agreement(row: AgreementRow, organisation: Organisation) -> Shape:
    fact = row.agreement
    roles = {party.organisation_id: party.role for party in fact.agreement_parties.all()}
    return {
        **instrument(fact),
        "signed": date(fact.signed_on, fact.signed_precision),
        "days": row.days_since_signing,
        "role": roles[organisation.pk],
        "has_project": row.has_project,
        "has_pilot": row.has_pilot,
        "has_target": row.has_target,
        "paper_only": row.is_paper_only,
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }
