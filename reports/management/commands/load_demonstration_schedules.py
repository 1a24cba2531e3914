"""`manage.py load_demonstration_schedules`: what the demonstration programme reports, and to when."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from projects import permissions
from projects.models import Agreement, Organisation, Project, User
from projects.permissions import Actor
from reports import clock
from reports.choices import SCOPES, Cadence, ReportKind
from reports.models import ReportSchedule, Subject
from reports.models.scopes import sees
from reports.printed import PRINTED

OWNERS = ("manager", "administrator")
STARTS_ON = dt.date(2026, 1, 1)  # the first report is on Q4 2025-26, as of 31 March 2026


class Wanted(NamedTuple):
    """A schedule of the demonstration; `subject` is a reference, "" for the whole programme."""

    kind: ReportKind
    title: str
    subject: str = ""
    cadence: Cadence = Cadence.QUARTERLY
    readers: tuple[str, ...] = ("manager", "auditor")  # of the demonstration accounts those who may see it


WANTED = (
    Wanted(ReportKind.PROGRAMME, "Quarterly programme report"),
    # A magnet plant, and for the two demonstration partners a project of their own each.
    Wanted(ReportKind.PROJECT, "Quarterly report on PRJ-018", "PRJ-018"),
    Wanted(ReportKind.PROJECT, "Quarterly report on PRJ-017", "PRJ-017", readers=("manager", "partner_irel")),
    Wanted(ReportKind.PROJECT, "Quarterly report on PRJ-005", "PRJ-005", readers=("manager", "partner")),
    Wanted(ReportKind.EXCEPTIONS, "Quarterly exceptions report"),
    Wanted(ReportKind.TRANSFER, "Quarterly technology transfer report"),
    Wanted(ReportKind.AGREEMENT, "Half-yearly report on AGR-001", "AGR-001", Cadence.HALF_YEARLY),
    Wanted(ReportKind.AGREEMENT, "Half-yearly report on AGR-002", "AGR-002", Cadence.HALF_YEARLY),
    Wanted(
        ReportKind.PARTNER, "Quarterly report for TEXMiN", "INS-008", readers=("manager", "partner", "viewer")
    ),
    Wanted(ReportKind.PARTNER, "Quarterly report for IREL", "INS-007", readers=("manager", "partner_irel")),
)
MODELS: dict[str, type[Subject]] = {"project": Project, "agreement": Agreement, "organisation": Organisation}


class Command(BaseCommand):
    help = "Schedule reports of every kind on the demonstration programme; safe to run again."

    def handle(self, **options: object) -> None:
        owner = self._owner()
        if owner is None:
            self.stdout.write("No demonstration user may schedule reports: nothing scheduled.")
            return
        for wanted in WANTED:
            if wanted.kind in PRINTED and self._schedule(wanted, owner):
                self.stdout.write(f"Scheduled: {wanted.title}")

    def _schedule(self, wanted: Wanted, owner: Actor) -> bool:
        """Schedule one, unless it is there or what it is on is not; return whether it was."""
        scope = SCOPES.get(wanted.kind)
        on = {}
        if scope:
            on = {scope: MODELS[scope]._default_manager.filter(reference=wanted.subject).first()}
            if on[scope] is None:
                return False
        with transaction.atomic():
            if ReportSchedule.objects.filter(kind=wanted.kind, cadence=wanted.cadence, **on).exists():
                return False
            ReportSchedule.create(
                by=owner,
                title=wanted.title,
                kind=wanted.kind,
                **on,
                cadence=wanted.cadence,
                due_day=5,
                due_hour=6,
                starts_on=STARTS_ON,
                recipients=self._readers(wanted, on.get(scope or ""), owner),
            )
        return True

    def _readers(self, wanted: Wanted, subject: Subject | None, owner: Actor) -> list[User]:
        found = User.objects.filter(username__in=wanted.readers, is_active=True).exclude(email="")
        return [user for user in found if sees(permissions.actor(user, on=owner.on), subject)]

    def _owner(self) -> Actor | None:
        on = timezone.localdate(clock.now())
        for username in OWNERS:
            user = User.objects.filter(username=username).first()
            by = permissions.actor(user, on=on)
            if permissions.allows(by, "schedule.create") and permissions.allows(by, "report.issue"):
                return by
        return None
