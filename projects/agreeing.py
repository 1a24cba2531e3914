"""The steps of an agreement's life: signed, in force, suspended, resumed, terminated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import formats, permissions
from projects.archive import StoredFile
from projects.choices import AgreementMove, Precision, Visibility
from projects.models import (
    MOVES,
    WITH_REASON,
    Agreement,
    AgreementStep,
    TransitionError,
    audit,
    locked,
)
from projects.models.documents import attach
from projects.permissions import Actor
from projects.progress.agreement_life import expiry_on


def open_moves(agreement: Agreement, by: Actor) -> list[AgreementMove]:
    """Return the steps that the present status allows and that `by` may take."""
    return [
        AgreementMove(move)
        for move, (before, _after) in MOVES.items()
        if agreement.status in before and permissions.allows(by, f"agreement.{move}", agreement)
    ]


def require_open(agreement: Agreement, move: str) -> None:
    """Raise TransitionError unless the present status allows the step; `take` asks again under the lock."""
    if agreement.status not in MOVES[move][0]:
        raise TransitionError(
            _("%(row)s is %(status)s: the step “%(step)s” is not open.")
            % {"row": agreement, "status": agreement.get_status_display(), "step": AgreementMove(move).label}
        )


def take(
    agreement: Agreement,
    move: str,
    *,
    by: Actor,
    taken_on: dt.date,
    decided_by_post: str,
    reason: str = "",
    version: int | None = None,
    evidence: Iterable[StoredFile] = (),
    visibility: str = Visibility.PARTNER,
    **sources: Any,
) -> AgreementStep:
    """Take a step of the agreement's life on a day and return it; the agreement's status moves with it.

    The agreement is locked first: of two people who do it at once, one succeeds and the other gets a TransitionError.
    """
    permissions.require(by, f"agreement.{move}", agreement)
    if taken_on > by.on:
        raise ValidationError({"taken_on": _("This day lies in the future: record what has happened.")})
    if move in WITH_REASON and not reason.strip():
        raise ValidationError({"reason": _("Say why the agreement is suspended or terminated.")})
    with transaction.atomic():
        row = locked(agreement, version)
        require_open(row, move)
        after = MOVES[move][1]
        _require_order(row, taken_on)
        _require_life(row, move, taken_on)
        made = audit.create(
            AgreementStep(
                agreement=row,
                move=move,
                from_status=row.status,
                to_status=after,
                taken_on=taken_on,
                decided_by_post=decided_by_post.strip(),
                reason=reason.strip(),
                recorded_by=by.user,
                **sources,
            ),
            by=by,
            action=f"agreement.{move}",
            reason=reason.strip(),
        )
        audit.change(
            row,
            by=by,
            action=f"agreement.{move}",
            changes={"status": after, **_dates(row, move, taken_on)},
            reason=reason.strip(),
        )
        attach(evidence, made, by=by, visibility=visibility)
    agreement.refresh_from_db()
    return made


def _require_order(row: Agreement, taken_on: dt.date) -> None:
    last = row.steps.order_by("taken_on", "pk").last()
    if last is not None and taken_on < last.taken_on:
        raise ValidationError(
            {"taken_on": _("A later step is on record: steps are recorded in the order of their days.")}
        )


def _require_life(row: Agreement, move: str, taken_on: dt.date) -> None:
    """Refuse what nobody can do before the signature or after the last day; an end is recorded on any day."""
    signed = row.signed_on if row.signed_precision == Precision.DAY else None
    if move == AgreementMove.TAKE_EFFECT and signed is not None and taken_on < signed:
        raise ValidationError(
            {
                "taken_on": _(
                    "The agreement was signed on %(day)s: it takes effect on that day at the earliest."
                )
                % {"day": formats.day(signed)}
            }
        )
    if move != AgreementMove.TERMINATE and _has_expired(row, taken_on):
        raise ValidationError(
            {
                "taken_on": _(
                    "This day lies after the agreement's last day: first record the amendment that renews it."
                )
            }
        )


def _has_expired(row: Agreement, on: dt.date) -> bool:
    expiry = expiry_on(row, list(row.amendments.all()), on)
    return expiry.on is not None and expiry.on < on


def _dates(row: Agreement, move: str, on: dt.date) -> dict[str, Any]:
    """Return the dates that a step gives an agreement which has none yet."""
    if move == AgreementMove.SIGN and row.signed_on is None:
        return {"signed_on": on, "signed_precision": Precision.DAY}
    if move == AgreementMove.TAKE_EFFECT and row.effective_on is None:
        return {"effective_on": on}
    return {}
