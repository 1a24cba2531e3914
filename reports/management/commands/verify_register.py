"""`manage.py verify_register`: checks every issued report against its files, its figures and the audit trail."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports import integrity
from reports.models import Edition, Report


class Command(BaseCommand):
    help = (
        "Checks that every edition's file is there and is what was issued, that the stored figures are those of the "
        "issue, that serials have no gap, and that the audit trail tells of the same files and figures. Names the first "
        "fault, with --all every one, and ends with status 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="name every fault, not only the first")

    def handle(self, **options: Any) -> None:
        found = integrity.faults()
        first = next(found, None)
        if first is not None:
            rest = list(found) if options["all"] else []
            raise CommandError("\n".join([first, *rest]))
        self.stdout.write(
            f"The register is whole: {Report.objects.readable().count()} issued reports, "
            f"{Edition.objects.count()} files, serials without a gap, and the audit trail says the same."
        )
