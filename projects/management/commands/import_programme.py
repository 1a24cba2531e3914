"""manage.py import_programme DIR: take in the seven CSV files of a folder, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import intake
from projects.intake.problems import shown


class Command(BaseCommand):
    help = "Import agreements, institutions, projects, milestones, targets, minerals and import reliance from CSV files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="folder with the CSV files (docs/import.md)"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="check everything and say what would be written; write nothing",
        )

    def handle(self, *args: Any, folder: Path, dry_run: bool, **options: Any) -> None:
        try:
            outcome = intake.admit(folder, now=timezone.now(), dry_run=dry_run)
        except intake.Refused as refused:
            raise CommandError(str(refused)) from refused
        except DatabaseError as error:
            raise CommandError(
                _(
                    "Nothing was imported: the database refused the rows (%(error)s). Another import may have run at the same time; run it again."
                )
                % {"error": error}
            ) from error
        for count in outcome.counts:
            self.stdout.write(
                _("%(file)s: %(added)s added, %(unchanged)s already there")
                % {"file": count.file, "added": count.added, "unchanged": count.unchanged}
            )
        for name in outcome.ignored:
            self.stdout.write(_("%(file)s: ignored, not a file of an import") % {"file": shown(name)})
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
