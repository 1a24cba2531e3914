"""`manage.py export_audit FILE`: the whole audit trail, for checking it without this server."""

from __future__ import annotations

import hashlib
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from projects import trail
from projects.models import AuditEvent, audit
from reports import checkpoint_seal, clock

SCHEMA = "ncmm-audit/1"


class Command(BaseCommand):
    help = (
        "Writes the audit trail as JSON lines: a head, every event with its hash, an end. verify_audit.py checks the file "
        "beside the folder of checkpoints. With --key-file also the key under which checkpoints are sealed, for an auditor "
        "who is to check the seals: whoever has it could make such seals."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where to write it, as in trail.jsonl")
        parser.add_argument(
            "--key-file", type=Path, metavar="FILE", help="also write the key of the seals there"
        )

    def handle(self, **options: Any) -> None:
        path, digest = options["file"], hashlib.sha256()
        try:
            with path.open("wb") as file, trail.one_view():
                for line in _lines():
                    said = (audit.canonical(line) + "\n").encode()
                    digest.update(said)
                    file.write(said)
            if options["key_file"]:
                _write_key(options["key_file"])
        except OSError as error:
            raise CommandError(f"{error.filename or path} cannot be written: {error.strerror}") from None
        self.stdout.write(f"{path}\nSHA-256 {digest.hexdigest()}")


def _lines() -> Iterator[dict[str, Any]]:
    exported_at = clock.now().isoformat(timespec="seconds")
    yield {
        "schema": SCHEMA,
        "source": settings.BASE_URL,
        "version": settings.VERSION,
        "exported_at": exported_at,
    }
    events, last = 0, audit.GENESIS
    for event in AuditEvent.objects.order_by("seq").iterator(chunk_size=2000):
        events, last = events + 1, event.hash
        yield {**event.content(), "hash": event.hash}
    yield {"end": {"events": events, "hash": last}}


def _write_key(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{key.hex()}\n" for key in checkpoint_seal.all_keys())
