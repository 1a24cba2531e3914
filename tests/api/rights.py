"""The table of rights as the matrix proves it: for each route and method who may do it, on what they see.

To add a route: one row. What a route reads or does is said in words of projects/permissions.py, but written down
here a second time on purpose: a slip in the one shows in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.api.scene import OTHER, OWN

# --- the people: which role they play, and which half of the stage they see ---

BOTH = frozenset({OWN, OTHER})
PEOPLE: dict[str, tuple[str, frozenset[str]]] = {
    "officer": ("officer", BOTH),
    "manager": ("manager", BOTH),
    "our_lead": ("lead", frozenset({OWN})),
    "our_viewer": ("viewer", frozenset({OWN})),
    "their_lead": ("lead", frozenset({OTHER})),
    "auditor": ("auditor", BOTH),
    "scoped_auditor": ("scoped_auditor", frozenset({OWN})),
    "administrator": ("administrator", BOTH),
    "nobody": ("", frozenset()),
}
STRANGERS = ("anonymous", "expired", "disabled")

# --- the roles; "" is somebody who may sign in and holds none ---

ANY_ROLE = frozenset(role for role, _ in PEOPLE.values() if role)
EVERYBODY = ANY_ROLE | {""}
MINISTRY = frozenset({"officer", "manager"})
STEWARDS = frozenset({"manager", "administrator"})
LEADS_TOO = MINISTRY | {"lead"}
HISTORIANS = MINISTRY | {"auditor", "scoped_auditor", "administrator"}


@dataclass(frozen=True)
class Row:
    """What one method of one route does, and for whom."""

    may: frozenset[str] = ANY_ROLE  # the roles that may, on what they see
    thing: str = ""  # what the address names, a kind of thing of the scene
    names: str = ""  # what the body names: to those who do not see it, an unknown reference
    everybody_sees: bool = False  # reference data, seen by whoever holds a role
    ok: int = 200  # how success is answered
    is_page: bool = False
    is_open: bool = False  # strangers may, too
    strangers: int = 0  # how strangers are answered where an open page answers them differently
    body: Callable[[Any], dict[str, Any]] = field(default=lambda key: {})


Rows = dict[str, Row]


def listing(**more: Any) -> Rows:
    """A list: everybody who signs in gets one, with what they see in it."""
    return {"GET": Row(may=EVERYBODY, **more)}


def reading(thing: str, **more: Any) -> Rows:
    return {"GET": Row(thing=thing, **more)}


def step(thing: str, may: frozenset[str], **body: Any) -> Rows:
    return {"POST": Row(thing=thing, may=may, body=lambda key: body)}


def step_page(thing: str, may: frozenset[str], **body: Any) -> Rows:
    """A form: who may not take the step does not get the form either."""
    return {
        "GET": Row(thing=thing, may=may, is_page=True),
        "POST": Row(thing=thing, may=may, is_page=True, ok=302, body=lambda key: {"version": 1, **body}),
    }


def opened(method: str, ok: int = 200, **more: Any) -> Rows:
    return {method: Row(is_open=True, ok=ok, **more)}


def new_milestone(project: str) -> dict[str, Any]:
    day = "2026-12-31"
    return {"project": project, "title": "Furnace heated", "type": "commissioning", "baseline_on": day}


def new_measurement(target: str) -> dict[str, Any]:
    return {"target": target, "value": "20", "period_end": "2026-06-01"}


def new_report(project: str) -> dict[str, Any]:
    return {"kind": "project", "project": project, "as_of": "2026-05-31"}


def new_schedule(project: str) -> dict[str, Any]:
    when = {"cadence": "quarterly", "starts_on": "2026-04-01"}
    return {"title": "Quarterly", "kind": "project", "project": project, **when}


CLAIM = {"actual_on": "2026-06-01"}
RETURN = {"reason": "The certificate is missing."}
REVISE = {"new_on": "2026-12-31", "reason_code": "funds", "narrative": "The release was delayed."}
CANCEL = {"reason": "Given up."}

API: dict[str, Rows] = {
    # signing in
    "login": opened("POST", ok=400),
    "logout": {"POST": Row(may=EVERYBODY, ok=204)},
    "logout-all": {"POST": Row(may=EVERYBODY, ok=204)},
    "me": listing(),
    "schema": opened("GET"),
    "docs": opened("GET"),
    # reference data
    "organisation-list": listing(),
    "organisation-detail": reading("organisation"),
    "mineral-list": listing(),
    "mineral-detail": reading("mineral", everybody_sees=True),
    "indicator-list": listing(),
    "indicator-detail": reading("indicator", everybody_sees=True),
    "reliance-list": listing(),
    "reliance-detail": reading("reliance", everybody_sees=True),
    # agreements and projects
    "agreement-list": listing(),
    "agreement-detail": reading("agreement"),
    "agreement-history": reading("agreement", may=HISTORIANS),
    "project-list": listing(),
    "project-detail": reading("project"),
    "project-history": reading("project", may=HISTORIANS),
    # milestones
    "milestone-list": {
        **listing(),
        "POST": Row(may=MINISTRY, names="project", body=new_milestone, ok=201),
    },
    "milestone-detail": reading("planned"),
    "milestone-history": reading("claimed", may=HISTORIANS),
    "milestone-claim": step("planned", LEADS_TOO, **CLAIM),
    "milestone-verify": step("claimed", MINISTRY),
    "milestone-return": step("claimed", MINISTRY, **RETURN),
    "milestone-revise": step("planned", MINISTRY, **REVISE),
    "milestone-cancel": step("planned", frozenset({"manager"}), **CANCEL),
    # targets and measurements
    "target-list": listing(),
    "target-detail": reading("target"),
    "target-history": reading("target", may=HISTORIANS),
    "measurement-list": {
        **listing(),
        "POST": Row(may=LEADS_TOO, names="target", body=new_measurement, ok=201),
    },
    "measurement-detail": reading("measurement"),
    "measurement-history": reading("measurement", may=HISTORIANS),
    "measurement-verify": step("measurement", MINISTRY, level=1),
    "measurement-return": step("measurement", MINISTRY, reason="The unit is wrong."),
    # evidence
    "evidence-list": listing(),
    "evidence-detail": reading("evidence"),
    "evidence-content": reading("evidence"),
    # reports
    "report-list": {
        **listing(),
        "POST": Row(may=MINISTRY | {"administrator"}, names="project", body=new_report, ok=202),
    },
    "report-detail": reading("report"),
    "report-history": reading("report", may=HISTORIANS),
    "report-pdf": reading("report"),
    "report-data": reading("report"),
    "report-retry": {"POST": Row(thing="failed", may=STEWARDS, ok=202)},
    "verify": opened("POST", ok=400),
    "schedule-list": {
        **listing(),
        "POST": Row(may=STEWARDS, names="project", body=new_schedule, ok=201),
    },
    "schedule-detail": {
        **reading("schedule"),
        "PATCH": Row(thing="schedule", may=STEWARDS, body=lambda key: {"active": False}),
    },
    "schedule-history": reading("schedule", may=HISTORIANS),
}

PAGES: dict[str, Rows] = {
    "healthz": opened("GET", is_page=True),
    "healthz-deep": opened("GET", is_page=True),
    "readyz": opened("GET", is_page=True),
    "sign-in": {
        "GET": Row(is_page=True, is_open=True, ok=302, strangers=200),
        "POST": Row(is_page=True, is_open=True, ok=302, strangers=200),
    },
    "sign-out": opened("POST", ok=302, is_page=True),
    "verify": {**opened("GET", is_page=True), **opened("POST", is_page=True, ok=400)},
    "verify-program": opened("GET", is_page=True),
    "verify-report": {
        "GET": Row(thing="report", is_page=True, is_open=True, everybody_sees=True),
        "POST": Row(thing="report", is_page=True, is_open=True, everybody_sees=True, ok=400),
    },
    "overview": listing(is_page=True),
    "agreement-list": listing(is_page=True),
    "agreement-detail": reading("agreement", is_page=True),
    "project-list": listing(is_page=True),
    "project-detail": reading("project", is_page=True),
    "milestone-list": listing(is_page=True),
    "milestone-detail": reading("planned", is_page=True),
    "milestone-log": {
        "GET": Row(may=MINISTRY, is_page=True),
        "POST": Row(may=MINISTRY, is_page=True, ok=200),  # an empty form comes back with its errors
    },
    "milestone-claim": step_page("planned", LEADS_TOO, precision="day", visibility="partner", **CLAIM),
    "milestone-verify": step_page("claimed", MINISTRY, version=2),
    "milestone-return": step_page("claimed", MINISTRY, version=2, **RETURN),
    "milestone-revise": step_page("planned", MINISTRY, precision="day", **REVISE),
    "milestone-cancel": step_page("planned", frozenset({"manager"}), **CANCEL),
    "evidence-download": reading("evidence", is_page=True),
    "report-list": listing(is_page=True),
    "report-detail": reading("report", is_page=True),
    "report-pdf": reading("report", is_page=True),
    "report-retry": {"POST": Row(thing="failed", may=STEWARDS, is_page=True, ok=302)},
}

RIGHTS: dict[str, Rows] = {**{f"api:{name}": rows for name, rows in API.items()}, **PAGES}
