"""Findings on reports: the programme knows a report by its serial alone, the register knows what it is on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from projects.models import Finding, TransitionError
from projects.permissions import Actor
from reports.models import Report


def raise_on(report: Report, *, by: Actor, **facts: Any) -> Finding:
    """Raise a finding on an issued report and return it; TransitionError before the issue."""
    if not report.is_readable:
        raise TransitionError(
            _("%(serial)s is %(state)s: a finding is raised on what was issued.")
            % {"serial": report.serial, "state": report.get_state_display()}
        )
    return Finding.raise_(report, by=by, **facts)
