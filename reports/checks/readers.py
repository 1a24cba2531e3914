"""That a report for partners holds what its readers may see: all of it, and nothing else.

Who takes part in what is read from the records themselves, apart from the rights by which the figures were worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Model, Q, QuerySet

from projects.models import Agreement, Milestone, Organisation, Project, Target
from reports.checks.arithmetic import Failure, Snapshot


def agreement(snapshot: Snapshot) -> Iterator[Failure]:
    """Yield what is missing or too much in an agreement report, which all its parties read."""
    itself = Agreement.objects.get(reference=snapshot["agreement"]["reference"])
    parties = Organisation.objects.filter(agreements=itself)
    listed = [row["reference"] for row in snapshot["parties"]]
    yield Failure("parties", sorted(listed), _references(parties))
    # The people of a ministry see the whole programme.
    readers = {row.pk for row in parties if not row.is_ministry}
    candidates = Project.objects.filter(Q(agreement=itself) | Q(milestones__agreement=itself)).distinct()
    shared = [row.pk for row in candidates.prefetch_related("partners") if readers <= _taking_part(row)]
    projects = Project.objects.filter(pk__in=shared, agreement=itself)
    milestones = Milestone.objects.filter(
        Q(project__in=projects) | Q(agreement=itself, project=None) | Q(agreement=itself, project__in=shared)
    )
    targets = Target.objects.filter(Q(agreement=itself) | Q(project__in=projects))
    named = Project.objects.filter(agreement=itself).count()
    yield Failure("agreement.projects", snapshot["agreement"]["projects"], named)
    yield from _rows(snapshot, {"projects": projects, "milestones": milestones, "targets": targets})


def partner(snapshot: Snapshot) -> Iterator[Failure]:
    """Yield what is missing or too much in the report on one organisation, which its members read."""
    itself = Organisation.objects.get(reference=snapshot["organisation"]["reference"])
    agreements = Agreement.objects.filter(parties=itself)
    projects = Project.objects.filter(Q(lead=itself) | Q(partners=itself)).distinct()
    of_projects = Q(project__in=projects.values("pk"))
    milestones = Milestone.objects.filter(of_projects | Q(project=None, agreement__in=agreements))
    targets = Target.objects.filter(of_projects | Q(agreement__in=agreements))
    yield from _rows(
        snapshot,
        {"agreements": agreements, "projects": projects, "milestones": milestones, "targets": targets},
    )


def _taking_part(project: Project) -> set[int | None]:
    return {project.lead_id, *(partner.pk for partner in project.partners.all())}


def _rows(snapshot: Snapshot, records: dict[str, QuerySet]) -> Iterator[Failure]:
    for name, rows in records.items():
        listed = sorted(row["reference"] for row in snapshot[name]["rows"])
        yield Failure(f"{name}.rows", listed, _references(rows))


def _references(rows: Iterable[Model]) -> list[str]:
    return sorted(str(row.reference) for row in rows)  # type: ignore[attr-defined]
