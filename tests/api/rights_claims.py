"""The rights on claims: every kind has the same resource and the same pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.rights_shapes import (
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

WRONG = {"reason": "The unit is wrong."}


def claim_api(
    name: str, subject: str, body: Callable[[Any], dict[str, Any]], may: frozenset[str] = LEADS_TOO
) -> dict[str, Rows]:
    """The resource of one kind: `body` is that of a new claim on a subject, by the subject's key."""
    return {
        f"api:{name}-list": {**listing(), "POST": Row(may=may, names=subject, body=body, ok=201)},
        f"api:{name}-detail": reading(name),
        f"api:{name}-history": reading(name, may=HISTORIANS),
        f"api:{name}-verify": step(name, MINISTRY, level=1),
        f"api:{name}-return": step(name, MINISTRY, **WRONG),
    }


def claim_pages(
    name: str, subject: str, fields: dict[str, Any], may: frozenset[str] = LEADS_TOO
) -> dict[str, Rows]:
    """The pages of one kind: `fields` is a form that is filled in well."""
    form = {"visibility": "partner", **fields}
    return {
        f"{name}-new": {
            "GET": Row(thing=subject, may=may, is_page=True),
            "POST": Row(thing=subject, may=may, is_page=True, ok=302, body=lambda key: form),
        },
        f"{name}-detail": reading(name, is_page=True),
        f"{name}-verify": step_page(name, MINISTRY, level=1),
        f"{name}-return": step_page(name, MINISTRY, **WRONG),
    }
