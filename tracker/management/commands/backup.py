"""`manage.py backup FOLDER`: the database and every file that it names, while everybody goes on working."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker import backups


class Command(BaseCommand):
    help = (
        "Writes the database as it stands at one moment, every file that it names and a manifest into a new folder,"
        " while everybody goes on working. The secret key is not in it: keep that apart (docs/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet")

    def handle(self, *, folder: Path, **options: object) -> None:
        try:
            made = backups.take(folder.absolute(), now=timezone.now())
        except (backups.Unusable, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        rows = sum(made.counts.values())
        self.stdout.write(
            f"{folder}: {rows} rows, {len(made.files)} files; the audit trail ends with event {made.head[0]}."
        )
        if made.missing:
            raise CommandError(
                "The backup was made, but the archive had lost or altered these files; restore them from an older one:\n"
                + "\n".join(made.missing)
            )
