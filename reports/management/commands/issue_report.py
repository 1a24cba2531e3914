"""`manage.py issue_report`: one report on demand, in the name of a person who may issue it."""

from __future__ import annotations

import datetime as dt
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects import archive, permissions
from projects.choices import Role
from projects.models import Agreement, Organisation, Project, TransitionError, User
from projects.permissions import Actor
from reports import bell, clock, engine, ordering
from reports.choices import ReportKind
from reports.models import Report, Subject

PATIENCE = 15 * 60
SUBJECTS: dict[str, type[Subject]] = {
    "project": Project,
    "agreement": Agreement,
    "organisation": Organisation,
}


class Command(BaseCommand):
    help = "Register a report on demand; with --wait, make it and say where it lies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=ReportKind.values)
        parser.add_argument("--as-of", type=_day, metavar="DATE", help="YYYY-MM-DD; today when left out")
        parser.add_argument(
            "--from",
            type=_day,
            dest="start",
            metavar="DATE",
            help="first day of the period; else of the quarter",
        )
        parser.add_argument("--project", metavar="REFERENCE", help="of a project report, as in PRJ-018")
        parser.add_argument("--agreement", metavar="REFERENCE", help="of an agreement report, as in AGR-001")
        parser.add_argument("--organisation", metavar="REFERENCE", help="of a partner report, as in INS-001")
        parser.add_argument("--by", metavar="USER", help="in whose name; else the first administrator's")
        parser.add_argument(
            "--revises", metavar="SERIAL", help="instead of --kind: correct this issued report"
        )
        parser.add_argument("--reason", default="", help="of a revision: what was wrong")
        parser.add_argument("--wait", action="store_true", help="make it now and wait until it is issued")

    def handle(self, **options: Any) -> None:
        now = clock.now()
        by = _person(options["by"], timezone.localdate(now))
        try:
            report = self._revision(options, by, now) if options["revises"] else self._order(options, by, now)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        except TransitionError as error:
            raise CommandError(str(error)) from None
        except PermissionDenied as error:
            raise CommandError(f"{by.user.username}: {error}") from None
        self.stdout.write(f"{report.serial} ordered in the name of {by.user.username}")
        if options["wait"]:
            self._finish(report)
        elif not bell.ring(report.pk):
            self.stdout.write("It will be made at the next tick of the scheduler or of the polling runner.")

    def _order(self, options: dict[str, Any], by: Actor, now: dt.datetime) -> Report:
        if options["kind"] is None:
            raise CommandError("Say which --kind of report, or which report it --revises.")
        on: dict[str, Any] = {
            name: _subject(model, options[name], by)
            for name, model in SUBJECTS.items()
            if options[name] is not None
        }
        return ordering.order(
            kind=options["kind"],
            **on,
            as_of=options["as_of"] or by.on,
            period_start=options["start"],
            by=by,
            now=now,
        )

    def _revision(self, options: dict[str, Any], by: Actor, now: dt.datetime) -> Report:
        old = Report.objects.visible_to(by).filter(serial=options["revises"]).first()
        if old is None:
            raise CommandError(f"There is no report {options['revises']}.")
        return ordering.revise(old, by=by, reason=options["reason"], now=now)

    def _finish(self, report: Report) -> None:
        """Make the report here, unless a worker was faster, and tell how it ended."""
        until = time.monotonic() + PATIENCE
        while report.is_unfinished:
            if engine.render(report.pk) is None:
                time.sleep(0.5)  # another has it, or it waits for its next attempt
            report = Report.objects.get(pk=report.pk)
            if report.is_unfinished and time.monotonic() > until:
                raise CommandError(f"{report.serial} is still {report.state} after {PATIENCE // 60} minutes.")
        if not report.is_readable:
            raise CommandError(f"{report.serial} failed: {report.failure}")
        self.stdout.write(f"{report.serial} issued")
        for edition in report.editions.all():
            self.stdout.write(
                f"{edition.get_language_display()}\n"
                f"  pages   {edition.pages}\n"
                f"  file    {archive.place_of(edition.sha256)}\n"
                f"  SHA-256 {edition.sha256}"
            )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day: write YYYY-MM-DD") from None


def _person(username: str | None, on: dt.date) -> Actor:
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        return permissions.actor(user, on=on)
    for user in User.objects.filter(is_active=True, memberships__role=Role.ADMINISTRATOR).order_by("pk"):
        by = permissions.actor(user, on=on)
        if permissions.allows(by, "report.issue"):
            return by
    raise CommandError("Nobody is administrator today: name a person who may issue reports with --by USER.")


def _subject(model: type[Subject], reference: str, by: Actor) -> Subject:
    found = model._default_manager.visible_to(by).filter(reference=reference).first()
    if found is None:
        raise CommandError(f"There is no {model._meta.verbose_name} {reference}.")
    return found
