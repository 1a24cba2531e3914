"""The sections of an exceptions report: what needs a decision, by rule, the longest first."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from projects.choices import Precision
from projects.models import Agreement, Milestone, Project, Target
from projects.permissions import Actor
from projects.progress import Band, programme
from projects.progress.agreements import AgreementRow
from projects.progress.attention import ExceptionFigures, exceptions_of
from projects.progress.exceptions import (
    MONTHS_TO_A_PROJECT,
    MOVED_TIMES,
    OWNER_WITHIN,
    STALE_AFTER,
    WAITING_AFTER,
    ExceptionRow,
    Rule,
    Subject,
)
from reports.figures.life import life_line
from reports.figures.milestones import milestone_row, revisions
from reports.figures.programme import provenance
from reports.figures.readiness import readiness
from reports.figures.shapes import Shape, date, day, instrument, organisation, text
from reports.figures.targets import targets
from reports.figures.warnings import warnings
from reports.periods import Period

KINDS = {Milestone: "milestone", Target: "target", Project: "project", Agreement: "agreement"}
LIMITS: dict[Rule, tuple[int, str]] = {
    Rule.MOVED: (MOVED_TIMES, "times"),
    Rule.NO_OWNER: (OWNER_WITHIN.days, "days"),
    Rule.STALE: (STALE_AFTER.days, "days"),
    Rule.WAITING: (WAITING_AFTER.days, "days"),
    Rule.NO_PROJECT: (MONTHS_TO_A_PROJECT, "months"),
}
# What is asked of whoever decides, as a code: the edition's language has the words.
ASKED = {
    Rule.OVERDUE: "evidence_or_date",
    Rule.MOVED: "date_or_stop",
    Rule.NO_OWNER: "name_owner",
    Rule.STALE: "report_or_close",
    Rule.WAITING: "verify_or_return",
    Rule.RETURNED: "answer",
    Rule.PAST_DUE: "report_value",
    Rule.UNVERIFIED: "verify_value",
    Rule.READINESS: "assess",
    Rule.PAPER_ONLY: "project_or_close",
    Rule.NO_PROJECT: "project_or_close",
}


def exceptions_snapshot(as_of: dt.date, period: Period, *, by: Actor) -> Shape:
    """Return the sections of the report on what needs a decision, of what `by` may see, as it stands on `as_of`."""
    whole = programme(as_of, by)
    figures = exceptions_of(whole, by)
    return {
        "exceptions": _exceptions(figures),
        "warnings": warnings(whole, by=by),
        "named": {
            "milestones": _listed([milestone_row(row) for row in figures.milestones]),
            "moves": revisions(figures.milestones),
            "projects": _listed(_traces(figures)),
            "agreements": _listed([_agreement_row(row) for row in figures.agreements]),
        },
        "readiness": readiness([row.project for row in figures.projects], as_of),
        "targets": targets(figures.targets),
        "provenance": provenance(figures.provenance),
    }


def _listed(rows: list[Shape]) -> Shape:
    return {"total": len(rows), "rows": rows}


def _exceptions(figures: ExceptionFigures) -> Shape:
    rules = [
        {
            "code": rule.value,
            "limit": _limit(rule),
            "count": len(found),
            "rows": [_row(row, figures) for row in found],
        }
        for rule, found in figures.rules
    ]
    under = Counter(row.subject for _rule, found in figures.rules for row in found)
    return {
        "total": sum(len(found) for _rule, found in figures.rules),
        "distinct": len(under),
        "several": sum(count > 1 for count in under.values()),
        "kinds": [
            {"kind": kind.name, "total": kind.total, "named": kind.named, "clear": kind.total - kind.named}
            for kind in figures.kinds
        ],
        "bands": [
            {"band": band.value, "count": sum(row.overdue_band == band for row in figures.milestones)}
            for band in Band
        ],
        "rules": rules,
    }


def _limit(rule: Rule) -> Shape | None:
    if rule not in LIMITS:
        return None
    value, unit = LIMITS[rule]
    return {"value": value, "unit": unit}


def _row(row: ExceptionRow, figures: ExceptionFigures) -> Shape:
    subject = row.subject
    return {
        "rule": row.rule.value,
        "kind": KINDS[type(subject)],
        "reference": subject.reference,
        "title": _title(subject),
        "project": _project(subject),
        "owner": text(subject.owner_post.strip()) if isinstance(subject, Milestone) else None,
        "responsible": organisation(figures.responsible[subject]),
        "since": date(row.since, row.precision),
        "days": row.days,
        "asked": ASKED[row.rule],
    }


def _title(subject: Subject) -> str:
    return subject.name if isinstance(subject, Project) else subject.title


def _project(subject: Subject) -> str | None:
    if isinstance(subject, Project):
        return subject.reference
    if isinstance(subject, Agreement):
        return None
    return subject.project.reference if subject.project else None


def _traces(figures: ExceptionFigures) -> list[Shape]:
    """Return the projects that are named, each with what was last heard of it."""
    return [
        {
            "reference": row.project.reference,
            "name": row.project.name,
            "phase": text(row.project.phase),
            "trace": trace.kind if trace else None,
            "heard": date(trace.on, trace.precision) if trace else None,
            "source_url": text(row.project.source_url),
            "as_of": day(row.project.as_of),
        }
        for row in figures.projects
        for trace in [figures.traces.get(row.project.pk)]
    ]


def _agreement_row(row: AgreementRow) -> Shape:
    fact = row.agreement
    return {
        **instrument(fact),
        "country": text(fact.partner_country),
        "signed": date(fact.signed_on, fact.signed_precision),
        "expires": date(fact.expires_on, Precision.DAY),
        "life": life_line(row),
        "has_project": row.has_project,
        "paper_only": row.is_paper_only,
        "source_url": text(fact.source_url),
        "as_of": day(fact.as_of),
    }
