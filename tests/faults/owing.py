"""`python -m tests.faults.owing TITLE COUNT ...`: schedules that owe COUNT reports each, on small projects, asleep until woken.

`python -m tests.faults.owing --wake TITLE` wakes them, `--sleep TITLE` puts them to sleep: as people do it, so that the audit trail tells of it.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from itertools import cycle, islice

import django

PERIODS = 2  # of one schedule: the second is compared with the first, and waits for it
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 2, 28)
POISONED = "PRJ-020"
# Long enough for a drawing to need more than it may use, in every attempt.
POISON = "The furnace waits for its lining. " * 30_000
SMALLEST = 12
WAKE, SLEEP = "--wake", "--sleep"


def owe(title: str, count: int) -> None:
    """Create the schedules; an odd count gets one that owes a single report. `poison` is owed on the poisoned project."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django has to be set up first
    from django.utils import timezone  # noqa: PLC0415

    from projects import permissions  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from reports.choices import Cadence, ReportKind  # noqa: PLC0415
    from reports.models import ReportSchedule  # noqa: PLC0415

    by = permissions.actor(get_user_model().objects.get(username="manager"), on=timezone.localdate())
    healthy = Project.objects.exclude(reference=POISONED).order_by("reference")[:SMALLEST]
    schedules = (count + 1) // PERIODS
    subjects = list(islice(cycle(healthy), schedules))
    if title == "poison":
        subjects[0] = Project.objects.get(reference=POISONED)
    for number, project in enumerate(subjects, 1):
        single = number == 1 if title == "poison" else number * PERIODS > count
        ReportSchedule.create(
            by=by,
            title=title,
            kind=ReportKind.PROJECT,
            project=project,
            cadence=Cadence.MONTHLY,
            due_day=1,
            starts_on=FIRST,
            ends_on=FIRST if single else LAST,
            active=False,
        )


def poison() -> None:
    """Write the text past every form: nobody could enter it."""
    from django.utils import timezone  # noqa: PLC0415 - Django has to be set up first

    from projects.models import MilestoneRevision, audit  # noqa: PLC0415

    by = audit.system_actor("faults", on=timezone.localdate())
    for row in MilestoneRevision.objects.filter(milestone__project__reference=POISONED):
        audit.change(row, by=by, action="test.poison", changes={"narrative": POISON})


def switch(title: str, *, active: bool) -> None:
    """Wake the schedules of the title, or put them to sleep."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django has to be set up first
    from django.utils import timezone  # noqa: PLC0415

    from projects import permissions  # noqa: PLC0415
    from projects.models import audit  # noqa: PLC0415
    from reports.models import ReportSchedule  # noqa: PLC0415

    by = permissions.actor(get_user_model().objects.get(username="manager"), on=timezone.localdate())
    for row in ReportSchedule.objects.filter(title=title).exclude(active=active):
        audit.change(row, by=by, action="schedule.change", changes={"active": active})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    if sys.argv[1] in (WAKE, SLEEP):
        switch(sys.argv[2], active=sys.argv[1] == WAKE)
        return
    arguments = iter(sys.argv[1:])
    for title, count in zip(arguments, arguments, strict=True):
        owe(title, int(count))
        if title == "poison":
            poison()


if __name__ == "__main__":
    main()
