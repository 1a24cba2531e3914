"""`manage.py restore FOLDER`: a backup into an empty database and an empty archive, checked."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tracker import backups


class Command(BaseCommand):
    help = (
        "Puts a backup into the database of DATABASE_URL and the archive of DATA_DIR, both of which must be empty, and"
        " checks every byte, every table and the audit trail. Stop all programs before."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `manage.py backup` made")

    def handle(self, *, folder: Path, **options: object) -> None:
        try:
            kept = backups.put_back(folder.absolute())
        except (backups.Unusable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored what stood on {kept.made_at}: {sum(kept.counts.values())} rows, {len(kept.files)} files;"
            f" the audit trail is unbroken to event {kept.head[0]}."
        )
        if kept.missing:
            raise CommandError(
                "These files were lost before the backup was made and are missing here too:\n"
                + "\n".join(kept.missing)
            )
