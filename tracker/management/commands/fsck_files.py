"""`manage.py fsck_files`: whether the archive holds what the database names, unaltered, and what nobody names."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from projects import archive
from tracker import backups


class Command(BaseCommand):
    help = (
        "Reads every file of evidence and of reports and names those that are missing or altered, with what names them;"
        " ends with status 1 when there is one. Files that no row names are harmless: they are told of, and listed by --orphans."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orphans", action="store_true", help="list the files that no row names")

    def handle(self, *, orphans: bool, **options: object) -> None:
        there = set(backups.archived())  # before the rows: what is stored meanwhile is no orphan
        named = backups.named()
        wrong = []
        for sha256, names in sorted(named.items()):
            try:
                archive.read(sha256)
            except archive.Altered as error:
                wrong.append(f"{sha256} {error} ({', '.join(names)})")
        unnamed = sorted(there - set(named))
        if orphans:
            self.stdout.write("\n".join(unnamed))
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(
            f"The archive is whole: {len(named)} files, each as its digest says; {len(unnamed)} that no row names."
        )
