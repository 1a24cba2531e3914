"""The snapshots that the public records give, worked out once for the whole run and taken back again."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from functools import cache

from django.db import transaction

from projects.choices import Role
from projects.models import Project, audit
from projects.models.people import User
from reports import figures, ordering
from reports.choices import ReportKind
from reports.figures import Snapshot
from reports.periods import IST
from tests import folders
from tests.cast import acting, person

DAYS = tuple(dt.date(2026, month, day) for month, day in ((3, 31), (6, 30), (9, 30)))
PROJECTS = ("PRJ-001", "PRJ-003", "PRJ-018", "PRJ-020")
NOW = dt.datetime(2026, 10, 5, 6, 0, tzinfo=IST)


@cache
def snapshots() -> dict[tuple[dt.date, str], Snapshot]:
    """Return the snapshot of each day and scope; "" is the programme."""
    found = {}
    with transaction.atomic():
        folders.shipped()
        owner = person("owner", Role.ADMINISTRATOR)
        for day in DAYS:
            for scope in ("", *PROJECTS):
                found[day, scope] = _snapshot(owner, day, scope)
        transaction.set_rollback(True)
    return found


def _snapshot(owner: User, day: dt.date, scope: str) -> Snapshot:
    by = acting(owner, NOW.date())
    project = Project.objects.get(reference=scope) if scope else None
    kind = ReportKind.PROJECT if scope else ReportKind.PROGRAMME
    report = ordering.order(kind=kind, project=project, as_of=day, by=by, now=NOW)
    made = figures.snapshot(report, by=by, now=NOW)
    return json.loads(audit.canonical(made))


def pdftotext(content: bytes) -> str:
    """Return the text that pdftotext finds, in the order of the document."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
    found = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    return " ".join(found.decode().split())
