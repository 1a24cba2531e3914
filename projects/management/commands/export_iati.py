"""manage.py export_iati: the public projects as IATI activities, checked against the official schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import iati
from projects.api.iati import publisher


class Command(BaseCommand):
    help = "Write the public projects with their results as IATI activities (2.03)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", metavar="REFERENCE", help="one project instead of all public ones")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="where to; without it, the standard output"
        )

    def handle(self, *args: Any, project: str | None, output: Path | None, **options: Any) -> None:
        projects, now = iati.public_projects(), timezone.now()
        if project:
            projects = projects.filter(reference=project)
        on = timezone.localdate(now)
        content = b"".join(iati.document(projects, publisher=publisher(), on=on, now=now))
        _root, faults = iati.parsed(content)
        if faults:
            lines = "\n".join(f"{fault.line}: {fault.reason}" for fault in faults)
            raise CommandError(_("Nothing was written: %(faults)s") % {"faults": lines})
        for reference in iati.left_out(projects, on=on):
            self.stderr.write(
                _("%(reference)s is left out: no public date of it is known.") % {"reference": reference}
            )
        if output:
            output.write_bytes(content)
        else:
            sys.stdout.buffer.write(content)
