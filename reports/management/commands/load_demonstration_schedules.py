"""`manage.py load_demonstration_schedules`: what the demonstration programme reports, and to when."""

from __future__ import annotations

import datetime as dt

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from projects import permissions
from projects.models import Project, User
from projects.permissions import Actor
from reports import clock
from reports.choices import Cadence, ReportKind
from reports.models import ReportSchedule

OWNERS = ("manager", "administrator")
STARTS_ON = dt.date(2026, 1, 1)  # the first report is on Q4 2025-26, as of 31 March 2026
# A magnet plant, and for the two demonstration partners a project of their own each.
PROJECTS = ("PRJ-018", "PRJ-017", "PRJ-005")


class Command(BaseCommand):
    help = "Schedule quarterly reports on the demonstration programme and three of its projects; safe to run again."

    def handle(self, **options: object) -> None:
        owner = self._owner()
        if owner is None:
            self.stdout.write("No demonstration user may schedule reports: nothing scheduled.")
            return
        wanted: list[tuple[str, ReportKind, Project | None]] = [
            ("Quarterly programme report", ReportKind.PROGRAMME, None)
        ]
        found = Project.objects.in_bulk(PROJECTS, field_name="reference")
        wanted += [
            (f"Quarterly report on {reference}", ReportKind.PROJECT, found[reference])
            for reference in PROJECTS
            if reference in found
        ]
        for title, kind, scope in wanted:
            with transaction.atomic():
                if ReportSchedule.objects.filter(
                    kind=kind, project=scope, cadence=Cadence.QUARTERLY
                ).exists():
                    continue
                ReportSchedule.create(
                    by=owner,
                    title=title,
                    kind=kind,
                    project=scope,
                    cadence=Cadence.QUARTERLY,
                    due_day=5,
                    due_hour=6,
                    starts_on=STARTS_ON,
                )
            self.stdout.write(f"Scheduled: {title}")

    def _owner(self) -> Actor | None:
        on = timezone.localdate(clock.now())
        for username in OWNERS:
            user = User.objects.filter(username=username).first()
            by = permissions.actor(user, on=on)
            if permissions.allows(by, "schedule.create") and permissions.allows(by, "report.issue"):
                return by
        return None
