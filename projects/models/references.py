"""References: the name that a record keeps for good, as in MST-069 and TGT-030; and the numbers of those that have none."""

from __future__ import annotations

from typing import Any

from django.db.models import Model


def is_key(text: str) -> bool:
    """Whether the text, from an address or a body, can be the number of a row: no key of a database has more digits."""
    return text.isascii() and text.isdigit() and len(text) < 19


def next_reference(model: type[Model], prefix: str) -> str:
    """Return the next free reference of the model, three digits or more after the prefix.

    The caller has serialised the writers, so that no two get the same.
    """
    rows: Any = model._base_manager.filter(reference__regex=rf"^{prefix}-[0-9]+$")
    numbers = (int(reference.rpartition("-")[2]) for reference in rows.values_list("reference", flat=True))
    return f"{prefix}-{max(numbers, default=0) + 1:03d}"
