"""That nothing is left out: the report holds as many records as there are, counted anew in the same view of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from projects.choices import AsOfBasis
from projects.models import Agreement, Milestone, Project, ReliancePoint, Target
from projects.permissions import Actor
from reports.checks import money, readers, working
from reports.checks.arithmetic import Failure, Snapshot
from reports.choices import ReportKind

BASES = {
    AsOfBasis.PRINTED: "printed",
    AsOfBasis.TEXT: "text",
    AsOfBasis.INFERRED: "inferred",
    "": "not_stated",
}


def failures(snapshot: Snapshot, *, by: Actor) -> Iterator[Failure]:
    """Yield every count, or list of records, that is not that of the records which the readers of the report may see."""
    kind = snapshot["meta"].get("kind")
    if kind == ReportKind.PROGRAMME:
        yield from _programme(snapshot, by)
        yield from money.funds(snapshot)
    elif kind == ReportKind.PROJECT:
        yield from _project(snapshot, by)
    elif kind == ReportKind.TRANSFER:
        yield from _transfer(snapshot, by)
    elif kind == ReportKind.EXCEPTIONS:
        yield from _exceptions(snapshot, by)
    elif kind == ReportKind.AGREEMENT:
        yield from readers.agreement(snapshot)
        yield from working.rechecked(snapshot)
    elif kind == ReportKind.PARTNER:
        yield from readers.partner(snapshot)
        yield from money.funds(snapshot)


def _programme(snapshot: Snapshot, by: Actor) -> Iterator[Failure]:
    agreements = Agreement.objects.visible_to(by)
    records = {
        "projects": Project.objects.visible_to(by),
        "milestones": Milestone.objects.visible_to(by),
        "targets": Target.objects.visible_to(by),
        "agreements": agreements,
    }
    for name, rows in records.items():
        yield Failure(f"{name}.total", snapshot[name]["total"], rows.count())
    yield Failure(
        "reliance.rows", len(snapshot["reliance"]["rows"]), ReliancePoint.objects.visible_to(by).count()
    )
    instruments = Counter(agreements.values_list("instrument", flat=True))
    there = {row["type"]: row["count"] for row in snapshot["agreements"]["by_type"]}
    yield Failure("agreements.by_type", there, dict(instruments))
    yield from _provenance(snapshot, records.values())


def _project(snapshot: Snapshot, by: Actor) -> Iterator[Failure]:
    project = Project.objects.visible_to(by).filter(reference=snapshot["project"]["reference"])
    milestones = Milestone.objects.visible_to(by).filter(project__in=project)
    targets = Target.objects.visible_to(by).filter(project__in=project)
    yield Failure("milestones.total", snapshot["milestones"]["total"], milestones.count())
    yield Failure("targets.total", snapshot["targets"]["total"], targets.count())
    yield from _provenance(snapshot, (project, milestones, targets))


def _transfer(snapshot: Snapshot, by: Actor) -> Iterator[Failure]:
    agreements = Agreement.objects.visible_to(by).count()
    yield Failure("technology.agreements", snapshot["technology"]["agreements"], agreements)
    projects = Project.objects.visible_to(by)
    yield Failure("readiness.projects", snapshot["readiness"]["projects"], projects.count())
    milestones = Milestone.objects.visible_to(by).filter(type__in=["transfer", "training", "validation"])
    yield Failure("milestones.total", snapshot["milestones"]["total"], milestones.count())
    measured = Target.objects.visible_to(by).filter(indicator__code__regex=r"^(TT|TEC|SKL|INT|CAP|PRD)-")
    yield Failure("targets.total", snapshot["targets"]["total"], measured.count())


def _exceptions(snapshot: Snapshot, by: Actor) -> Iterator[Failure]:
    records = {
        "milestone": Milestone.objects.visible_to(by),
        "target": Target.objects.visible_to(by),
        "project": Project.objects.visible_to(by),
        "agreement": Agreement.objects.visible_to(by),
    }
    totals = {row["kind"]: row["total"] for row in snapshot["exceptions"]["kinds"]}
    for kind, rows in records.items():
        yield Failure(f"exceptions.kinds.{kind}.total", totals[kind], rows.count())


def _provenance(snapshot: Snapshot, records: Iterable[QuerySet]) -> Iterator[Failure]:
    counts: Counter[str] = Counter()
    for rows in records:
        counts.update(BASES.get(basis, "unknown") for basis in rows.values_list("as_of_basis", flat=True))
    for name in BASES.values():
        yield Failure(f"provenance.{name}", snapshot["provenance"][name], counts[name])
