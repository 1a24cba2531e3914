"""The figures of a report as tables: one row a figure, or one table of the snapshot as it stands. docs/snapshot.md explains both.

No cell is taken for a formula (projects/spreadsheets.py). The same snapshot gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from projects.spreadsheets import BOM, safe
from reports.choices import SCOPES

RESTRICTED = "restricted"
LONG = ("table", "row", "column", "value")
PROVENANCE = ("source_url", "source_as_of")
ORIGIN = ("report_serial", "report_as_of", "report_kind", "licence", "snapshot_sha256")

Snapshot = dict[str, Any]
Row = dict[str, str]


def all_figures(snapshot: Snapshot, sha256: str) -> bytes:
    """Return every value of the snapshot in a row of its own: which table, which row, which column."""
    origin = _origin(snapshot, sha256)
    rows = (
        {"table": table, "row": number, "column": column, "value": value, **provenance, **origin}
        for table, number, cells, provenance in _tables(snapshot)
        for column, value in cells.items()
    )
    return _written((*LONG, *PROVENANCE, *ORIGIN), rows)


def one_table(snapshot: Snapshot, sha256: str, name: str) -> bytes:
    """Return one table as it stands, a column a fact, in the order of the snapshot; ValidationError when there is none."""
    found = [cells for table, _number, cells, _provenance in _tables(snapshot) if table == name]
    if not found:
        known = ", ".join(names(snapshot))
        raise ValidationError(
            {"table": _("There is no such table; there are: %(tables)s.") % {"tables": known}}
        )
    columns = list(dict.fromkeys(column for cells in found for column in cells))
    origin = _origin(snapshot, sha256)
    return _written((*columns, *ORIGIN), ({**cells, **origin} for cells in found))


def names(snapshot: Snapshot) -> list[str]:
    """Return the names of the tables, as in `projects.rows`, in the order of the snapshot."""
    return list(dict.fromkeys(table for table, *_rest in _tables(snapshot)))


def _tables(snapshot: Snapshot) -> Iterator[tuple[str, str, Row, Row]]:
    """Yield the rows of all tables: name, number of the row ("" where a table is one row), cells, where they are from."""
    for section, content in snapshot.items():
        yield from _of(section, "", content)


def _of(name: str, number: str, content: Any) -> Iterator[tuple[str, str, Row, Row]]:
    if isinstance(content, list):
        for position, item in enumerate(content, 1):
            yield from _of(name, f"{number}.{position}" if number else str(position), item)
        return
    cells, inner = _flat(content) if isinstance(content, dict) else ({"value": _text(content)}, [])
    if cells:
        known = {"source_url": cells.get("source_url", ""), "source_as_of": cells.get("as_of", "")}
        yield name, number, cells, known
    for column, items in inner:
        yield from _of(f"{name}.{column}", number, items)


def _flat(content: Snapshot, above: str = "") -> tuple[Row, list[tuple[str, list[Any]]]]:
    """Return the values of a dictionary by dotted name, and apart from them the lists within it."""
    cells: Row = {}
    inner: list[tuple[str, list[Any]]] = []
    for key, value in content.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            more, lists = _flat(value, f"{name}.")
            cells |= more
            inner += lists
        elif isinstance(value, list):
            inner.append((name, value))
        else:
            cells[name] = _text(value)
    return cells, inner


def _text(value: Any) -> str:
    """Return a value as text; what is not known is empty, never zero."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(snapshot: Snapshot, sha256: str) -> Row:
    meta = snapshot["meta"]
    return {
        "report_serial": meta["serial"],
        "report_as_of": meta["as_of"],
        "report_kind": meta["kind"],
        "licence": RESTRICTED if meta["kind"] in SCOPES else settings.DATA_LICENCE,
        "snapshot_sha256": sha256,
    }


def _written(columns: tuple[str, ...], rows: Iterator[Row]) -> bytes:
    output = io.StringIO(newline="")
    output.write(BOM)
    writer = csv.writer(output)
    writer.writerow([safe(column) for column in columns])
    for row in rows:
        writer.writerow([safe(row.get(column, "")) for column in columns])
    return output.getvalue().encode()
