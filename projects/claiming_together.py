"""Milestones claimed together: all of them, or none and what is wrong with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects.models import Milestone, StaleError, TransitionError
from projects.permissions import Actor


class RowErrors(Exception):
    """Nothing was done; `rows` holds for each row its errors by field, None where its step could have been taken."""

    def __init__(self, rows: list[ValidationError | None]) -> None:
        super().__init__(rows)
        self.rows = rows


def claim_together(claims: Sequence[dict[str, Any]], *, by: Actor) -> list[Milestone]:
    """Claim each milestone that a claim names by `reference`, and return them in that order; RowErrors, or all are claimed.

    A claim holds `reference` and what `Milestone.claim` takes. All rows are locked before the first of them is written, in one
    order: two lists that share milestones wait for each other instead of ending in a deadlock.
    """
    with transaction.atomic():
        seen = Milestone.objects.visible_to(by).filter(reference__in={it["reference"] for it in claims})
        locked = Milestone._base_manager.filter(pk__in=seen.values("pk")).select_for_update(no_key=True)
        rows = {row.reference: row for row in locked.order_by("pk")}
        errors: list[ValidationError | None] = []
        made: dict[str, Milestone] = {}
        for claim in claims:
            facts = dict(claim)
            reference = facts.pop("reference")
            errors.append(_claim(rows.get(reference), facts, by=by, is_second=reference in made))
            if row := rows.get(reference):
                made[reference] = row
        if any(errors):
            raise RowErrors(errors)
    return list(made.values())


def _claim(
    row: Milestone | None, facts: dict[str, Any], *, by: Actor, is_second: bool
) -> ValidationError | None:
    """Claim one milestone and return nothing, or return why it cannot be claimed."""
    if row is None:
        return refused("reference", _("Unknown reference."), "does_not_exist")
    if is_second:
        return refused("reference", _("This milestone stands in the list twice."), "twice")
    return error_of(lambda: row.claim(by=by, **facts), field="reference")


def error_of(step: Callable[[], None], *, field: str) -> ValidationError | None:
    """Take one step of several and return nothing, or undo it and return what is wrong: `field` is what names the row."""
    try:
        with transaction.atomic():
            step()
    except StaleError as error:
        return refused("version", str(error), "stale")
    except TransitionError as error:
        return refused(field, str(error), "step_not_open")
    except PermissionDenied as error:
        return refused(field, str(error), "permission_denied")
    except ValidationError as error:
        return error
    return None


def refused(field: str, reason: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(reason, code)})
