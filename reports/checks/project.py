"""What must agree in a project report alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reports.checks import project_sections
from reports.checks.arithmetic import Failure, Snapshot


def project(snapshot: Snapshot, as_of: dt.date) -> Iterator[Failure]:
    total = 1 + snapshot["milestones"]["total"] + snapshot["targets"]["total"]
    yield Failure("provenance", sum(snapshot["provenance"].values()), total)
    yield from project_sections.identities(snapshot, as_of)
