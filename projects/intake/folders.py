"""The folder of a programme, sent by an administrator as files: looked at, then imported, and on record whose it was."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import permissions
from projects.intake.admission import Outcome, admit
from projects.intake.tables import TABLES
from projects.models import audit
from projects.permissions import Actor

RIGHT = "programme.upload"


def admit_files(files: Mapping[str, bytes], *, by: Actor, now: dt.datetime, dry_run: bool = False) -> Outcome:
    """Import files that are named as those of a folder (docs/import.md), all or nothing, and return what was written.

    The records are the import's, as from the command line; beside them stands who sent which files, by their digests.
    """
    permissions.require(by, RIGHT)
    known = {table.file for table in TABLES.values()}
    if unknown := sorted(set(files) - known):
        text = _("No file of an import: %(names)s. Name them: %(known)s.")
        raise ValidationError(
            {"files": text % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}}
        )
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        outcome = admit(Path(folder), now=now, dry_run=dry_run)
        if not dry_run:
            digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
            audit.record(by.user, by=by, action=RIGHT, before=None, after=digests)
    return outcome
