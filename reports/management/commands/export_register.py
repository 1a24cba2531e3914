"""`manage.py export_register FILE`: the register, for checking reports without this server."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects import permissions
from projects.models import User, audit
from reports import clock, export


class Command(BaseCommand):
    help = (
        "Writes the register of all issued reports, with the digests of their files, as canonical JSON. With "
        "--for only what this person may see. verify_report.py checks a folder of downloads against it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where to write it, as in register.json")
        parser.add_argument(
            "--for", dest="reader", metavar="USER", help="as this person may see it; else whole"
        )

    def handle(self, **options: Any) -> None:
        now = clock.now()
        on = timezone.localdate(now)
        if options["reader"]:
            user = User.objects.filter(username=options["reader"]).first()
            if user is None:
                raise CommandError(f"There is no user {options['reader']}.")
            by = permissions.actor(user, on=on)
        else:
            by = audit.system_actor("reports", on=on)
        content = export.register(by=by, now=now)
        try:
            options["file"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}") from None
        self.stdout.write(f"{options['file']}\nSHA-256 {hashlib.sha256(content).hexdigest()}")
