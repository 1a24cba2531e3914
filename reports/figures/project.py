"""The sections of a project report: the project's progress page on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from projects import progress
from projects.choices import Visibility
from projects.models import ActionPoint, Agreement, Evidence, Project
from projects.models.evidence import EvidenceQuerySet
from projects.permissions import Actor
from projects.progress import MilestoneFigures, ProjectRow, Revision
from reports.figures.action_points import action_points
from reports.figures.clearances import clearances
from reports.figures.feed import feed
from reports.figures.handovers import handovers
from reports.figures.ladders import ladders
from reports.figures.milestones import in_order, milestones, name_agreements, revision_row
from reports.figures.money import money
from reports.figures.programme import cost, provenance, trl_claimed, trl_verified
from reports.figures.roadmap import roadmap
from reports.figures.shapes import Shape, date, day, local_day, mineral, organisation, person, quantity, text
from reports.figures.targets import targets
from reports.periods import Period


def project_snapshot(project: Project, as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the report on one project that `by` may see, as it stands on `as_of`."""
    figures = progress.project_progress(project, as_of, by)
    row = figures.project
    project, readers = row.project, row.project.acting_organisations()
    found = milestones(figures.milestones, period) | {"rows": in_order(figures.milestones)}
    _withhold_agreements(found, figures.milestones, readers)
    return {
        "project": _project(row, readers),
        "trl": _trl(row, as_of),
        "milestones": found,
        "revisions": [revision(it) for it in figures.revisions],
        "action_points": action_points(ActionPoint.objects.visible_to(by).filter(project=project), as_of),
        "targets": targets(figures.targets),
        "money": money(project, as_of, by=by, readers=readers),
        "roadmap": roadmap(project, as_of, by=by, readers=readers),
        "clearances": clearances(project, as_of, by=by),
        "ladders": ladders(project, as_of, by=by),
        "handovers": handovers(project, as_of, by=by, readers=readers),
        "feed": feed(project, as_of, by=by),
        "evidence": evidence(
            Evidence.objects.visible_to(by).filter(
                Q(milestone__project=project) | Q(measurement__target__project=project)
            )
        ),
        "provenance": provenance(figures.provenance),
    }


def _project(row: ProjectRow, readers: set[int]) -> Shape:
    """Return the facts; parent and agreement only where every organisation that reads the report may see them."""
    project = row.project
    found = cost(row)
    parent = project.parent if project.parent and readers <= project.parent.acting_organisations() else None
    return {
        "reference": project.reference,
        "name": project.name,
        "kind": project.kind,
        "phase": text(project.phase),
        "stage": text(project.stage),
        "parent": {"reference": parent.reference, "name": parent.name} if parent else None,
        "lead": organisation(project.lead),
        "partners": [organisation(partner) for partner in project.partners.all()],
        "agreement": _agreement(project, readers),
        "product": text(project.product),
        "capacity": (
            {"value": quantity(project.capacity_value), "unit": text(project.capacity_unit)}
            if project.capacity_value is not None
            else None
        ),
        "minerals": [mineral(it) for it in project.minerals.all()],
        "site": text(project.region),
        "country": text(project.country),
        "cost": found
        and {
            **found,
            "basis": text(project.cost_basis),
            "inside": parent.reference if parent and row.inside == parent else None,
        },
        "funding": text(project.funding_source),
        "status_reported": text(project.status_as_reported),
        "note": text(project.notes),
        "source_url": text(project.source_url),
        "as_of": day(project.as_of),
    }


def _open_to(agreement: Agreement | None, readers: set[int]) -> bool:
    """Whether every reader is a party: being in a project does not open the agreement above it."""
    return agreement is not None and readers <= {party.pk for party in agreement.parties.all()}


def _withhold_agreements(found: Shape, figures: MilestoneFigures, readers: set[int]) -> None:
    agreements = {row.milestone.agreement for row in figures.rows}
    open_ = {it.reference for it in agreements if it and _open_to(it, readers)}
    name_agreements(found, open_)


def _agreement(project: Project, readers: set[int]) -> Shape | None:
    agreement = project.agreement
    if agreement is None or not _open_to(agreement, readers):
        return None
    return {
        "reference": agreement.reference,
        "title": agreement.title,
        "type": agreement.instrument,
        "status": agreement.status,
        "signed": date(agreement.signed_on, agreement.signed_precision),
        "binding": text(agreement.binding),
    }


def _trl(row: ProjectRow, as_of: dt.date) -> Shape:
    project = row.project
    claimed, verified = trl_claimed(row), trl_verified(row, as_of)
    source: dict[str, Any] = {"by": None, "source_url": text(project.source_url)}
    return {
        "claimed": {"value": claimed, "on": day(project.as_of), **source} if claimed else None,
        "verified": {"value": verified, "on": day(project.trl_verified_on), **source} if verified else None,
    }


def revision(line: Revision) -> Shape:
    return revision_row(line.revision, line.row)


def evidence(files: EvidenceQuerySet) -> list[Shape]:
    """Return the files behind the claims; internal ones stay out, because the report's readers are the partners too."""
    kept = (
        files.exclude(visibility=Visibility.INTERNAL)
        .select_related("milestone", "uploaded_by")
        .order_by("milestone__reference", "pk")
    )
    return [
        {
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "type": file.content_type,
            "milestone": file.milestone.reference if file.milestone else None,
            "uploaded_by": person(file.uploaded_by),
            "on": local_day(file.created_at),
        }
        for file in kept
    ]
