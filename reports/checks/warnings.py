"""The early warning of an exceptions report: what must agree in it alone, and the whole told again from the records.

Written apart from `projects.progress`, so that an error there does not repeat itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from projects.models import Agreement, Clearance, FundLine, Organisation, Project, Target
from projects.permissions import Actor
from projects.progress import months_after
from reports.checks import facts, forecasts, life, project_feed
from reports.checks.arithmetic import Failure, Snapshot, must
from reports.checks.money import standing
from reports.checks.project_money import uncertified
from reports.checks.roads import Road, roads

# docs/rules/warnings.md
LIMITS = {
    "no_output": {"value": 12, "unit": "months"},
    "uncertified": {"value": 12, "unit": "months"},
    "clearance": {"value": 90, "unit": "days"},
    "expiry": {"value": 90, "unit": "days"},
}
CODES = (
    *("no_output", "feed", "untested", "uncertified", "clearance", "gate", "stage", "conditions"),
    *("duty", "expiry", "suspended", "consortium"),
)
MADE = ("PRD-", "IMP-SUB", "INT-")
LATER = ("pilot", "demonstration", "commercial")
INDUSTRY = ("company", "cpse", "joint_venture_cpse", "joint_venture", "foreign_company", "foreign_soe")
RESEARCH = ("academic", "research", "research_park", "foreign_research")
NEAR = 90
Since = tuple[dt.date | None, str]  # the day from which days are counted, and how exactly it is known
Found = dict[Any, Since]


# --- in the report alone ---


def warnings(found: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    """Yield what contradicts itself: counts, days that do not follow from the dates, an order that is none."""
    yield Failure("warnings.total", found["total"], sum(rule["count"] for rule in found["rules"]))
    yield Failure("warnings.rules", [rule["code"] for rule in found["rules"]], list(CODES))
    for rule in found["rules"]:
        name, rows = f"warnings.{rule['code']}", rule["rows"]
        yield Failure(f"{name}.count", rule["count"], len(rows))
        yield Failure(f"{name}.limit", rule["limit"], LIMITS.get(rule["code"]))
        for row in rows:
            on = row["since"] and dt.date.fromisoformat(row["since"]["on"])
            yield must(
                f"{name}.{row['reference']}.doubts: where feed is asked for",
                bool(row["doubts"]) == (rule["code"] == "feed"),
            )
            yield Failure(
                f"{name}.{row['reference']}.days, since", row["days"], (as_of - on).days if on else None
            )
        order = sorted(rows, key=lambda row: (row["days"] is None, -(row["days"] or 0), row["reference"]))
        yield must(f"{name}: the longest first", rows == order)
    yield from forecasts.identities(found["forecasts"])


# --- told again from the records ---


def told(as_of: dt.date, *, by: Actor) -> Snapshot:
    """Return the section as the records tell it that `by` may see; a fixed number of queries."""
    projects = list(
        Project.objects.visible_to(by).select_related("lead").prefetch_related("partners").order_by("pk")
    )
    agreements = list(
        Agreement.objects.visible_to(by).prefetch_related(
            "steps", "amendments", "agreement_parties__organisation", "duties__done"
        )
    )
    targets = list(
        Target.objects.visible_to(by)
        .select_related("project__lead", "indicator")
        .prefetch_related("versions", "measurements__claimed_by")
    )
    measured = [(row, facts.target(row, as_of)) for row in targets]
    milestones = forecasts.milestones(as_of, by)
    ways = roads(projects, {it.pk: it.signed_on for it in agreements}, as_of)
    feeds = project_feed.records(projects)
    asked = ((it, project_feed.doubts(it, *feeds[it.pk], as_of)) for it in projects)
    fed = {it: found for it, found in asked if found[0]}
    found: dict[str, Found] = {
        "no_output": _no_output(projects, milestones, measured, as_of),
        "feed": {it: (since, "day") for it, (_doubts, since) in fed.items()},
        "untested": {row: _exact(it["claimed"]["on"]) for row, it in measured if _is_untested(it)},
        "uncertified": _uncertified(projects, as_of),
        "clearance": _clearances(Clearance.objects.visible_to(by).select_related("project"), as_of),
        "gate": _gates(ways, as_of),
        "stage": {
            way.project: (end, "day")
            for way in ways
            if not way.is_stopped and (end := way.box_ends()) and end < as_of
        },
        "conditions": {
            way.project: (min(way.owed()), "day") for way in ways if way.owed() and min(way.owed()) < as_of
        },
        "duty": _duties(agreements, as_of),
        "expiry": _expiries(agreements, as_of),
        "suspended": _suspended(agreements, as_of),
        "consortium": {it: (None, "day") for it in projects if it.kind == "centre" and _lacks(it)},
    }
    doubts = {it.reference: names for it, (names, _since) in fed.items()}
    rules = [
        {
            "code": code,
            "limit": LIMITS.get(code),
            **_rule(found[code], as_of, doubts if code == "feed" else {}),
        }
        for code in CODES
    ]
    return {
        "total": sum(rule["count"] for rule in rules),
        "rules": rules,
        "forecasts": forecasts.told(milestones, ways, as_of),
    }


def _rule(found: Found, as_of: dt.date, doubts: dict[str, list[str]]) -> Snapshot:
    rows = [
        {**_entry(subject, since, as_of), "doubts": doubts.get(subject.reference, [])}
        for subject, since in found.items()
    ]
    order = sorted(rows, key=lambda row: (row["days"] is None, -(row["days"] or 0), row["reference"]))
    return {"count": len(rows), "rows": order}


def _entry(subject: Any, since: Since, as_of: dt.date) -> Snapshot:
    on, precision = since
    project = subject if isinstance(subject, Project) else getattr(subject, "project", None)
    if isinstance(subject, Agreement):
        kind, asked = "agreement", next((it.organisation for it in subject.agreement_parties.all()), None)
    else:
        kind = "project" if project is subject else "target"
        asked = project.lead if project else None
    return {
        "kind": kind,
        "reference": subject.reference,
        "title": subject.name if kind == "project" else subject.title,
        "project": project.reference if project else None,
        "responsible": _organisation(asked),
        "since": {"on": on.isoformat(), "precision": precision or "day"} if on else None,
        "days": (as_of - on).days if on else None,
        "source_url": subject.source_url or None,
        "as_of": subject.as_of.isoformat() if subject.as_of else None,
    }


def _organisation(row: Organisation | None) -> Snapshot | None:
    if row is None:
        return None
    return {"reference": row.reference, "name": row.name, "short_name": row.short_name}


def _exact(value: str) -> Since:
    return dt.date.fromisoformat(value), "day"


# --- output, capacity and money ---


def _no_output(
    projects: Iterable[Project],
    milestones: Iterable[tuple[Any, Snapshot]],
    measured: Iterable[tuple[Target, Snapshot]],
    as_of: dt.date,
) -> Found:
    outputs = [(row, it) for row, it in measured if row.indicator.code.startswith(MADE)]
    aimed = {row.project_id for row, _it in outputs}
    made = {row.project_id for row, it in outputs if it["verified"] and float(it["verified"]["value"]) > 0}
    began: dict[int, Since] = {}
    for row, it in milestones:
        if it["state"] == "achieved" and row.type == "commissioning" and row.project_id:
            this = (dt.date.fromisoformat(it["actual"]["on"]), it["actual"]["precision"])
            there = began.get(row.project_id)
            began[row.project_id] = this if there is None or this[0] < _day(there) else there
    found: Found = {}
    for project in projects:
        if project.pk in began and project.pk not in made and (project.pk in aimed or project.phase in LATER):
            day, precision = began[project.pk]
            over = months_after(day, 12) if day else None
            if over and over < as_of:
                found[project] = (over, precision)
    return found


def _day(since: Since) -> dt.date:
    return since[0] or dt.date.max


def _is_untested(it: Snapshot) -> bool:
    if not it["indicator"].startswith("CAP-") or not it["claimed"] or float(it["claimed"]["value"]) <= 0:
        return False
    return it["verified"] is None or it["verified"]["level"] < 3


def _uncertified(projects: Iterable[Project], as_of: dt.date) -> Found:
    lines: dict[int, dict[int, FundLine]] = {}
    for line in FundLine.objects.filter(project__in=list(projects)):
        lines.setdefault(line.project_id, {})[line.pk] = line
    found: Found = {}
    for project in projects:
        owed = list(uncertified(standing(lines.get(project.pk, {}), "claimed", as_of), as_of))
        if owed:
            found[project] = _exact(min(it["since"] for it in owed))
    return found


# --- clearances and gates ---


def _clearances(rows: Iterable[Clearance], as_of: dt.date) -> Found:
    found: Found = {}
    for row in rows:
        since = _clearance(row, as_of)
        if since is not None and since < _day(found.get(row.project, (None, ""))):
            found[row.project] = (since, "day")
    return found


def _clearance(row: Clearance, as_of: dt.date) -> dt.date | None:
    """Return since when a clearance warns: 90 days before its end, or after the statutory days without an answer."""
    applied, granted, refused = (
        on if on and on <= as_of else None for on in (row.applied_on, row.granted_on, row.refused_on)
    )
    if row.is_applicable is False or refused:
        return None
    if granted:
        warns = row.valid_to - dt.timedelta(days=NEAR) if row.valid_to else None
        return warns if warns and warns <= as_of else None
    if applied is None or row.statutory_days is None:
        return None
    end = applied + dt.timedelta(days=row.statutory_days)
    return end if end < as_of else None


def _gates(ways: Iterable[Road], as_of: dt.date) -> Found:
    found: Found = {}
    for way in ways:
        plan = way.next_plan()
        if plan and plan.planned_on < as_of and not way.is_stopped:
            found[way.project] = (plan.planned_on, plan.precision)
    return found


# --- agreements and centres ---


def _duties(agreements: Iterable[Agreement], as_of: dt.date) -> Found:
    found: Found = {}
    for agreement in agreements:
        late = [
            (row.due_on, row.due_precision)
            for row in agreement.duties.all()
            if life.is_agreed(row, as_of)
            and row.due_on
            and row.due_on < as_of
            and not life.duty(row, as_of)["claimed"]
        ]
        if late:
            found[agreement] = min(late)
    return found


def _expiries(agreements: Iterable[Agreement], as_of: dt.date) -> Found:
    found: Found = {}
    for agreement in agreements:
        lived = life.line(agreement, as_of)
        last = lived["last_day"]
        on = dt.date.fromisoformat(last["on"]) if last else None
        past = on is not None and on < as_of
        near = on is not None and not past and (on - as_of).days <= NEAR
        if lived["status"] == "expired" or (near and lived["status"] not in ("terminated", "draft")):
            found[agreement] = (on if past else None, last["precision"] if last else "day")
    return found


def _suspended(agreements: Iterable[Agreement], as_of: dt.date) -> Found:
    found: Found = {}
    for agreement in agreements:
        if life.line(agreement, as_of)["status"] == "suspended":
            taken = [it.taken_on for it in agreement.steps.all() if it.taken_on <= as_of]
            found[agreement] = (max(taken, default=None), "day")
    return found


def _lacks(centre: Project) -> bool:
    kinds = [it.kind for it in centre.partners.all()]
    return bool(kinds) and min(sum(it in group for it in kinds) for group in (INDUSTRY, RESEARCH)) < 2
