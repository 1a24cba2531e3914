"""The early warning of an exceptions report: flags of money, output, gates and agreements, and forecasts of open dates."""

from __future__ import annotations

from collections.abc import Iterable

from projects.models import Agreement, Milestone, Organisation, Project, Target
from projects.permissions import Actor
from projects.progress.flags import Flag, FlagRow, Subject
from projects.progress.milestones import MilestoneRow
from projects.progress.programme import Programme
from projects.progress.warnings import OpenDate, flagged
from reports.figures.shapes import Shape, date, day, organisation, text

KINDS = {Milestone: "milestone", Target: "target", Project: "project", Agreement: "agreement"}
LIMITS: dict[Flag, tuple[int, str]] = {
    Flag.NO_OUTPUT: (12, "months"),
    Flag.UNCERTIFIED: (12, "months"),
    Flag.CLEARANCE: (90, "days"),
    Flag.EXPIRY: (90, "days"),
}


def warnings(whole: Programme, *, by: Actor) -> Shape:
    """Return every flag with its entries, the longest first, and every open date with its forecast, the next first."""
    found = flagged(whole, by)
    flags = [(rule, _flagged(rows)) for rule, rows in found.rules if isinstance(rule, Flag)]
    asked = _responsible({row.subject for _rule, rows in flags for row in rows})
    dates = [_open_date(it) for it in found.dates]
    return {
        "total": sum(len(rows) for _rule, rows in flags),
        "rules": [
            {
                "code": rule.value,
                "limit": _limit(rule),
                "count": len(rows),
                "rows": [_entry(row, asked[row.subject]) for row in rows],
            }
            for rule, rows in flags
        ],
        "forecasts": {
            "total": len(dates),
            "known": sum(row["median_on"] is not None for row in dates),
            "cases": found.cases,
            "rows": sorted(
                dates,
                key=lambda it: (it["due"]["on"], it["project"] or "", it["reference"], it["gate"] or ""),
            ),
        },
    }


def _flagged(rows: Iterable[object]) -> list[FlagRow]:
    return [row for row in rows if isinstance(row, FlagRow)]


def _limit(rule: Flag) -> Shape | None:
    value, unit = LIMITS.get(rule, (None, None))
    return None if value is None else {"value": value, "unit": unit}


def _entry(row: FlagRow, asked: Organisation | None) -> Shape:
    subject = row.subject
    return {
        "kind": KINDS[type(subject)],
        "reference": subject.reference,
        "title": subject.name if isinstance(subject, Project) else subject.title,
        "project": _project(subject),
        "responsible": organisation(asked),
        "since": date(row.since, row.precision),
        "days": row.days,
        "doubts": [doubt.value for doubt in row.doubts],
        "source_url": text(subject.source_url),
        "as_of": day(subject.as_of),
    }


def _project(subject: Subject) -> str | None:
    if isinstance(subject, Project):
        return subject.reference
    if isinstance(subject, Agreement):
        return None
    return subject.project.reference if subject.project else None


def _responsible(subjects: set[Subject]) -> dict[Subject, Organisation | None]:
    """Return whom to ask: the lead of the project, or the first party of the agreement; two queries and their joins."""
    projects = {_project_key(it) for it in subjects}
    agreements = {it.pk for it in subjects if isinstance(it, Agreement)}
    leads = {it.pk: it.lead for it in Project.objects.filter(pk__in=projects).select_related("lead")}
    found = Agreement.objects.filter(pk__in=agreements).prefetch_related("agreement_parties__organisation")
    first = {it.pk: next((one.organisation for one in it.agreement_parties.all()), None) for it in found}

    def asked(subject: Subject) -> Organisation | None:
        if isinstance(subject, Agreement):
            return first.get(subject.pk)
        key = _project_key(subject)
        return leads.get(key) if key else None

    return {subject: asked(subject) for subject in subjects}


def _project_key(subject: Subject) -> int | None:
    if isinstance(subject, Agreement):
        return None
    return subject.pk if isinstance(subject, Project) else subject.project_id


def _open_date(it: OpenDate) -> Shape:
    """Return an open milestone, or a planned gate under the reference of its project."""
    subject, likely = it.subject, it.forecast
    if isinstance(subject, MilestoneRow):
        record: Milestone | Project | None = subject.milestone
        title, gate, first = subject.milestone.title, None, subject.milestone.baseline_precision
    else:
        record, title, gate = it.project, it.project.name if it.project else "", subject.rule.gate.value
        first = subject.baseline.precision if subject.baseline else ""
    return {
        "reference": record.reference if record else None,
        "title": title,
        "project": it.project.reference if it.project else None,
        "gate": gate,
        "baseline": date(it.baseline_on, first),
        "due": date(it.due_on, it.precision),
        "method": likely.method.value,
        "cases": likely.cases,
        "needed": likely.needed,
        "median_on": day(likely.median_on),
        "from_on": day(likely.from_on),
        "to_on": day(likely.to_on),
    }
