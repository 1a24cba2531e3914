"""What spreadsheets do with cells: how one is written so that none is computed, and read back as it was.

UTF-8 with a byte order mark: without it Excel reads Hindi as nonsense, and every other program knows the mark.
"""

from __future__ import annotations

import re

BOM = "\ufeff"
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
# What spreadsheets take for the beginning of a formula, also behind white space.
FORMULA = re.compile(r"\s*[=+\-@\t\r|]")


def safe(text: str) -> str:
    """Return the text as a cell that no spreadsheet computes: an apostrophe before what could begin a formula."""
    return text if NUMBER.match(text) or not FORMULA.match(text) else f"'{text}"


def as_it_was(cell: str) -> str:
    """Return the text of a cell that `safe` wrote: what was exported may be imported again."""
    return cell[1:] if cell.startswith("'") and safe(cell[1:]) == cell else cell
