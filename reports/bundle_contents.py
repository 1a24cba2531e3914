"""What belongs into the evidence bundle of a project and a period, as the one who asks may see it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from projects.models import ActionPoint, AuditEvent, Evidence, Project, audit
from projects.permissions import Actor
from projects.progress.activity import OF_PROJECT
from projects.progress.traces import FILES_OF_PROJECTS
from reports.models import Report, ReportSchedule
from reports.periods import IST

LONGEST_NAME = 80


@dataclass(frozen=True)
class Item:
    """A file of the archive that belongs into the bundle."""

    path: str
    kind: str
    sha256: str
    size: int
    about: dict[str, Any]


def reports_of(project: Project, start: dt.date, end: dt.date, by: Actor) -> list[Report]:
    """Return the issued reports on the project whose period meets the one that is asked for, also those since superseded."""
    rows = Report.objects.visible_to(by).readable().filter(project=project)
    met = rows.filter(period_start__lte=end, period_end__gte=start)
    return list(met.prefetch_related("editions").order_by("pk"))


def editions_of(reports: Iterable[Report]) -> list[Item]:
    """Return the files of the reports, in each of their languages."""
    return [
        Item(
            f"reports/{report.slug}-{edition.language}.pdf",
            "report",
            edition.sha256,
            edition.size,
            {**told_of(report), "language": edition.language},
        )
        for report in reports
        for edition in report.editions.all()
    ]


def told_of(report: Report) -> dict[str, Any]:
    """Return what the manifest tells of a report."""
    return {
        "serial": report.serial,
        "period": {"start": report.period_start, "end": report.period_end},
        "as_of": report.as_of,
        "state": report.state,
        "revision": report.revision,
    }


def evidence_of(project: Project, start: dt.date, end: dt.date, by: Actor) -> Iterator[Item]:
    """Yield the files that the actor may read and that were added in the period, in the order of their adding."""
    first, after = _moments(start, end)
    for row in (
        _seen_files(project, by)
        .filter(created_at__gte=first, created_at__lt=after)
        .select_related("uploaded_by")
        .order_by("pk")
    ):
        kind, key = row.supported
        about = {
            "id": row.pk,
            "name": row.name,
            "content_type": row.content_type,
            "supports": {"kind": kind, "id": key},
            "claim_number": row.claim_number,
            "visibility": row.visibility,
            "uploaded_by": row.uploaded_by.by_post,
            "uploaded_at": audit.plain(row.created_at),
            "supersedes": row.supersedes_id,
        }
        yield Item(f"evidence/{row.pk:06d}-{safe(row.name)}", "evidence", row.sha256, row.size, about)


def _seen_files(project: Project, by: Actor) -> Any:
    found = Evidence.objects.annotate(of=Coalesce(*FILES_OF_PROJECTS)).filter(of=project.pk)
    return found.filter(pk__in=Evidence.objects.visible_to(by).values("pk"))


def events_of(project: Project, start: dt.date, end: dt.date, by: Actor) -> Any:
    """Return the entries on the project and what hangs on it, made in the period, in the order of the chain."""
    keys: dict[str, list[str]] = defaultdict(list)
    hanging: dict[Any, Any] = {
        Project: Project.objects.filter(pk=project.pk),
        Evidence: _seen_files(project, by),
        ActionPoint: ActionPoint.objects.visible_to(by).filter(project=project),
        Report: Report.objects.visible_to(by).filter(project=project),
        ReportSchedule: ReportSchedule.objects.visible_to(by).filter(project=project),
        **{
            model: model.objects.visible_to(by).filter(**{path: project})
            for model, path in OF_PROJECT.items()
        },
    }
    for model, rows in hanging.items():
        keys[model._meta.label_lower] += map(str, rows.order_by().values_list("pk", flat=True))
    subjects = Q(pk__in=[])
    for label, found in keys.items():
        subjects |= Q(object_type=label, object_id__in=found)
    first, after = _moments(start, end)
    events = AuditEvent.objects.filter(subjects, at__gte=first, at__lt=after)
    return events.select_related("actor").order_by("seq")


def _moments(start: dt.date, end: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of the period in India, and the first after it."""
    midnight = dt.time(tzinfo=IST)
    return dt.datetime.combine(start, midnight), dt.datetime.combine(end + dt.timedelta(days=1), midnight)


def safe(name: str) -> str:
    """Return a file's name as every system can keep it: ASCII letters, digits, "-", "_", and one ending."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem, ending) if dot and ending.isalnum() and len(ending) <= 5 else (plain, "")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:LONGEST_NAME] or "file"
    return f"{stem}.{ending.lower()}" if ending else stem
