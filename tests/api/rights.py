"""The table of rights as the matrix proves it: for each route and method who may do it, on what they see.

To add a route: one row. What a route reads or does is said in words of projects/permissions.py, but written down
here a second time on purpose: a slip in the one shows in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api import rights_findings, rights_reviews
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


def new_claims(milestone: str) -> dict[str, Any]:
    return {"claims": [{"reference": milestone, **CLAIM}]}


def verifications(milestone: str) -> dict[str, Any]:
    return {"verifications": [{"kind": "milestone", "key": milestone}]}


def returns(milestone: str) -> dict[str, Any]:
    return {"returns": [{"kind": "milestone", "key": milestone, "reason": "The letter is missing."}]}


def more_evidence(milestone: str) -> dict[str, Any]:
    return {"milestone": milestone, "evidence": [SimpleUploadedFile("letter.txt", b"Signed.")]}


def new_measurement(target: str) -> dict[str, Any]:
    return {"target": target, "value": "20", "period_end": "2026-06-01"}


def new_target(project: str) -> dict[str, Any]:
    goal = {"indicator": "PRD-901", "title": "Oxide made", "value": "250", "due_on": "2028-03-31"}
    return {"project": project, "target_basis": "company_plan", **goal}


def new_fund_line(project: str) -> dict[str, Any]:
    return {"project": project, **AMOUNT}


def new_readiness(project: str) -> dict[str, Any]:
    return {"project": project, **ASSESSED}


def new_transfer(project: str) -> dict[str, Any]:
    """Each lead names its own organisation, which the other does not see."""
    return {"project": project, "recipient": project.replace("PRJ", "INS"), **PROCESS}


def of_transfer(facts: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda transfer: {"transfer": transfer, **facts}


def new_amendment(agreement: str) -> dict[str, Any]:
    return {"agreement": agreement, **AMENDED, "evidence": [SimpleUploadedFile("letter.txt", b"Signed.")]}


def amendment_form(key: None) -> dict[str, Any]:
    return {"visibility": "partner", **AMENDED, "evidence": [SimpleUploadedFile("letter.txt", b"Signed.")]}


def new_clearance(project: str) -> dict[str, Any]:
    return {"project": project, **CONSENT}


def new_duty(agreement: str) -> dict[str, Any]:
    return {
        "agreement": agreement,
        "party": "INS-900",
        "text": "Name a nodal officer.",
        "due_on": "2026-09-30",
    }


def new_plan(project: str) -> dict[str, Any]:
    return {"project": project, **PLAN}


def new_decision(project: str) -> dict[str, Any]:
    return {"project": project, **HOLD}


def new_feed(project: str) -> dict[str, Any]:
    return {"project": project, **FEED, "is_contracted": False}


def new_report(project: str) -> dict[str, Any]:
    return {"kind": "project", "project": project, "as_of": "2026-05-31"}


def new_schedule(project: str) -> dict[str, Any]:
    when = {"cadence": "quarterly", "starts_on": "2026-04-01"}
    return {"title": "Quarterly", "kind": "project", "project": project, **when}


def newer(key: None) -> dict[str, Any]:
    return {"evidence": [SimpleUploadedFile("newer.txt", b"Signed and dated.")]}


def new_upload(key: None) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("letter.txt", b"Signed.")}


def form_page() -> Rows:
    """A form for administrators; an empty one comes back with its errors."""
    return {method: Row(may=ADMINISTRATOR, is_page=True) for method in ("GET", "POST")}


FIRM = {"name": "Recycler Limited", "short_name": "Recycler", "kind": "company"}
PERSON = {"username": "asha", "full_name": "Asha Rao"}
AMOUNT = {"kind": "spent", "source": "psu", "amount_crore": "0.75", "dated_on": "2026-06-01"}
FEED = {
    "material": "ndpr_oxide",
    "tonnes": "5",
    "period_start": "2026-04-01",
    "period_end": "2026-05-31",
}
FIGURE = {
    "reference": "REL-902",
    "product": "NdFeB magnets",
    "metric": "import_quantity",
    "period": "2025-26",
    "value": "53700",
    "unit": "t",
    "source_url": "https://example.org/trade",
}
NEED = {
    "reference": "NEED-902",
    "sector": "ev",
    "material": "ndfeb_magnet",
    "period": "2029-30",
    "tonnes": "4000",
    "source_url": "https://example.org/study",
}
ADMINISTRATOR = frozenset({"administrator"})
KEEPERS = STEWARDS | {"lead"}
TOLD = {"name": "Dashboard", "url": "https://hooks.example.org/in", "events": ["milestone.verified"]}
CONSENT = {"type": "cte", "is_applicable": True, "authority": "State Pollution Control Board"}
MOVE = {"taken_on": "2026-06-10", "decided_by_post": "Joint Secretary", "reason": "As both sides agreed."}
AMENDED = {"agreed_on": "2026-06-10", "summary": "Prolonged by a year.", "expires_on": "2027-06-30"}
PLAN = {"gate": "G5", "planned_on": "2029-03-31", "decided_by_post": "Joint Secretary"}
HOLD = {"gate": "G3", "decision": "hold", "decided_on": "2026-06-02", "decided_by_post": "Secretary"}
HOLD |= {"reason": "No feed."}
REVISED = {
    "value": "80",
    "due_on": "2027-03-31",
    "authority": "Empowered Committee",
    "decided_on": "2026-06-01",
    "reason": "The line was re-scoped.",
}
INDICATOR = {
    "code": "PRD-950",
    "name": "Samarium oxide made",
    "unit": "t per year",
    "measure_basis": "annual",
}
DEFINITION = {"measured_by": "dispatch and stock", "reason": "Said more exactly."}
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

OPEN_DATA = {
    "project": "project",
    "milestone": "planned",
    "target": "target",
    "measurement": "measurement",
}

API: dict[str, Rows] = {
    # signing in
    "login": opened("POST", ok=400),
    "logout": {"POST": Row(may=EVERYBODY, ok=204)},
    "logout-all": {"POST": Row(may=EVERYBODY, ok=204)},
    "token-list": {
        "GET": Row(may=EVERYBODY),
        "POST": Row(
            may=EVERYBODY,
            ok=201,
            body=lambda key: {"name": "Dashboard", "scopes": ["read"], "expires_on": "2026-07-15"},
        ),
    },
    "token-detail": {"DELETE": Row(may=EVERYBODY, thing="token", ok=404)},  # nobody sees those of others
    "calendar-link-list": {
        "GET": Row(may=EVERYBODY),
        "POST": Row(may=EVERYBODY, ok=201, body=lambda key: {"name": "Telephone", "language": "hi"}),
    },
    "calendar-link-detail": {"DELETE": Row(may=EVERYBODY, thing="calendar_link", ok=404)},
    "me": listing(),
    "overview": listing(),
    "warnings": listing(),
    "schema": opened("GET"),
    "docs": opened("GET"),
    # reference data
    "organisation-list": {
        **listing(),
        "POST": Row(may=ADMINISTRATOR, ok=201, body=lambda key: FIRM),
    },
    "organisation-detail": {
        **reading("organisation"),
        "PATCH": Row(thing="organisation", may=ADMINISTRATOR, body=lambda key: {"part": "Recycling"}),
    },
    "user-list": {
        "GET": Row(may=ADMINISTRATOR),
        "POST": Row(may=ADMINISTRATOR, ok=201, body=lambda key: PERSON),
    },
    "user-detail": {
        **reading("user", may=ADMINISTRATOR),
        "PATCH": Row(thing="user", may=ADMINISTRATOR, body=lambda key: {"post": "Director"}),
    },
    "user-disable": step("user", ADMINISTRATOR),
    "user-enable": {"POST": Row(thing="user", may=ADMINISTRATOR, ok=409)},  # it is open
    "user-reset-second-factor": {"POST": Row(thing="user", may=ADMINISTRATOR, ok=409)},  # there is none
    "user-password-link": step("user", ADMINISTRATOR),
    "membership-list": {
        "GET": Row(may=ADMINISTRATOR),
        "POST": Row(
            may=ADMINISTRATOR, names="user", ok=201, body=lambda key: {"user": key, "role": "auditor"}
        ),
    },
    "membership-detail": {
        **reading("membership", may=ADMINISTRATOR),
        "PATCH": Row(thing="membership", may=ADMINISTRATOR, body=lambda key: {"valid_to": "2026-12-31"}),
    },
    "mineral-list": listing(),
    "mineral-detail": reading("mineral", everybody_sees=True),
    "indicator-list": {
        **listing(),
        "POST": Row(may=ADMINISTRATOR, ok=201, body=lambda key: INDICATOR),
    },
    "indicator-detail": {
        **reading("indicator", everybody_sees=True),
        "PATCH": Row(thing="indicator", may=ADMINISTRATOR, everybody_sees=True, body=lambda key: DEFINITION),
    },
    "indicator-history": reading("indicator", may=HISTORIANS, everybody_sees=True),
    "reliance-list": {**listing(), "POST": Row(may=ADMINISTRATOR, ok=201, body=lambda key: FIGURE)},
    "reliance-detail": {
        **reading("reliance", everybody_sees=True),
        "PATCH": Row(
            thing="reliance", may=ADMINISTRATOR, everybody_sees=True, body=lambda key: {"value": "84"}
        ),
    },
    "reliance-history": reading("reliance", may=HISTORIANS, everybody_sees=True),
    "reliance-summary": listing(),
    "sectorneed-list": {**listing(), "POST": Row(may=ADMINISTRATOR, ok=201, body=lambda key: NEED)},
    "sectorneed-detail": {
        **reading("sectorneed", everybody_sees=True),
        "PATCH": Row(
            thing="sectorneed", may=ADMINISTRATOR, everybody_sees=True, body=lambda key: {"tonnes": "4100"}
        ),
    },
    "sectorneed-history": reading("sectorneed", may=HISTORIANS, everybody_sees=True),
    "sectorneed-summary": listing(),
    # agreements and projects
    "agreement-list": listing(),
    "agreement-detail": reading("agreement"),
    "agreement-history": reading("agreement", may=HISTORIANS),
    "agreement-life": reading("agreement"),
    "agreement-sign": step("drafted", MINISTRY, **MOVE),
    "agreement-take_effect": step("agreement", MINISTRY, **MOVE),
    "agreement-suspend": step("agreement", frozenset({"manager"}), **MOVE),
    "agreement-resume": step("suspended", frozenset({"manager"}), **MOVE),
    "agreement-terminate": step("agreement", frozenset({"manager"}), **MOVE),
    # the life of agreements
    "amendment-list": {
        **listing(),
        "POST": Row(may=MINISTRY, names="agreement", body=new_amendment, ok=201),
    },
    "amendment-detail": reading("amendment"),
    "amendment-history": reading("amendment", may=HISTORIANS),
    "duty-list": {**listing(), "POST": Row(may=MINISTRY, names="agreement", body=new_duty, ok=201)},
    "duty-detail": {
        **reading("duty"),
        "PATCH": Row(thing="duty", may=MINISTRY, body=lambda key: {"text": "Name two nodal officers."}),
    },
    "duty-history": reading("duty", may=HISTORIANS),
    "project-list": listing(),
    "project-detail": reading("project"),
    "project-history": reading("project", may=HISTORIANS),
    "project-roadmap": reading("project"),
    "project-mass-balance": reading("project"),
    # milestones
    "milestone-list": {
        **listing(),
        "POST": Row(may=MINISTRY, names="project", body=new_milestone, ok=201),
    },
    "milestone-import": {"POST": Row(may=LEADS_TOO, ok=400)},  # without a file
    "milestone-template": listing(),
    "milestone-detail": reading("planned"),
    "milestone-history": reading("claimed", may=HISTORIANS),
    "milestone-claim": step("planned", LEADS_TOO, **CLAIM),
    "milestone-claims": {"POST": Row(may=LEADS_TOO, names="planned", body=new_claims)},
    "milestone-verify": step("claimed", MINISTRY),
    "milestone-return": step("claimed", MINISTRY, **RETURN),
    "milestone-revise": step("planned", MINISTRY, **REVISE),
    "milestone-cancel": step("planned", frozenset({"manager"}), **CANCEL),
    # decisions on claims of any kinds
    "verifications": {"POST": Row(may=MINISTRY, names="claimed", body=verifications)},
    "returns": {"POST": Row(may=MINISTRY, names="claimed", body=returns)},
    # targets and measurements
    "target-list": {
        **listing(),
        "POST": Row(may=MINISTRY, names="project", body=new_target, ok=201),
    },
    "target-totals": listing(),
    "target-detail": reading("target"),
    "target-revise": step("target", frozenset({"manager"}), **REVISED),
    "target-history": reading("target", may=HISTORIANS),
    "measurement-list": {
        **listing(),
        "POST": Row(may=LEADS_TOO, names="target", body=new_measurement, ok=201),
    },
    "measurement-import": {"POST": Row(may=LEADS_TOO, ok=400)},
    "measurement-template": listing(),
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
    # gates
    "gate-list": {
        **listing(),
        "POST": Row(may=frozenset({"manager"}), names="project", body=new_decision, ok=201),
    },
    "gate-detail": reading("gate"),
    "gate-history": reading("gate", may=HISTORIANS),
    "gate-plan-list": {**listing(), "POST": Row(may=MINISTRY, names="project", body=new_plan, ok=201)},
    "gate-plan-detail": reading("gate_plan"),
    "gate-plan-history": reading("gate_plan", may=HISTORIANS),
    # evidence
    "evidence-list": {**listing(), "POST": Row(may=LEADS_TOO, names="claimed", body=more_evidence, ok=201)},
    "evidence-detail": reading("evidence"),
    "evidence-content": reading("evidence"),
    "evidence-supersede": {"POST": Row(thing="evidence", may=LEADS_TOO, ok=201, body=newer)},
    # webhooks
    "webhook-list": {
        "GET": Row(may=KEEPERS),
        "POST": Row(may=KEEPERS, ok=201, body=lambda key: TOLD),
    },
    "webhook-detail": {
        **reading("webhook", may=KEEPERS),
        "PATCH": Row(thing="webhook", may=KEEPERS, body=lambda key: {"name": "Renamed"}),
    },
    "webhook-rotate": step("webhook", KEEPERS),
    "webhook-ping": {"POST": Row(thing="webhook", may=KEEPERS, ok=202)},
    "webhook-delivery-list": {"GET": Row(may=KEEPERS)},
    "webhook-delivery-detail": reading("delivery", may=KEEPERS),
    "webhook-delivery-again": {"POST": Row(thing="delivery", may=KEEPERS, ok=202)},
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
    # Nothing of the scene names a published source, so nothing is public.
    "iati": opened("GET", ok=404),
    "iati-activity": {"GET": Row(thing="project", is_open=True, ok=404)},
    **{f"open-{thing}-list": opened("GET") for thing in OPEN_DATA},
    **{
        f"open-{thing}-detail": {"GET": Row(thing=kind, is_open=True, ok=404)}
        for thing, kind in OPEN_DATA.items()
    },
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
    "metrics": opened(
        "GET", is_page=True, ok=404
    ),  # without a token or a network of the settings there is none
    "healthz-deep": opened("GET", is_page=True, ok=503),  # the scene holds failed reports
    "readyz": opened("GET", is_page=True),
    "sign-in": {
        "GET": Row(is_page=True, is_open=True, ok=302, strangers=200),
        "POST": Row(is_page=True, is_open=True, ok=302, strangers=200),
    },
    "display": {
        "GET": Row(is_page=True, is_open=True),
        "POST": Row(is_page=True, is_open=True, ok=302, body=lambda key: {"language": "hi"}),
    },
    **{name: opened("GET", is_page=True) for name in ("help", "accessibility", "policies", "site-map")},
    "feedback": {
        **opened("GET", is_page=True),
        **opened("POST", is_page=True),
    },  # nobody has named FEEDBACK_MAIL
    "emblem": opened("GET", is_page=True, ok=404),  # nor EMBLEM_FILE
    "styleguide": {"GET": Row(may=ISSUERS, is_page=True)},
    "sign-out": opened("POST", ok=302, is_page=True),
    # Nobody has shown a password before: both lead to where that is done.
    "sign-in-code": {**opened("GET", ok=302, is_page=True), **opened("POST", ok=302, is_page=True)},
    "oidc-start": opened("GET", ok=404, is_page=True),  # no provider is set
    "oidc-return": opened("GET", ok=404, is_page=True),
    "my-account": {"GET": Row(may=EVERYBODY, is_page=True)},
    **{
        name: {
            method: Row(may=EVERYBODY, is_page=True) for method in ("GET", "POST")
        }  # an empty form comes back
        for name in ("change-password", "second-factor", "recovery-codes", "second-factor-remove")
    },
    "session-end": {"POST": Row(may=EVERYBODY, thing="session", is_page=True, ok=404)},  # somebody else's
    "sessions-end": {"POST": Row(may=EVERYBODY, is_page=True, ok=302)},
    "verify": {**opened("GET", is_page=True), **opened("POST", is_page=True, ok=400)},
    "verify-program": opened("GET", is_page=True),
    "verify-bundle-program": opened("GET", is_page=True),
    "verify-report": {
        "GET": Row(thing="report", is_page=True, is_open=True, everybody_sees=True),
        "POST": Row(thing="report", is_page=True, is_open=True, everybody_sees=True, ok=400),
    },
    "calendar": {
        "GET": Row(may=EVERYBODY, is_page=True),
        "POST": Row(may=EVERYBODY, is_page=True, body=lambda key: {"name": "Telephone", "language": "hi"}),
    },
    "calendar-end": {"POST": Row(may=EVERYBODY, thing="calendar_link", is_page=True, ok=404)},
    "calendar-feed": {"GET": Row(thing="calendar_secret", is_page=True, is_open=True, everybody_sees=True)},
    "home": listing(is_page=True),
    "decision-list": {"GET": Row(may=MINISTRY, is_page=True)},
    "decide": {
        method: Row(may=MINISTRY, is_page=True, ok=302) for method in ("GET", "POST")
    },  # without a claim
    "public": opened("GET", is_page=True),
    "public-rows": {"GET": Row(thing="public_kind", is_page=True, is_open=True, everybody_sees=True)},
    "overview": listing(is_page=True),
    "agreement-list": listing(is_page=True),
    "agreement-detail": reading("agreement", is_page=True),
    "agreement-life": reading("agreement", is_page=True),
    "agreement-sign": step_page("drafted", MINISTRY, visibility="partner", **MOVE),
    "agreement-take_effect": step_page("agreement", MINISTRY, visibility="partner", **MOVE),
    "agreement-suspend": step_page("agreement", frozenset({"manager"}), visibility="partner", **MOVE),
    "agreement-resume": step_page("suspended", frozenset({"manager"}), visibility="partner", **MOVE),
    "agreement-terminate": step_page("agreement", frozenset({"manager"}), visibility="partner", **MOVE),
    "amendment-new": {
        "GET": Row(thing="agreement", may=MINISTRY, is_page=True),
        "POST": Row(thing="agreement", may=MINISTRY, is_page=True, ok=302, body=amendment_form),
    },
    "duty-new": step_page("agreement", MINISTRY, party="INS-900", text="Name a nodal officer."),
    "duty-change": step_page("duty", MINISTRY, party="INS-900", text="Name two nodal officers."),
    "project-list": listing(is_page=True),
    "project-detail": reading("project", is_page=True),
    "history": reading("history", may=HISTORIANS, is_page=True),
    "milestone-list": listing(is_page=True),
    "milestone-detail": reading("planned", is_page=True),
    "milestone-log": {
        "GET": Row(may=MINISTRY, is_page=True),
        "POST": Row(may=MINISTRY, is_page=True, ok=200),  # an empty form comes back with its errors
    },
    "milestone-import": {
        "GET": Row(may=LEADS_TOO, is_page=True),
        "POST": Row(may=LEADS_TOO, is_page=True, ok=200),  # without a file the form comes back
    },
    "measurement-import": {
        "GET": Row(may=LEADS_TOO, is_page=True),
        "POST": Row(may=LEADS_TOO, is_page=True, ok=200),
    },
    "milestone-claim": step_page("planned", LEADS_TOO, precision="day", visibility="partner", **CLAIM),
    "milestone-verify": step_page("claimed", MINISTRY, version=2),
    "milestone-return": step_page("claimed", MINISTRY, version=2, **RETURN),
    "milestone-revise": step_page("planned", MINISTRY, precision="day", **REVISE),
    "milestone-cancel": step_page("planned", frozenset({"manager"}), **CANCEL),
    "roadmap": listing(is_page=True),
    "warnings": listing(is_page=True),
    "project-roadmap": reading("project", is_page=True),
    "gate-plan": {
        "GET": Row(thing="project", may=MINISTRY, is_page=True),
        "POST": Row(
            thing="project",
            may=MINISTRY,
            is_page=True,
            ok=302,
            body=lambda key: {**PLAN, "precision": "day", "decided_on": "2026-06-01"},
        ),
    },
    "gate-decide": {
        "GET": Row(thing="project", may=frozenset({"manager"}), is_page=True),
        "POST": Row(
            thing="project",
            may=frozenset({"manager"}),
            is_page=True,
            ok=302,
            body=lambda key: {**HOLD, "version": 2, "visibility": "partner"},
        ),
    },
    "money": listing(is_page=True),
    "target-list": listing(is_page=True),
    "target-new": {
        "GET": Row(may=MINISTRY, is_page=True),
        "POST": Row(may=MINISTRY, is_page=True, ok=200),  # an empty form comes back with its errors
    },
    "target-detail": reading("target", is_page=True),
    "target-revise": step_page("target", frozenset({"manager"}), **REVISED),
    "indicator-list": listing(is_page=True),
    "indicator-new": {
        "GET": Row(may=ADMINISTRATOR, is_page=True),
        "POST": Row(may=ADMINISTRATOR, is_page=True, ok=200),
    },
    "indicator-detail": reading("indicator", everybody_sees=True, is_page=True),
    "indicator-change": {
        "GET": Row(thing="indicator", may=ADMINISTRATOR, everybody_sees=True, is_page=True),
        "POST": Row(
            thing="indicator",
            may=ADMINISTRATOR,
            everybody_sees=True,
            is_page=True,
            ok=302,
            body=lambda key: {
                "version": 1,
                "name": "Oxide produced",
                "unit": "tonnes",
                "measure_basis": "cumulative",
                "direction": "increase",
                "minimum_level": 2,
                "reason": "Certificates are usual now.",
            },
        ),
    },
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
    "project-feed": reading("project", is_page=True),
    "reliance-list": listing(is_page=True),
    "reliance-detail": reading("mineral", is_page=True, everybody_sees=True),
    "reliance-new": {
        "GET": Row(may=ADMINISTRATOR, is_page=True),
        "POST": Row(may=ADMINISTRATOR, is_page=True, ok=302, body=lambda key: FIGURE),
    },
    "reliance-change": step_page("reliance", ADMINISTRATOR, everybody_sees=True, **FIGURE),
    "sectorneed-new": {
        "GET": Row(may=ADMINISTRATOR, is_page=True),
        "POST": Row(may=ADMINISTRATOR, is_page=True, ok=302, body=lambda key: NEED),
    },
    "sectorneed-change": step_page("sectorneed", ADMINISTRATOR, everybody_sees=True, **NEED),
    "evidence-download": reading("evidence", is_page=True),
    "evidence-about": reading("evidence", is_page=True),
    "evidence-preview": reading("evidence", is_page=True),
    "evidence-supersede": {
        "GET": Row(thing="evidence", may=LEADS_TOO, is_page=True),
        "POST": Row(thing="evidence", may=LEADS_TOO, is_page=True, ok=302, body=newer),
    },
    "upload-new": {"POST": Row(may=LEADS_TOO, is_page=True, ok=201, body=new_upload)},
    "saved-filter-new": {
        "POST": Row(may=EVERYBODY, is_page=True, ok=302, body=lambda key: {"list": "milestone-list"})
    },
    "saved-filter-delete": {"POST": Row(thing="saved_filter", is_page=True, ok=404)},  # somebody else's
    "set-password": {**opened("GET", is_page=True), **opened("POST", is_page=True)},
    "organisation-list": listing(is_page=True),
    "organisation-detail": reading("organisation", is_page=True),
    "organisation-new": form_page(),
    "organisation-change": step_page("organisation", ADMINISTRATOR, **FIRM),
    "administration": {"GET": Row(may=ADMINISTRATOR, is_page=True)},
    "user-list": {"GET": Row(may=ADMINISTRATOR, is_page=True)},
    "user-new": form_page(),
    "user-detail": reading("user", may=ADMINISTRATOR, is_page=True),
    "user-change": step_page("user", ADMINISTRATOR, full_name="Asha Rao", language="hi"),
    "user-switch": step_page("user", ADMINISTRATOR, was_active="true"),
    "user-second-factor": {
        "GET": Row(thing="user", may=ADMINISTRATOR, is_page=True),
        "POST": Row(thing="user", may=ADMINISTRATOR, is_page=True, ok=409),  # there is none
    },
    "user-identity": {
        method: Row(thing="user", may=ADMINISTRATOR, is_page=True, ok=404) for method in ("GET", "POST")
    },
    "user-password": {"POST": Row(thing="user", may=ADMINISTRATOR, is_page=True)},
    "membership-new": step_page("user", ADMINISTRATOR, role="auditor"),
    "membership-change": step_page("membership", ADMINISTRATOR, valid_to="2026-12-31"),
    "mineral-list": {"GET": Row(may=ADMINISTRATOR, is_page=True)},
    "mineral-new": form_page(),
    "mineral-change": step_page("mineral", ADMINISTRATOR, everybody_sees=True, name="Nd"),
    "listing-new": step_page(
        "mineral",
        ADMINISTRATOR,
        everybody_sees=True,
        official_list="mmdr_part_d",
        listed_from="2023-08-17",
    ),
    "listing-change": step_page("listing", ADMINISTRATOR, everybody_sees=True, listed_from="2023-07-02"),
    "programme-import": form_page(),
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
    "webhook-list": {"GET": Row(may=KEEPERS, is_page=True)},
    "webhook-new": {
        "GET": Row(may=KEEPERS, is_page=True),
        "POST": Row(may=KEEPERS, is_page=True, ok=200),  # an empty form comes back with its errors
    },
    "webhook-detail": reading("webhook", may=KEEPERS, is_page=True),
    "webhook-change": step_page("webhook", KEEPERS, **TOLD),
    "webhook-switch": {"POST": Row(thing="webhook", may=KEEPERS, is_page=True, ok=302)},
    "webhook-ping": {"POST": Row(thing="webhook", may=KEEPERS, is_page=True, ok=302)},
    "webhook-rotate": {"POST": Row(thing="webhook", may=KEEPERS, is_page=True)},
    "webhook-delivery-again": {"POST": Row(thing="delivery", may=KEEPERS, is_page=True, ok=302)},
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
    **claim_pages("dutydone", "duty", {"done_on": "2026-06-01"}),
    **claim_pages("feed", "project", {**FEED, "is_contracted": "false"}),
    **claim_pages("readiness", "project", ASSESSED),
    **claim_pages("transferstep", "transfer", REACHED),
    **claim_pages("training", "transfer", CERTIFIED),
    **claim_pages("replicationrun", "transfer", RAN),
}

CLAIM_API = {
    **claim_api("fundline", "project", new_fund_line),
    **claim_api("dutydone", "duty", lambda key: {"duty": key, "done_on": "2026-06-01"}),
    **claim_api("feed", "project", new_feed),
    **claim_api("readiness", "project", new_readiness),
    **claim_api("transferstep", "transfer", of_transfer(REACHED)),
    **claim_api("training", "transfer", of_transfer(CERTIFIED)),
    **claim_api("replicationrun", "transfer", of_transfer(RUN)),
}

API |= {name.removeprefix("api:"): rows for name, rows in CLAIM_API.items()}
API |= rights_reviews.API
API |= rights_findings.API

RIGHTS: dict[str, Rows] = {
    **{f"api:{name}": rows for name, rows in API.items()},
    **PAGES,
    **rights_reviews.PAGES,
    **rights_findings.PAGES,
    **CLAIM_PAGES,
}
