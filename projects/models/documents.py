"""Documents of a row: attached in the transaction that writes it, so that a refused file leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projects.archive import StoredFile
from projects.choices import Visibility
from projects.permissions import Actor


def attach(files: Iterable[StoredFile], row: Any, *, by: Actor, visibility: str = Visibility.PARTNER) -> None:
    """Add the archived files to a row that evidence may support."""
    added = row.evidence
    for file in files:
        added.model.add(file, by=by, visibility=visibility, **{added.field.name: row})
