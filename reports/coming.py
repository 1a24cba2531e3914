"""When scheduled reports are due, for the calendar of those who may see them."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.permissions import Actor
from projects.progress.due_dates import MOST, DueDate
from reports import preview
from reports.models import ReportSchedule


def coming_reports(by: Actor, now: dt.datetime) -> list[DueDate]:
    """Return the next reports of each active schedule that the actor may see; one query."""
    schedules = ReportSchedule.objects.visible_to(by).filter(active=True).order_by("pk")
    found = (
        DueDate(
            key=f"report-{schedule.pk}-{due.period.start:%Y%m%d}",
            day=timezone.localdate(due.due_at),
            title=_("Report due: %(title)s") % {"title": schedule.title},
            details=(due.period.label,),
            kind=_("Report"),
            path=reverse("schedule-detail", args=[schedule.pk]),
            changes=schedule.version,
            changed_at=schedule.updated_at,
        )
        for schedule in schedules
        for due in preview.following(schedule, now=now)
    )
    return list(islice(found, MOST))
