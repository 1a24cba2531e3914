"""The rights on notices, review meetings and action points."""

from __future__ import annotations

from typing import Any

from tests.api.rights_shapes import (
    EVERYBODY,
    HISTORIANS,
    LEADS_TOO,
    MINISTRY,
    Row,
    Rows,
    listing,
    reading,
    step,
    step_page,
)

MANAGER = frozenset({"manager"})
MEETING = {"title": "Monthly review", "held_on": "2026-06-12", "chaired_by": "Joint Secretary"}
DECIDED = {"text": "Send the drawings.", "owner_post": "Project Director", "due_on": "2027-06-30"}
HOURS = {"digest": "True", "hour": "9", "quiet_from": "20", "quiet_to": "7"}
NOTE, MISSING = {"note": "Letter 12/2026 lies in the file."}, {"reason": "The drawings are not signed."}
LATER = {"until": "2026-06-20", "reason": "The inspector comes then."}


def new_point(meeting: str) -> dict[str, Any]:
    return {"meeting": meeting, **DECIDED}


# Nobody sees the notices of others: that of the scene is the second officer's, whom the matrix does not ask.
FOREIGN = Row(may=EVERYBODY, thing="notice", ok=404, body=lambda key: LATER)
FOREIGN_PAGE = Row(may=EVERYBODY, thing="notice", ok=404, is_page=True, body=lambda key: LATER)

API: dict[str, Rows] = {
    "notice-list": {"GET": Row(may=EVERYBODY)},
    "notice-acknowledge": {"POST": FOREIGN},
    "notice-snooze": {"POST": FOREIGN},
    "notice-preferences": {
        "GET": Row(may=EVERYBODY),
        "PATCH": Row(may=EVERYBODY, body=lambda key: {"hour": 10}),
    },
    "meeting-list": {**listing(), "POST": Row(may=MINISTRY, ok=201, body=lambda key: MEETING)},
    "meeting-detail": {
        **reading("meeting"),
        "PATCH": Row(thing="meeting", may=MINISTRY, body=lambda key: {"title": "Second review"}),
    },
    "meeting-history": reading("meeting", may=HISTORIANS),
    "meeting-agenda": reading("meeting"),
    "action-point-list": {
        **listing(),
        "POST": Row(may=MINISTRY, names="meeting", body=new_point, ok=201),
    },
    "action-point-detail": reading("open_point"),
    "action-point-history": reading("open_point", may=HISTORIANS),
    "action-point-done": step("open_point", LEADS_TOO, **NOTE),
    "action-point-close": step("done_point", MANAGER),
    "action-point-return": step("done_point", MANAGER, **MISSING),
}

PAGES: dict[str, Rows] = {
    "notice-list": {"GET": Row(may=EVERYBODY, is_page=True)},
    "notice-acknowledge": {"POST": Row(may=EVERYBODY, is_page=True, ok=302)},
    "notice-snooze": {"GET": FOREIGN_PAGE, "POST": FOREIGN_PAGE},
    "notice-preferences": {
        "GET": Row(may=EVERYBODY, is_page=True),
        "POST": Row(may=EVERYBODY, is_page=True, ok=302, body=lambda key: HOURS),
    },
    "meeting-list": listing(is_page=True),
    "meeting-new": {
        "GET": Row(may=MINISTRY, is_page=True),
        "POST": Row(may=MINISTRY, is_page=True, ok=302, body=lambda key: MEETING),
    },
    "meeting-detail": reading("meeting", is_page=True),
    "meeting-change": step_page("meeting", MINISTRY, **MEETING),
    "action-point-new": step_page("meeting", MINISTRY, **DECIDED),
    "action-point-list": listing(is_page=True),
    "action-point-detail": reading("open_point", is_page=True),
    "action-point-done": step_page("open_point", LEADS_TOO, **NOTE),
    "action-point-close": step_page("done_point", MANAGER, version=2),
    "action-point-return": step_page("done_point", MANAGER, version=2, **MISSING),
}
