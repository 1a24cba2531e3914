"""The sections of an agreement report: what was signed, and what followed from it."""

from __future__ import annotations

import datetime as dt

from projects import progress
from projects.choices import Precision
from projects.models import Agreement, AgreementParty
from projects.permissions import Actor
from projects.progress import AgreementProgress, AgreementRow, LadderStep
from reports.figures.life import life_section
from reports.figures.milestones import in_order, milestones, name_agreements, revisions
from reports.figures.programme import projects, provenance, tally
from reports.figures.project import evidence
from reports.figures.shapes import Shape, date, day, instrument, mineral, quantity, text
from reports.figures.targets import targets
from reports.figures.working import witness, working
from reports.periods import Period


def agreement_snapshot(agreement: Agreement, as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the report on one agreement, with what all its parties may see of it on `as_of`."""
    figures = progress.agreement_progress(agreement, as_of, by)
    below = {row.project.pk for row in figures.projects.rows}
    outside = tally(row for row in figures.milestones.rows if row.milestone.project_id not in below)
    found = milestones(figures.milestones, period) | {"rows": in_order(figures.milestones)}
    named = {
        row.milestone.agreement.reference
        for row in figures.milestones.rows
        if row.milestone.agreement and row.milestone.agreement_id in figures.named
    }
    name_agreements(found, named)
    return {
        "agreement": _facts(figures),
        "parties": [party(it) for it in figures.parties],
        "life": life_section(figures.agreement.agreement, as_of),
        "working": working(figures),
        "ladder": _ladder(figures.ladder),
        "projects": projects(figures.projects) | {"withheld": figures.projects_withheld, "without": outside},
        "milestones": found,
        "revisions": revisions(figures.milestones.rows),
        "targets": targets(figures.targets),
        "evidence": evidence(figures.evidence),
        "provenance": provenance(figures.provenance),
    }


def _facts(figures: AgreementProgress) -> Shape:
    row, fact = figures.agreement, figures.agreement.agreement
    return {
        "reference": fact.reference,
        "title": fact.title,
        "type": fact.instrument,
        "level": text(fact.level),
        "binding": text(fact.binding),
        "status": fact.status,
        "status_reported": text(fact.status_as_reported),
        "country": text(fact.partner_country),
        "signed": date(fact.signed_on, fact.signed_precision),
        "signed_basis": text(fact.signed_basis),
        "effective": date(fact.effective_on, Precision.DAY),
        "expires": date(fact.expires_on, Precision.DAY),
        "term_years": quantity(fact.term_years),
        "days": row.days_since_signing,
        "scope": text(fact.scope),
        "stages": list(fact.value_chain_stages),
        "minerals": [mineral(it) for it in fact.minerals.all()],
        "value": (
            {"value": quantity(fact.value_amount), "unit": text(fact.value_unit)}
            if fact.value_amount is not None
            else None
        ),
        "parent": _line(figures.parent) if figures.parent else None,
        "children": [_line(child) for child in figures.children],
        "projects": figures.projects_total,
        "has_project": row.has_project,
        "has_pilot": row.has_pilot,
        "has_target": row.has_target,
        "paper_only": row.is_paper_only,
        "note": text(fact.notes),
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }


def _line(row: AgreementRow) -> Shape:
    """Return an agreement above or under the one of the report."""
    fact = row.agreement
    return {
        **instrument(fact),
        "signed": date(fact.signed_on, fact.signed_precision),
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }


def party(it: AgreementParty) -> Shape:
    """Return a party with its role, in the shape of an organisation."""
    row = it.organisation
    return {
        "reference": row.reference,
        "name": row.name,
        "short_name": row.short_name,
        "country": text(row.country),
        "role": it.role,
    }


def _ladder(steps: tuple[LadderStep, ...]) -> Shape:
    return {
        "total": len(steps),
        "reached": sum(step.is_reached for step in steps),
        "rungs": [
            {
                "rung": step.rung.value,
                "standing": step.standing.value,
                "on": date(step.on, step.precision),
                "witness": witness(step.witness) if step.witness else None,
            }
            for step in steps
        ],
    }
