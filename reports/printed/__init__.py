"""What the printed edition of each kind of report adds to the common document: its sections and its context.

A kind is a module with `sections()`, the titles of its sections by slug in the active language, in the order of
printing, and `context(snapshot)`, what its template `templates/reports/print/<kind>.html` reads beside the snapshot.
"""

from __future__ import annotations

from typing import Any, Protocol

from reports.choices import ReportKind
from reports.printed import agreement, exceptions, partner, programme, project, transfer


class Printed(Protocol):
    def sections(self) -> dict[str, str]: ...

    def context(self, snapshot: dict[str, Any]) -> dict[str, Any]: ...


PRINTED: dict[ReportKind, Printed] = {
    ReportKind.PROGRAMME: programme,
    ReportKind.PROJECT: project,
    ReportKind.AGREEMENT: agreement,
    ReportKind.PARTNER: partner,
    ReportKind.TRANSFER: transfer,
    ReportKind.EXCEPTIONS: exceptions,
}
