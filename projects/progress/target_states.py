"""Where each target stands on a day, in one word: the dashboard counts by it and the list filters by it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from projects.progress.targets import HUNDRED, TargetRow


class TargetState(TextChoices):
    """Every target stands in exactly one of these; only what a second person verified counts as achieved."""

    ACHIEVED = "achieved", _("achieved and verified")
    CLAIMED = "claimed", _("achieved as claimed")
    ON_PACE = "on_pace", _("on pace")
    BEHIND = "behind", _("behind")
    NO_PACE = "no_pace", _("reported, no pace to compare with")
    PAST_DUE = "past_due", _("past due, nothing reported")
    SILENT = "silent", _("nothing reported yet")


def target_state(row: TargetRow) -> TargetState:
    """Return where the target stands by what is reported, from best to worst; past its due date short of it is behind."""
    if _reaches(row.achievement_verified, row, holds=row.holds_verified):
        return TargetState.ACHIEVED
    if row.claimed is None:
        return TargetState.PAST_DUE if row.is_past_due_without_value else TargetState.SILENT
    if _reaches(row.achievement_claimed, row, holds=row.holds_claimed):
        return TargetState.CLAIMED
    if row.pace_claimed is None:
        return TargetState.NO_PACE
    return TargetState.ON_PACE if row.pace_claimed.is_on_track else TargetState.BEHIND


def by_state(rows: Iterable[TargetRow]) -> dict[TargetState, list[TargetRow]]:
    """Return the rows of every state, also of those in which none stands."""
    found: dict[TargetState, list[TargetRow]] = {state: [] for state in TargetState}
    for row in rows:
        found[target_state(row)].append(row)
    return found


def _reaches(share: object, row: TargetRow, *, holds: bool | None) -> bool:
    if row.is_hold:
        return bool(holds)
    return share is not None and share >= HUNDRED  # type: ignore[operator]
