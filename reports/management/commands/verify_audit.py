"""`manage.py verify_audit`: holds the audit trail against its checkpoints, the rows and the files."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.trail import Fault
from reports import audit_check
from reports.audit_check import Found, Head

FAULTY, UNCHECKED = 1, 2
MOST = 1000


class Command(BaseCommand):
    help = (
        "Checks that the audit trail is one unbroken chain, that it still holds what the sealed checkpoints and the reports "
        "bear of it, that the rows are what their events say, and that the files of evidence and reports are those of their "
        "records. Names the first bad place, what is wrong and what to do. Ends with 0 when all is well, with 1 when "
        "something is not, with 2 when it could not check."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", nargs=2, metavar=("NUMBER", "HASH"), help="also hold against it what a report prints"
        )
        parser.add_argument(
            "--all", action="store_true", help=f"name every fault (at most {MOST}), not only the first"
        )
        parser.add_argument("--without-files", action="store_true", help="leave out the files: much quicker")
        parser.add_argument("--as-json", action="store_true", help="for programs")

    def handle(self, **options: Any) -> None:
        heads = [self._head(*options["head"])] if options["head"] else []
        found = Found()
        try:
            wrong = list(
                islice(
                    audit_check.faults(found, heads=heads, files=not options["without_files"]),
                    MOST if options["all"] else 1,
                )
            )
        except OSError as error:
            raise CommandError(f"It could not be checked: {error}", returncode=UNCHECKED) from error
        if options["as_json"]:
            self.stdout.write(self._json(wrong, found))
            if wrong:
                raise CommandError(str(wrong[0]), returncode=FAULTY)
            return
        if wrong:
            raise CommandError("\n".join(f"{it}. {it.todo}" for it in wrong), returncode=FAULTY)
        self.stdout.write(
            f"The audit trail is unbroken: {found.seq} events, the last {found.hash}; {found.checkpoints} checkpoints, "
            f"the rows{'' if options['without_files'] else ' and the files'} say the same."
        )
        if not found.checkpoints:
            self.stdout.write(
                "There is no checkpoint yet: the first tick of each day writes one (docs/audit.md). Until then a cut-off end "
                "is told by the heads that reports bear alone."
            )

    def _head(self, number: str, digest: str) -> Head:
        if not number.isdecimal():
            raise CommandError(f"{number!r} is no number of an event.", returncode=UNCHECKED)
        return Head(int(number), digest.lower(), "the one given")

    def _json(self, wrong: list[Fault], found: Found) -> str:
        told = {
            "whole": not wrong,
            "events": found.seq,
            "head": found.hash,
            "checkpoints": found.checkpoints,
            "faults": [asdict(it) for it in wrong],
        }
        return json.dumps(told, ensure_ascii=False, indent=2)
