"""The ten questions to many agreements at once, for lists: the same answers as one by one, at a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from projects.models import Agreement, Milestone, Project, Target
from projects.models.agreements import AgreementQuerySet
from projects.permissions import INTERNAL_INDICATORS, Actor
from projects.progress.agreements import AgreementRow, agreement_rows
from projects.progress.ladder import ladder
from projects.progress.milestones import MilestoneRow, milestone_rows
from projects.progress.targets import TargetRow, target_rows
from projects.progress.working import Handed, Working, answers_to, handed

Organisations = dict[int, frozenset[int]]


@dataclass(frozen=True)
class _Records:
    """What hangs on the agreements that are asked about, as far as the actor may see, and which organisations see it."""

    children: tuple[AgreementRow, ...]
    projects: tuple[Project, ...]
    milestones: tuple[MilestoneRow, ...]
    targets: tuple[TargetRow, ...]
    with_target: frozenset[int]
    """The keys of the agreements with a project that has a target, also one that not everybody may see."""
    see_agreement: Organisations
    see_project: Organisations


def workings(agreements: AgreementQuerySet, as_of: dt.date, actor: Actor) -> dict[int, Working]:
    """Return the ten answers on each of `agreements` that `actor` may see, by its key.

    As `working()` does, it names what every party may see. Who sees a row is asked once for all rows instead of
    once for each party, so the number of queries is the same for one agreement and for all.
    """
    rows = agreement_rows(agreements.visible_to(actor), as_of)
    found = _records([row.agreement.pk for row in rows], as_of, actor)
    open_to = {row.agreement.pk: _projects(row, found) for row in rows}
    gone = handed({project.pk: project for it in open_to.values() for project in it}.values(), as_of)
    return {row.agreement.pk: _one(row, open_to[row.agreement.pk], found, gone, as_of) for row in rows}


def _records(keys: list[int], as_of: dt.date, actor: Actor) -> _Records:
    below = Q(agreement__in=keys) | Q(project__agreement__in=keys)
    children = agreement_rows(Agreement.objects.visible_to(actor).filter(parent__in=keys), as_of)
    projects = tuple(Project.objects.visible_to(actor).filter(agreement__in=keys))
    milestones = milestone_rows(Milestone.objects.visible_to(actor).filter(below), as_of)
    targets = target_rows(Target.objects.visible_to(actor).filter(below), as_of)
    concerned: list[Milestone | Target] = [it.milestone for it in milestones]
    concerned += [it.target for it in targets]
    work = {it.project_id for it in concerned if it.project_id} | {it.pk for it in projects}
    signed = {it.agreement_id for it in concerned if it.agreement_id} | {it.agreement.pk for it in children}
    return _Records(
        children=children,
        projects=projects,
        milestones=milestones,
        targets=targets,
        with_target=frozenset(
            Target.objects.filter(project__agreement__in=keys)
            .with_values(as_of)
            .filter(target_value__isnull=False)
            .values_list("project__agreement", flat=True)
        ),
        see_agreement=Agreement.objects.filter(pk__in=signed | set(keys)).seen_by(),
        see_project=Project.objects.filter(pk__in=work).seen_by(),
    )


def _partners(row: AgreementRow) -> frozenset[int]:
    """The parties whose people do not see the whole programme: what one of them may not see is not named."""
    return frozenset(
        party.organisation_id
        for party in row.agreement.agreement_parties.all()
        if not party.organisation.is_ministry
    )


def _projects(row: AgreementRow, found: _Records) -> list[Project]:
    readers = _partners(row)
    return [
        project
        for project in found.projects
        if project.agreement_id == row.agreement.pk and readers <= found.see_project[project.pk]
    ]


def _one(
    row: AgreementRow, projects: Iterable[Project], found: _Records, gone: Handed, as_of: dt.date
) -> Working:
    key, readers = row.agreement.pk, _partners(row)
    projects = list(projects)
    own = {project.pk for project in projects}
    nobody: frozenset[int] = frozenset()

    def is_below(it: Milestone | Target) -> bool:
        return it.agreement_id == key or it.project_id in own

    def sees_milestone(it: Milestone) -> frozenset[int]:
        """Through its project where there is one, else through its agreement."""
        return (
            found.see_project[it.project_id] if it.project_id else found.see_agreement[it.agreement_id or 0]
        )

    def sees_target(it: Target) -> frozenset[int]:
        """Through its project or its agreement; those of defence are internal."""
        if it.indicator.code.startswith(INTERNAL_INDICATORS):
            return nobody
        through_project = found.see_project.get(it.project_id or 0, nobody)
        return through_project | found.see_agreement.get(it.agreement_id or 0, nobody)

    children = [
        child
        for child in found.children
        if child.agreement.parent_id == key and readers <= found.see_agreement[child.agreement.pk]
    ]
    milestones = [
        it for it in found.milestones if is_below(it.milestone) and readers <= sees_milestone(it.milestone)
    ]
    targets = [it for it in found.targets if is_below(it.target) and readers <= sees_target(it.target)]
    rungs = ladder(row, children, projects, milestones, targets, as_of, has_target=key in found.with_target)
    return answers_to(row.agreement, rungs, milestones, targets, gone.of(own), as_of)
