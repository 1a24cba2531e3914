"""Identity checks before issue: what must agree in a snapshot agrees, or the report is not issued.

They work on the snapshot alone, as any reader of it can, and never ask the code that computed it: states partition
the total, parts add up, lists hold what their counts say, per cents and means follow from their parts by one
rounding rule. docs/rules/checks.md lists them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from reports.checks import action_points
from reports.checks.agreement import agreement
from reports.checks.arithmetic import MALFORMED, Failure, Snapshot, malformed, must
from reports.checks.changes import changes
from reports.checks.exceptions import exceptions
from reports.checks.milestones import listed, milestones
from reports.checks.partner import partner
from reports.checks.programme import programme
from reports.checks.project import project
from reports.checks.revisions import revisions
from reports.checks.targets import targets
from reports.checks.transfer import transfer
from reports.choices import ReportKind

__all__ = ["Failure", "failures"]

# What must agree in each kind alone, beside what every kind has in common.
CHECKS: dict[ReportKind, Callable[[Snapshot, dt.date], Iterator[Failure]]] = {
    ReportKind.PROGRAMME: programme,
    ReportKind.PROJECT: project,
    ReportKind.AGREEMENT: agreement,
    ReportKind.PARTNER: partner,
    ReportKind.TRANSFER: transfer,
    ReportKind.EXCEPTIONS: exceptions,
}


def failures(snapshot: Snapshot, previous: Snapshot | None = None) -> list[Failure]:
    """Return every figure that contradicts another; empty when the report may be issued.

    `previous` is the report that it names as the one before; its changes must lead from that one to this.
    """
    try:
        return [failure for failure in _all(snapshot, previous) if failure.found != failure.expected]
    except MALFORMED as error:
        return [malformed(error)]


def _all(snapshot: Snapshot, previous: Snapshot | None) -> Iterator[Failure]:
    as_of = dt.date.fromisoformat(snapshot["meta"]["as_of"])
    yield from _meta(snapshot["meta"])
    if "milestones" in snapshot:
        yield from milestones(snapshot["milestones"], as_of)
        if "rows" in snapshot["milestones"]:
            yield from listed(snapshot["milestones"], as_of, snapshot["meta"]["period"])
        if "revisions" in snapshot:
            yield from revisions(snapshot)
    if "targets" in snapshot:
        yield from targets(snapshot["targets"], as_of)
    if "action_points" in snapshot:
        yield from action_points.identities(snapshot["action_points"], as_of)
    yield from CHECKS[ReportKind(snapshot["meta"]["kind"])](snapshot, as_of)
    if "changes" in snapshot:
        yield from changes(snapshot, previous)


def _meta(meta: Snapshot) -> Iterator[Failure]:
    period = meta["period"]
    yield Failure("meta.as_of", meta["as_of"], period["end"])
    yield must("meta.period: begins before it ends", period["start"] <= period["end"])
    if meta["due_at"]:
        late = meta["frozen_at"][:10] > meta["due_at"][:10]
        yield Failure("meta.late", meta["late"], late)
