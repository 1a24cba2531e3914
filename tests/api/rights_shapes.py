"""Who there is, and the shapes of the rows in the table of rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
ISSUERS = MINISTRY | {"administrator"}
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


def step_page(thing: str, may: frozenset[str], *, everybody_sees: bool = False, **body: Any) -> Rows:
    """A form: who may not take the step does not get the form either."""
    form = Row(thing=thing, may=may, is_page=True, everybody_sees=everybody_sees)
    return {"GET": form, "POST": replace(form, ok=302, body=lambda key: {"version": 1, **body})}


def opened(method: str, ok: int = 200, **more: Any) -> Rows:
    return {method: Row(is_open=True, ok=ok, **more)}
