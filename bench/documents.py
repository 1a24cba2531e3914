"""Programme reports of any size: the rows of a real snapshot again and again, each time with references of their own."""

import json
import re
from pathlib import Path
from typing import Any

REAL = Path(__file__).resolve().parent.parent / "tests" / "reports" / "snapshots" / "programme.json"
REFERENCE = re.compile(r"[A-Z]{3}-\d{3}")
Snapshot = dict[str, Any]


def programme(projects: int) -> Snapshot:
    """Return the snapshot of a programme of so many projects. Totals keep their old values: nothing checks them here."""
    real = json.loads(REAL.read_text())
    times = -(-projects // len(real["projects"]["rows"]))
    grown = _grown(real, times)
    del grown["projects"]["rows"][projects:]
    return grown


def _grown(part: Any, times: int) -> Any:
    if isinstance(part, dict):
        return {key: value if key == "meta" else _grown(value, times) for key, value in part.items()}
    if isinstance(part, list) and part and _is_row(part[0]):
        return [_renamed(row, time) for time in range(times) for row in part]
    return part


def _is_row(one: Any) -> bool:
    if isinstance(one, dict):
        return "reference" in one or "milestone" in one
    return isinstance(one, str) and REFERENCE.fullmatch(one) is not None


def _renamed(part: Any, time: int) -> Any:
    """Return the row with every reference in it made another one: PRJ-003 of the second round is PRJ-1003."""
    if isinstance(part, dict):
        return {key: _renamed(value, time) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(value, time) for value in part]
    if isinstance(part, str) and REFERENCE.fullmatch(part):
        name, number = part.split("-")
        return f"{name}-{int(number) + 1000 * time:03}"
    return part
