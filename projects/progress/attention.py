"""What needs a decision, all rules together, over the part of the programme that the actor may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from projects.models import Agreement, Organisation, Project, Target
from projects.permissions import Actor
from projects.progress import exceptions as rules
from projects.progress.agreements import AgreementRow
from projects.progress.exceptions import Found, Rule, Subject
from projects.progress.milestones import MilestoneRow
from projects.progress.programme import Programme, Provenance, programme, provenance
from projects.progress.projects import ProjectRow
from projects.progress.targets import TargetFigures, target_figures
from projects.progress.traces import Trace, claims, newest_traces


@dataclass(frozen=True)
class Kind:
    """How many records of one kind there are, and how many of them stand under at least one rule."""

    name: str
    total: int
    named: int


@dataclass(frozen=True)
class ExceptionFigures:
    """What needs a decision. Milestones, targets, projects and agreements are those that a rule names."""

    as_of: dt.date
    rules: tuple[tuple[Rule, Found], ...]
    """Every rule with its rows, the longest first; a rule that finds nothing stays in the list."""
    kinds: tuple[Kind, ...]
    responsible: dict[Subject, Organisation | None]
    """Whom to ask where no post is named: the lead of the project, or the first party of the agreement."""
    traces: dict[int, Trace]
    """The newest trace of each project, by its key."""
    milestones: tuple[MilestoneRow, ...]
    targets: TargetFigures
    projects: tuple[ProjectRow, ...]
    agreements: tuple[AgreementRow, ...]
    provenance: Provenance


def exception_figures(as_of: dt.date, actor: Actor) -> ExceptionFigures:
    """Return what needs a decision in the part of the programme that `actor` may see; its cost is a fixed number of queries."""
    return exceptions_of(programme(as_of, actor), actor)


def exceptions_of(whole: Programme, actor: Actor) -> ExceptionFigures:
    """Return the same of figures that were worked out for `actor` already."""
    as_of = whole.as_of
    traces = newest_traces(whole.projects.rows, whole.milestones.rows, whole.targets.rows, as_of)
    found = applied(whole, traces)
    subjects = {row.subject for _rule, rows in found for row in rows}
    milestones = tuple(row for row in whole.milestones.rows if row.milestone in subjects)
    projects = tuple(row for row in whole.projects.rows if row.project in subjects)
    agreements = tuple(row for row in whole.agreements.rows if row.agreement in subjects)
    keys = [subject.pk for subject in subjects if isinstance(subject, Target)]
    targets = target_figures(Target.objects.visible_to(actor).filter(pk__in=keys), as_of)
    return ExceptionFigures(
        as_of=as_of,
        rules=found,
        kinds=(
            Kind("milestone", whole.milestones.total, len(milestones)),
            Kind("target", whole.targets.total, targets.total),
            Kind("project", whole.projects.total, len(projects)),
            Kind("agreement", whole.agreements.total, len(agreements)),
        ),
        responsible=_responsible(subjects, whole),
        traces=traces,
        milestones=milestones,
        targets=targets,
        projects=projects,
        agreements=agreements,
        provenance=provenance(
            [
                *(row.milestone for row in milestones),
                *(row.target for row in targets.rows),
                *(row.project for row in projects),
                *(row.agreement for row in agreements),
            ]
        ),
    )


def applied(whole: Programme, traces: Mapping[int, Trace]) -> tuple[tuple[Rule, Found], ...]:
    """Return every rule with what it finds in the programme, the longest first."""
    as_of = whole.as_of
    milestones, targets = whole.milestones.rows, whole.targets.rows
    projects, agreements = whole.projects.rows, whole.agreements.rows
    claimed = claims(milestones, targets, as_of)
    return (
        (Rule.OVERDUE, rules.overdue(milestones, as_of)),
        (Rule.MOVED, rules.moved(milestones, as_of)),
        (Rule.NO_OWNER, rules.without_owner(milestones, as_of)),
        (Rule.STALE, rules.stale(projects, traces, as_of)),
        (Rule.READINESS, rules.unverified_readiness(projects, as_of)),
        (Rule.WAITING, rules.waiting(claimed, as_of)),
        (Rule.RETURNED, rules.returned(claimed, as_of)),
        (Rule.PAST_DUE, rules.past_due(targets, as_of)),
        (Rule.UNVERIFIED, rules.unverified(targets, as_of)),
        (Rule.PAPER_ONLY, rules.paper_only(agreements, as_of)),
        (Rule.NO_PROJECT, rules.without_project(agreements, as_of)),
    )


def _responsible(subjects: set[Subject], whole: Programme) -> dict[Subject, Organisation | None]:
    leads = {row.project.pk: row.project.lead for row in whole.projects.rows}
    first = {row.agreement.pk: _first_party(row.agreement) for row in whole.agreements.rows}

    def asked(subject: Subject) -> Organisation | None:
        if isinstance(subject, Project):
            return leads.get(subject.pk)
        if isinstance(subject, Agreement):
            return first.get(subject.pk)
        lead = leads.get(subject.project_id) if subject.project_id else None
        return lead or (first.get(subject.agreement_id) if subject.agreement_id else None)

    return {subject: asked(subject) for subject in subjects}


def _first_party(agreement: Agreement) -> Organisation | None:
    parties = [party.organisation for party in agreement.agreement_parties.all()]
    return parties[0] if parties else None
