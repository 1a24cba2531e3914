"""The rights on findings."""

from __future__ import annotations

from typing import Any

from tests.api.rights_shapes import HISTORIANS, LEADS_TOO, Row, Rows, listing, reading, step, step_page

AUDITORS = frozenset({"auditor", "scoped_auditor"})
RAISER = frozenset({"auditor"})  # of the scene's findings, and so the only one who withdraws them
TAKERS = AUDITORS | {"manager", "administrator"}
PERIOD = {"start": "2026-04-01", "end": "2026-06-30"}
FOUND = {"kind": "query", "text": "Which test shows it?", "due_on": "2026-07-31"}
READ_BY = {"visibility": "partner"}
ANSWER, OPEN, WRONG = {"answer": "See the log."}, {"reason": "Of which day?"}, {"reason": "Raised in error."}


def on_project(project: str) -> dict[str, Any]:
    return {"project": project, **FOUND}


API: dict[str, Rows] = {
    "finding-list": {**listing(), "POST": Row(may=AUDITORS, names="project", body=on_project, ok=201)},
    "finding-detail": reading("raised"),
    "finding-history": reading("raised", may=HISTORIANS),
    "finding-answer": step("raised", LEADS_TOO, **ANSWER),
    "finding-settle": step("answered", AUDITORS),
    "finding-return": step("answered", AUDITORS, **OPEN),
    "finding-withdraw": step("raised", RAISER, **WRONG),
    "report-finding": {"POST": Row(thing="report", may=AUDITORS, ok=201, body=lambda key: FOUND)},
    "evidence-bundle": reading("project", may=TAKERS),
}

PAGES: dict[str, Rows] = {
    "finding-list": listing(is_page=True),
    "finding-new": {
        "GET": Row(may=AUDITORS, is_page=True),
        "POST": Row(may=AUDITORS, is_page=True),  # an empty one comes back with its errors
    },
    "finding-detail": reading("raised", is_page=True),
    "finding-answer": step_page("raised", LEADS_TOO, **ANSWER, **READ_BY),
    "finding-settle": step_page("answered", AUDITORS, version=2),
    "finding-return": step_page("answered", AUDITORS, version=2, **OPEN),
    "finding-withdraw": step_page("raised", RAISER, **WRONG),
    "report-finding-new": step_page("report", AUDITORS, **FOUND, **READ_BY),
    "project-bundle": {
        "GET": Row(thing="project", may=TAKERS, is_page=True),
        "POST": Row(thing="project", may=TAKERS, is_page=True, body=lambda key: PERIOD),
    },
}
