"""The table of rights as the matrix proves it: for each route and method who may do it, on what they see.

To add a route: one row. What a route reads or does is said in words of projects/permissions.py, but written down
here a second time on purpose: a slip in the one shows in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.rights_claims import claim_api, claim_pages
from tests.api.rights_shapes import (
    EVERYBODY,
    HISTORIANS,
    ISSUERS,
    LEADS_TOO,
    MINISTRY,
    STEWARDS,
    Row,
    Rows,
    listing,
    opened,
    reading,
    step,
    step_page,
)


def new_milestone(project: str) -> dict[str, Any]:
    day = "2026-12-31"
    return {"project": project, "title": "Furnace heated", "type": "commissioning", "baseline_on": day}


def new_measurement(target: str) -> dict[str, Any]:
    return {"target": target, "value": "20", "period_end": "2026-06-01"}


def new_fund_line(project: str) -> dict[str, Any]:
    return {"project": project, **AMOUNT}


def new_readiness(project: str) -> dict[str, Any]:
    return {"project": project, **ASSESSED}


def new_transfer(project: str) -> dict[str, Any]:
    """Each lead names its own organisation, which the other does not see."""
    return {"project": project, "recipient": project.replace("PRJ", "INS"), **PROCESS}


def of_transfer(facts: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda transfer: {"transfer": transfer, **facts}


def new_clearance(project: str) -> dict[str, Any]:
    return {"project": project, **CONSENT}


def new_report(project: str) -> dict[str, Any]:
    return {"kind": "project", "project": project, "as_of": "2026-05-31"}


def new_schedule(project: str) -> dict[str, Any]:
    when = {"cadence": "quarterly", "starts_on": "2026-04-01"}
    return {"title": "Quarterly", "kind": "project", "project": project, **when}


AMOUNT = {"kind": "spent", "source": "psu", "amount_crore": "0.75", "dated_on": "2026-06-01"}
CONSENT = {"type": "cte", "is_applicable": True, "authority": "State Pollution Control Board"}
PROCESS = {"asset": "Leaching process", "donor": "INS-900"}
MANUAL = {"title": "Operating manual", "kind": "manual"}
REACHED = {"stage": "offered", "reached_on": "2026-06-01"}
CERTIFIED = {"certified_on": "2026-06-01", "persons": 4, "assessed_by": "NFTDC"}
RUN = {"run_on": "2026-06-01", "guarantee_met": True, "licensor_on_site": False}
RAN = {**RUN, "guarantee_met": "true", "licensor_on_site": "false"}  # as a form says it
ASSESSED = {"ladder": "TRL", "value": 5, "assessed_on": "2026-06-01", "assessor": "NTRAF panel"}
CLAIM = {"actual_on": "2026-06-01"}
RETURN = {"reason": "The certificate is missing."}
REVISE = {"new_on": "2026-12-31", "reason_code": "funds", "narrative": "The release was delayed."}
CANCEL = {"reason": "Given up."}
WRONG = {"reason": "A milestone stood under the wrong project."}
SCHEDULE = {"title": "Renamed", "due_day": 5, "due_hour": 6, "owner": "manager"}
END = {"ends_on": "2026-06-30", "reason": "The project is over."}

API: dict[str, Rows] = {
    # signing in
    "login": opened("POST", ok=400),
    "logout": {"POST": Row(may=EVERYBODY, ok=204)},
    "logout-all": {"POST": Row(may=EVERYBODY, ok=204)},
    "me": listing(),
    "overview": listing(),
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
    # technology transfers
    "transfer-list": {
        **listing(),
        "POST": Row(may=LEADS_TOO, names="project", body=new_transfer, ok=201),
    },
    "transfer-detail": {
        **reading("transfer"),
        "PATCH": Row(thing="transfer", may=LEADS_TOO, body=lambda key: {"territory": "India"}),
    },
    "transfer-history": reading("transfer", may=HISTORIANS),
    "knowhowitem-list": {
        **listing(),
        "POST": Row(may=LEADS_TOO, names="transfer", body=of_transfer(MANUAL), ok=201),
    },
    "knowhowitem-detail": {
        **reading("knowhowitem"),
        "PATCH": Row(thing="knowhowitem", may=LEADS_TOO, body=lambda key: {"delivered_on": "2026-06-01"}),
    },
    "knowhowitem-history": reading("knowhowitem", may=HISTORIANS),
    # clearances
    "clearance-list": {
        **listing(),
        "POST": Row(may=LEADS_TOO, names="project", body=new_clearance, ok=201),
    },
    "clearance-detail": {
        **reading("clearance"),
        "PATCH": Row(thing="clearance", may=LEADS_TOO, body=lambda key: {"granted_on": "2026-06-01"}),
    },
    "clearance-history": reading("clearance", may=HISTORIANS),
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
    "report-tables": reading("report"),
    "report-downloads": reading("report", may=HISTORIANS),
    "report-register": listing(),
    "report-retry": {"POST": Row(thing="failed", may=STEWARDS, ok=202)},
    "report-revise": {"POST": Row(thing="report", may=ISSUERS, ok=202, body=lambda key: WRONG)},
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
    "schedule-preview": reading("schedule"),
    "schedule-foresee": {"POST": Row(may=STEWARDS, names="project", body=new_schedule)},
}

PAGES: dict[str, Rows] = {
    "healthz": opened("GET", is_page=True),
    "healthz-deep": opened("GET", is_page=True, ok=503),  # the scene holds failed reports
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
    "money": listing(is_page=True),
    "project-money": reading("project", is_page=True),
    "project-readiness": reading("project", is_page=True),
    "project-transfers": reading("project", is_page=True),
    "transfer-list": listing(is_page=True),
    "transfer-detail": reading("transfer", is_page=True),
    "transfer-new": {
        "GET": Row(thing="project", may=LEADS_TOO, is_page=True),
        # An empty form comes back with its errors.
        "POST": Row(thing="project", may=LEADS_TOO, is_page=True, ok=200),
    },
    "transfer-change": step_page("transfer", LEADS_TOO, asset="Metal making", territory="India"),
    "know-how-new": {
        "GET": Row(thing="transfer", may=LEADS_TOO, is_page=True),
        "POST": Row(
            thing="transfer",
            may=LEADS_TOO,
            is_page=True,
            ok=302,
            body=lambda key: {**MANUAL, "visibility": "partner"},
        ),
    },
    "know-how-change": step_page("knowhowitem", LEADS_TOO, visibility="partner", **MANUAL),
    "project-clearances": reading("project", is_page=True),
    "clearance-new": {
        "GET": Row(thing="project", may=LEADS_TOO, is_page=True),
        "POST": Row(
            thing="project",
            may=LEADS_TOO,
            is_page=True,
            ok=302,
            body=lambda key: {**CONSENT, "is_applicable": "true", "visibility": "partner"},
        ),
    },
    "clearance-change": step_page("clearance", LEADS_TOO, visibility="partner", applied_on="2026-05-02"),
    "evidence-download": reading("evidence", is_page=True),
    "report-list": listing(is_page=True),
    "report-detail": reading("report", is_page=True),
    "report-pdf": reading("report", is_page=True),
    "report-downloads": reading("report", may=HISTORIANS, is_page=True),
    "report-retry": {"POST": Row(thing="failed", may=STEWARDS, is_page=True, ok=302)},
    "report-progress": reading("report", is_page=True),
    "report-revise": step_page("report", ISSUERS, **WRONG),
    "report-order": {
        "GET": Row(may=ISSUERS, is_page=True),
        "POST": Row(may=ISSUERS, is_page=True, ok=200),  # an empty form comes back with its errors
    },
    "mail-list": {"GET": Row(may=STEWARDS, is_page=True)},
    "mail-again": {"POST": Row(thing="mail", may=STEWARDS, is_page=True, ok=302)},
    "schedule-list": listing(is_page=True),
    "schedule-new": {
        "GET": Row(may=STEWARDS, is_page=True),
        "POST": Row(may=STEWARDS, is_page=True, ok=200),
    },
    "schedule-detail": reading("schedule", is_page=True),
    "schedule-change": step_page("schedule", STEWARDS, **SCHEDULE),
    "schedule-pause": step_page("schedule", STEWARDS),
    "schedule-resume": step_page("schedule", STEWARDS),
    "schedule-end": step_page("schedule", STEWARDS, **END),
}

CLAIM_PAGES = {
    **claim_pages("measurement", "target", {"value": "20", "period_end": "2026-06-01"}),
    **claim_pages("fundline", "project", AMOUNT),
    **claim_pages("readiness", "project", ASSESSED),
    **claim_pages("transferstep", "transfer", REACHED),
    **claim_pages("training", "transfer", CERTIFIED),
    **claim_pages("replicationrun", "transfer", RAN),
}

CLAIM_API = {
    **claim_api("fundline", "project", new_fund_line),
    **claim_api("readiness", "project", new_readiness),
    **claim_api("transferstep", "transfer", of_transfer(REACHED)),
    **claim_api("training", "transfer", of_transfer(CERTIFIED)),
    **claim_api("replicationrun", "transfer", of_transfer(RUN)),
}

API |= {name.removeprefix("api:"): rows for name, rows in CLAIM_API.items()}

RIGHTS: dict[str, Rows] = {
    **{f"api:{name}": rows for name, rows in API.items()},
    **PAGES,
    **CLAIM_PAGES,
}
