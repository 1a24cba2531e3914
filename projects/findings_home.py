"""What an auditor's home shows of findings."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When

from projects.choices import FindingState
from projects.models import Finding
from projects.permissions import Actor

MOST = 10


def findings_home(by: Actor, most: int = MOST) -> dict[str, Any]:
    """Return the context of `projects/_findings_home.html`; three queries, however many findings there are.

    Answered ones wait for the reader, open ones for somebody else. The reader's own stand first, then those due the longest.
    """
    seen = Finding.objects.visible_to(by)
    others = Case(When(raised_by=by.user, then=Value(0)), default=Value(1))

    def first(status: FindingState) -> list[Finding]:
        rows = seen.filter(status=status).with_subjects()
        return list(rows.order_by(others, "due_on", "reference")[:most])

    return {
        "findings_answered": first(FindingState.ANSWERED),
        "findings_open": first(FindingState.RAISED),
        "findings_standing": seen.standing(),
        "findings_day": by.on,
        "may_raise": bool(by.role_for("finding.raise")),
    }
