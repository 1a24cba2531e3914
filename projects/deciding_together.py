"""Claims of any kinds verified, or returned, together: all of them, or none and what is wrong with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import permissions
from projects.claiming_together import RowErrors, error_of, refused
from projects.models import Claim, Milestone
from projects.models.references import is_key
from projects.permissions import Actor

MILESTONE = "milestone"
KINDS = (MILESTONE, *permissions.CLAIMS)
Found = dict[tuple[str, str], Milestone | Claim]


def verify_together(decisions: Sequence[dict[str, Any]], *, by: Actor) -> list[Milestone | Claim]:
    """Verify each claim that a decision names by `kind` and `key`, and return them in that order; RowErrors, or all are verified.

    A decision holds also what the `verify` of its kind takes. All rows are locked before the first of them is written, in one
    order: two lists that share claims wait for each other instead of ending in a deadlock.
    """
    return _decide("verify", decisions, by=by)


def return_together(decisions: Sequence[dict[str, Any]], *, by: Actor) -> list[Milestone | Claim]:
    """Return each claim with its reason; else as `verify_together`."""
    return _decide("return_", decisions, by=by)


def _decide(step: str, decisions: Sequence[dict[str, Any]], *, by: Actor) -> list[Milestone | Claim]:
    with transaction.atomic():
        found = _locked({(it["kind"], it["key"]) for it in decisions}, by)
        errors: list[ValidationError | None] = []
        decided: Found = {}
        for decision in decisions:
            facts = dict(decision)
            name = facts.pop("kind"), facts.pop("key")
            errors.append(_one(step, found.get(name), facts, by=by, is_second=name in decided))
            if row := found.get(name):
                decided[name] = row
        if any(errors):
            raise RowErrors(errors)
    return list(decided.values())


def _one(
    step: str, row: Milestone | Claim | None, facts: dict[str, Any], *, by: Actor, is_second: bool
) -> ValidationError | None:
    """Decide on one claim and return nothing, or return why that cannot be."""
    if row is None:
        return refused("key", _("Unknown reference."), "does_not_exist")
    if is_second:
        return refused("key", _("This claim stands in the list twice."), "twice")
    return error_of(lambda: getattr(row, step)(by=by, **facts), field="key")


def _locked(names: set[tuple[str, str]], by: Actor) -> Found:
    """Return the rows that the actor sees by kind and key, locked."""
    found: Found = {}
    for kind in KINDS:
        keys = {key for of, key in names if of == kind}
        field = "reference" if kind == MILESTONE else "pk"
        if field == "pk":
            keys = set(filter(is_key, keys))
        if keys:
            model: Any = apps.get_model("projects", kind)
            seen = model.objects.visible_to(by).filter(**{f"{field}__in": keys})
            rows = model._base_manager.filter(pk__in=seen.values("pk")).select_for_update(no_key=True)
            found |= {(kind, str(getattr(row, field))): row for row in rows.order_by("pk")}
    return found
