"""Checks the audit trail from its first event to its last."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.models import AuditEvent, audit


class Command(BaseCommand):
    help = (
        "Checks that the audit trail is one unbroken chain, and names the first event that breaks it. With --head also "
        "that the trail still holds the event whose number and hash a report prints: a chain whose end was cut off is "
        "unbroken, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", nargs=2, metavar=("NUMBER", "HASH"), help="number and hash as printed on a report"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = audit.first_break()
        if broken:
            seq, reason = broken
            event = AuditEvent.objects.filter(seq=seq).first()
            raise CommandError(f"The audit trail is broken at event {event or seq}: {reason}.")
        if options["head"]:
            self._check_head(*options["head"])
        seq, digest = audit.head()
        self.stdout.write(f"The audit trail is unbroken: {seq} events, the last {digest}")

    def _check_head(self, number: str, digest: str) -> None:
        if not number.isdecimal():
            raise CommandError(f"{number!r} is no number of an event.")
        kept = AuditEvent.objects.filter(seq=int(number)).values_list("hash", flat=True).first()
        if kept is None:
            raise CommandError(f"The audit trail ends before event {number}: its end was cut off.")
        if kept != digest.lower():
            raise CommandError(
                f"Event {number} has another hash than the one given: the trail was rewritten."
            )
