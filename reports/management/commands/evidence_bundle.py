"""`manage.py evidence_bundle PROJECT FROM TO FILE`: the evidence bundle of a project and a period."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects import permissions
from projects.models import Project, User, audit
from projects.permissions import Actor
from reports import bundle, clock


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day as 2026-03-31") from None


class Command(BaseCommand):
    help = (
        "Writes the evidence bundle of a project and a period (both days inclusive): reports, evidence, audit entries, a "
        "manifest and the program that checks them. With --for only what this person may see. The download is recorded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", metavar="PROJECT", help="as in PRJ-001")
        parser.add_argument("start", type=_day, metavar="FROM", help="first day, as in 2026-04-01")
        parser.add_argument("end", type=_day, metavar="TO", help="last day, as in 2026-06-30")
        parser.add_argument("file", type=Path, metavar="FILE", help="where to write it; it must not exist")
        parser.add_argument(
            "--for", dest="reader", metavar="USER", help="as this person may see it; else whole"
        )

    def handle(self, **options: Any) -> None:
        by = self._actor(options["reader"])
        project = Project.objects.visible_to(by).filter(reference=options["project"]).first()
        if project is None:
            raise CommandError(
                f"There is no project {options['project']} that {options['reader'] or 'anybody'} sees."
            )
        path: Path = options["file"]
        try:
            with path.open("xb+") as file:
                made = bundle.write(file, project, start=options["start"], end=options["end"], by=by)
        except FileExistsError:
            raise CommandError(f"{path} exists already: choose another name.") from None
        except OSError as error:
            path.unlink(missing_ok=True)
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        except (ValidationError, PermissionDenied) as error:
            path.unlink(missing_ok=True)
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from None
        for lost in made.missing:
            self.stderr.write(f"LOST {lost['path']}: {lost['why']}")
        self.stdout.write(f"{path}: {len(made.entries)} files, {made.events} entries\nSHA-256 {made.sha256}")
        if made.missing:
            raise CommandError("The archive could not give every file; the manifest names them.")

    def _actor(self, reader: str | None) -> Actor:
        on = timezone.localdate(clock.now())
        if not reader:
            return audit.system_actor("reports", on=on)
        user = User.objects.filter(username=reader).first()
        if user is None:
            raise CommandError(f"There is no user {reader}.")
        return permissions.actor(user, on=on)
