"""One agreement, with what followed from it, as far as every party to it may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q

from projects.models import Agreement, AgreementParty, Evidence, Milestone, Project, Target
from projects.models.evidence import EvidenceQuerySet
from projects.models.scoped import ScopedQuerySet
from projects.permissions import Actor, member
from projects.progress.agreements import AgreementRow, agreement_rows
from projects.progress.ladder import LadderStep, ladder
from projects.progress.milestones import MilestoneFigures, milestone_figures
from projects.progress.programme import Provenance, provenance
from projects.progress.projects import ProjectFigures, project_figures
from projects.progress.targets import TargetFigures, target_figures

Rows = TypeVar("Rows", bound=ScopedQuerySet)


@dataclass(frozen=True)
class AgreementProgress:
    as_of: dt.date
    agreement: AgreementRow
    parties: tuple[AgreementParty, ...]
    parent: AgreementRow | None
    """The agreement above it, where every party is a party there too."""
    children: tuple[AgreementRow, ...]
    """The agreements under it, likewise."""
    projects: ProjectFigures
    projects_total: int
    """How many projects name the agreement, with those that not every party may see."""
    milestones: MilestoneFigures
    """Those that name the agreement, and those of its projects."""
    named: frozenset[int]
    """The keys of the agreements that may be named to every party."""
    targets: TargetFigures
    ladder: tuple[LadderStep, ...]
    evidence: EvidenceQuerySet
    provenance: Provenance

    @property
    def projects_withheld(self) -> int:
        return self.projects_total - self.projects.total


def agreement_progress(agreement: Agreement, as_of: dt.date, actor: Actor) -> AgreementProgress:
    """Return the progress of an agreement as all its parties may see it; Agreement.DoesNotExist unless `actor` may."""
    rows = agreement_rows(Agreement.objects.visible_to(actor).filter(pk=agreement.pk), as_of)
    if not rows:
        raise Agreement.DoesNotExist
    (row,) = rows
    seen = row.agreement
    parties = tuple(seen.agreement_parties.all())
    # The people of a ministry see the whole programme, so a ministry among the parties hides nothing.
    partners = [party.organisation for party in parties if not party.organisation.is_ministry]
    readers = (actor, *(member(partner.pk, on=actor.on) for partner in partners))
    agreements = open_to_all(Agreement.objects.all(), readers)
    projects = open_to_all(Project.objects.filter(agreement=seen), readers)
    below = Q(agreement=seen) | Q(project__in=projects.values("pk"))
    milestones = milestone_figures(open_to_all(Milestone.objects.filter(below), readers), as_of)
    targets = target_figures(open_to_all(Target.objects.filter(below), readers), as_of)
    project_rows = project_figures(projects, as_of, milestones.rows, [seen])
    children = agreement_rows(agreements.filter(parent=seen), as_of)
    parent = agreement_rows(agreements.filter(pk=seen.parent_id), as_of) if seen.parent_id else ()
    named = {it.milestone.agreement_id for it in milestones.rows if it.milestone.agreement_id}
    return AgreementProgress(
        as_of=as_of,
        agreement=row,
        parties=parties,
        parent=parent[0] if parent else None,
        children=children,
        projects=project_rows,
        projects_total=Project.objects.filter(agreement=seen).count(),
        milestones=milestones,
        named=frozenset(agreements.filter(pk__in=named).values_list("pk", flat=True)),
        targets=targets,
        ladder=ladder(
            row,
            children,
            [it.project for it in project_rows.rows],
            milestones.rows,
            targets.rows,
            as_of,
            has_target=Target.objects.filter(project__agreement=seen)
            .with_values(as_of)
            .filter(target_value__isnull=False)
            .exists(),
        ),
        evidence=open_to_all(
            Evidence.objects.filter(
                Q(milestone__in=[it.milestone.pk for it in milestones.rows])
                | Q(measurement__target__in=[it.target.pk for it in targets.rows])
            ),
            readers,
        ),
        provenance=provenance(
            [
                seen,
                *(it.project for it in project_rows.rows),
                *(it.milestone for it in milestones.rows),
                *(it.target for it in targets.rows),
            ]
        ),
    )


def open_to_all(rows: Rows, readers: Iterable[Actor]) -> Rows:
    """Keep what each of `readers` may see."""
    for reader in readers:
        rows = rows.visible_to(reader)
    return rows
