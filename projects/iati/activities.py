"""Writing: public projects as activities, their public targets as results. Only what is verified is an actual."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet
from lxml import etree

from projects import permissions
from projects.choices import Direction, MilestoneStatus
from projects.fiscal import FinancialYear
from projects.iati import codes
from projects.models import Agreement, Measurement, Milestone, Project, StageGate, Target, standing
from projects.models.audit import plain
from projects.progress.agreement_life import suspended_on

PORTION = 200
END = b"</iati-activities>\n"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the organisation identifier that its activities begin with, its name, and the licence."""

    identifier: str
    name: str
    licence: str = ""

    def activity(self, project: Project) -> str:
        """Return the identifier of the project's activity."""
        return f"{self.identifier}-{project.reference}"


@dataclass
class _Portion:
    """What is known of some projects at once."""

    on: dt.date
    suspended: set[int] = field(default_factory=set)
    parents: set[int] = field(default_factory=set)


def public_projects() -> QuerySet[Project]:
    """Return the projects that the public may see."""
    found = Project.objects.filter(permissions.published(Project))
    return found.exclude(sector__in=permissions.INTERNAL_SECTORS).order_by("reference")


def document(
    projects: QuerySet[Project], *, publisher: Publisher, on: dt.date, now: dt.datetime
) -> Iterator[bytes]:
    """Yield a document of the projects as they stand on a day: its head, each activity, its end.

    The same queries are asked for every portion of projects.

    A project without any public date is left out: an activity needs one, and none is made up (`left_out`).
    """
    stamp = now.isoformat(timespec="seconds")
    told = etree.Comment(f" Licence: {publisher.licence.replace('--', '-')}. As of {on.isoformat()}. ")
    yield (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        + etree.tostring(told)
        + f'\n<iati-activities version="{codes.VERSION}" generated-datetime="{stamp}">\n'.encode()
    )
    for portion in _portions(projects):
        known = _Portion(on)
        agreements = {it.agreement_id for it in portion if it.agreement_id}
        if agreements:
            known.suspended = set(suspended_on(Agreement.objects.filter(pk__in=agreements), on))
        for project in portion:
            made = _activity(project, publisher, known)
            if made is not None:
                etree.indent(made)
                yield etree.tostring(made, encoding="unicode").encode() + b"\n"
    yield END


def left_out(projects: QuerySet[Project], *, on: dt.date) -> list[str]:
    """Return the references of the projects of which no public date is known."""
    return [it.reference for portion in _portions(projects) for it in portion if not _dates(it, on)]


def _portions(projects: QuerySet[Project]) -> Iterator[list[Project]]:
    """Yield projects with all that their activities tell, some at a time; what is not public is not read."""
    published = permissions.published
    milestones = Milestone.objects.filter(published(Milestone)).order_by("pk")
    values = Measurement.objects.filter(published(Measurement)).order_by("pk")
    targets = (
        Target.objects.filter(published(Target))
        .exclude(indicator__code__startswith=permissions.INTERNAL_INDICATORS)
        .select_related("indicator")
        .prefetch_related(Prefetch("measurements", queryset=values), "versions")
        .order_by("reference")
    )
    parents = public_projects()
    found = projects.select_related("lead").prefetch_related(
        "partners",
        Prefetch("gates", queryset=StageGate.objects.order_by("decided_on", "pk")),
        Prefetch("milestones", queryset=milestones),
        Prefetch("targets", queryset=targets),
        Prefetch("parent", queryset=parents),
    )
    rows = found.iterator(chunk_size=PORTION)
    while portion := list(itertools.islice(rows, PORTION)):
        yield portion


def _activity(project: Project, publisher: Publisher, known: _Portion) -> Any:
    dates = _dates(project, known.on)
    if not dates:
        return None
    made = etree.Element("iati-activity", {LANG: "en", "default-currency": "INR"})
    made.set("last-updated-datetime", project.updated_at.isoformat(timespec="seconds"))
    _add(made, "iati-identifier").text = publisher.activity(project)
    reporting = _add(made, "reporting-org", ref=publisher.identifier, type=codes.GOVERNMENT)
    reporting.set("secondary-reporter", "0")
    _narrative(reporting, publisher.name)
    _narrative(_add(made, "title"), project.name)
    _narrative(_add(made, "description", type="1"), project.product or project.name)
    _organisations(made, project, publisher)
    _add(made, "activity-status", code=_status(project, known))
    for kind, day, told in dates:
        date = _add(made, "activity-date", {"type": kind, "iso-date": day.isoformat()})
        if told:
            _narrative(date, told)
    country = codes.COUNTRIES.get(project.country.casefold())
    if country:
        _add(made, "recipient-country", code=country, percentage="100")
    if project.region:
        _narrative(_add(_add(made, "location"), "name"), project.region)
    _add(made, "sector", vocabulary="1", code=codes.SECTOR.get(project.kind, codes.NON_FERROUS))  # type: ignore[call-overload]
    _source(made, project)
    if project.parent is not None:
        _add(made, "related-activity", ref=publisher.activity(project.parent), type=codes.RELATED_PARENT)
    for target in project.targets.all():
        _result(made, target, known.on)
    return made


def _organisations(made: Any, project: Project, publisher: Publisher) -> None:
    named = [project.lead] if project.lead else []
    named += [it for it in project.partners.all() if it.pk != project.lead_id]
    for organisation in named:
        kind = codes.ORGANISATION_TYPE[organisation.kind]  # type: ignore[index]
        _narrative(_add(made, "participating-org", role=codes.IMPLEMENTING, type=kind), organisation.name)
    if not named:
        accountable = _add(made, "participating-org", role=codes.ACCOUNTABLE, type=codes.GOVERNMENT)
        accountable.set("ref", publisher.identifier)
        _narrative(accountable, publisher.name)


def _status(project: Project, known: _Portion) -> str:
    decided = [it for it in project.gates.all() if it.decided_on <= known.on]
    return codes.status(
        stage=project.stage,
        phase=project.phase,
        last_decision=decided[-1].decision if decided else "",
        is_suspended=project.agreement_id in known.suspended,
    )


def _dates(project: Project, on: dt.date) -> list[tuple[str, dt.date, str]]:
    """Return the dates of the activity, from its public milestones: kind, day, and whether it is verified."""
    rows = [it for it in project.milestones.all() if it.status != MilestoneStatus.CANCELLED]
    planned = [it.baseline_on for it in rows if it.baseline_on]
    latest = [it.due for it in rows if it.due]
    reached = [
        it
        for it in rows
        if it.actual_on
        and it.actual_on <= on
        and it.status in (MilestoneStatus.CLAIMED, MilestoneStatus.VERIFIED)
    ]
    found = []
    if planned:
        found.append((codes.PLANNED_START, min(planned), ""))
    if reached:
        first = min(reached, key=lambda it: (it.actual_on, it.pk))
        verified = first.status == MilestoneStatus.VERIFIED
        told = "verified" if verified else "as reported by the source; not verified"
        found.append((codes.ACTUAL_START, first.actual_on, told))
    if latest:
        found.append((codes.PLANNED_END, max(latest), ""))
    return found


def _source(made: Any, project: Project) -> None:
    link = _add(made, "document-link", url=project.source_url, format="text/html")
    as_of = f", as of {project.as_of.isoformat()}" if project.as_of else ""
    _narrative(_add(link, "title"), f"Published source{as_of}")
    _add(link, "category", code=codes.WEB_PAGE)


def _result(made: Any, target: Target, on: dt.date) -> None:
    versions = [it for it in target.versions.all() if it.decided_on is None or it.decided_on <= on]
    version = max(versions, key=lambda it: it.number, default=None)
    values = standing.verified(list(target.measurements.all()), on, target.indicator.minimum_level)
    family = target.indicator.code.partition("-")[0]
    result = _add(made, "result", {"type": codes.RESULT_TYPE.get(family, codes.OUTPUT)})
    result.set("aggregation-status", "0")
    _narrative(_add(result, "title"), target.title)
    is_share = target.unit in ("per cent", "%")
    indicator = _add(result, "indicator", measure=codes.PERCENTAGE if is_share else codes.UNIT)
    indicator.set("ascending", "1" if target.direction == Direction.INCREASE else "0")
    indicator.set("aggregation-status", "0")
    _narrative(_add(indicator, "title"), f"{target.indicator.name} ({target.unit})")
    for code in (target.reference, target.indicator.code):
        _add(indicator, "reference", vocabulary=codes.OWN_VOCABULARY, code=code)
    if target.baseline_value is not None and target.baseline_as_of is not None:
        baseline = _add(indicator, "baseline", year=str(target.baseline_as_of.year))
        baseline.set("iso-date", target.baseline_as_of.isoformat())
        baseline.set("value", plain(target.baseline_value))
    if version is not None and version.due_on is not None:
        start = min(target.baseline_as_of or FinancialYear.of(version.due_on).first_day, version.due_on)
        period = _period(indicator, start, version.due_on)
        _add(period, "target", value=plain(version.value))
    for row in values:
        row.target = target
        period = _period(indicator, *row.days())
        actual = _add(period, "actual", value=plain(row.value))
        _narrative(_add(actual, "comment"), f"Verified at level V{row.level}. Source: {row.source_url}")


def _period(indicator: Any, first: dt.date, last: dt.date) -> Any:
    period = _add(indicator, "period")
    _add(period, "period-start", {"iso-date": first.isoformat()})
    _add(period, "period-end", {"iso-date": last.isoformat()})
    return period


def _add(parent: Any, tag: str, attributes: dict[str, str] | None = None, **more: str) -> Any:
    return etree.SubElement(parent, tag, {**(attributes or {}), **more})


# What XML 1.0 cannot hold at all.
_UNTELLABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\N{REPLACEMENT CHARACTER}")


def _narrative(parent: Any, text: str) -> None:
    _add(parent, "narrative").text = text.translate(_UNTELLABLE)
