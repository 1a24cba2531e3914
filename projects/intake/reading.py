"""Reading a folder: from bytes to rows, with every problem of every file noted and none of them fatal."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.intake import cells
from projects.intake.problems import Problem, Refused, shown, visible
from projects.intake.tables import TABLES, Table

WHOLE_FILE = 0
HEADER = 1
MOST_COLUMNS = 100
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Row:
    """One row of a file: its line, its read values by column (None where empty), and the columns that are broken."""

    table: Table
    line: int
    values: dict[str, Any]
    broken: set[str] = field(default_factory=set)
    within: str = ""
    """The identifier of the activity that the row stands in, where the file is one of activities."""

    @property
    def reference(self) -> str:
        """The row's public reference; "" where the cell is broken."""
        return self.values.get(self.table.key) or ""

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    def sound(self, *columns: str) -> bool:
        """Whether these cells were read without a problem, so that a rule over them says something new."""
        return self.broken.isdisjoint(columns)

    def problem(self, column: str, reason: str) -> Problem:
        return Problem(self.table.file, self.line, column, reason)

    def sha256(self) -> str:
        """Return the digest of the row's non-empty cells, whatever the order of the columns or the spelling of a number."""
        filled = {
            name: cells.plain(value) for name, value in self.values.items() if value not in (None, "", ())
        }
        canonical = json.dumps(filled, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass
class Folder:
    """What a folder holds: rows by table, the problems found so far, and files that are no part of the import."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    """Tables whose references are not known, because their file could not be read to the end."""

    def all_rows(self) -> Iterator[Row]:
        for rows in self.rows.values():
            yield from rows

    def refuse_if_broken(self) -> None:
        """Raise Refused with all problems, in the order of files and lines, if there are any."""
        if self.problems:
            order = {table.file: place for place, table in enumerate(TABLES.values())}
            raise Refused(sorted(self.problems, key=lambda it: (order.get(it.file, 99), it)))


def read_folder(path: Path) -> Folder:
    """Return what the folder holds; Refused at once when there is nothing in it to import."""
    try:
        entries = sorted(entry.name for entry in path.iterdir())
    except OSError as error:
        reason = _("is no folder that can be read (%(error)s): name the folder with the files.")
        raise Refused([Problem(visible(path), WHOLE_FILE, "", reason % {"error": error.strerror})]) from error
    folder = Folder()
    names = [name for name in entries if name.lower().endswith(".csv")]
    known = {table.file: table for table in TABLES.values()}
    folder.ignored = [name for name in names if name not in known]
    if len(folder.ignored) == len(names):
        raise Refused(
            [
                Problem(
                    visible(path),
                    WHOLE_FILE,
                    "",
                    _("holds none of the files of an import: %(files)s.") % {"files": ", ".join(known)},
                )
            ]
        )
    for table in TABLES.values():
        if table.file in names:
            _read_file(path / table.file, table, folder)
    return folder


def _read_file(path: Path, table: Table, folder: Folder) -> None:
    folder.rows.setdefault(table.name, [])
    content = _content(path, table, folder)
    if content is not None:
        read_text(content, table, folder)


def read_text(
    content: str,
    table: Table,
    folder: Folder,
    *,
    as_meant: Callable[[str], str] = str,
    most: int | None = None,
) -> None:
    """Add the rows of a file's text to the folder, with their problems; of at most `most` rows.

    `as_meant` is what becomes of a cell before it is read.
    """
    rows = folder.rows.setdefault(table.name, [])
    lines = csv.reader(io.StringIO(content, newline=""), strict=True)
    header: list[str] | None = None
    begins = HEADER
    try:
        for found in lines:
            line, begins = begins, lines.line_num + 1
            if not any(cell.strip() for cell in found):
                continue  # spreadsheets end their files with rows of nothing
            if header is None:
                header = _header(found, line, table, folder)
                if header is None:
                    folder.unreadable.add(table.name)
                    return
            elif most is not None and len(rows) >= most:
                folder.unreadable.add(table.name)
                reason = _("from here on there are more than %(most)s rows: divide the file.")
                folder.problems.append(Problem(table.file, line, "", reason % {"most": most}))
                return
            else:
                rows.append(_row([as_meant(cell) for cell in found], line, header, table, folder))
    except csv.Error as error:
        if "field limit" in str(error):
            folder.unreadable.add(table.name)
            reason = _("holds a cell of more than %(longest)s characters: shorten it.")
            folder.problems.append(
                Problem(table.file, begins, "", reason % {"longest": csv.field_size_limit()})
            )
            return
        folder.unreadable.add(table.name)
        folder.problems.append(
            Problem(
                table.file,
                begins,
                "",
                _("from here on the file is not CSV (%(error)s): check the quotation marks.")
                % {"error": error},
            )
        )
        return
    if header is None:
        folder.unreadable.add(table.name)
        folder.problems.append(
            Problem(table.file, WHOLE_FILE, "", _("is empty: its first line must name the columns."))
        )


def _content(path: Path, table: Table, folder: Folder) -> str | None:
    """Return the file's text, or None with the reason noted."""

    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = _("cannot be read: %(error)s.") % {"error": error.strerror}
        folder.unreadable.add(table.name)
        folder.problems.append(Problem(table.file, WHOLE_FILE, "", reason))
        return None
    return decoded(raw, table, folder)


def decoded(raw: bytes, table: Table, folder: Folder) -> str | None:
    """Return the text of a file's bytes, or None with the reason noted."""

    def give_up(line: int, reason: str) -> None:
        folder.unreadable.add(table.name)
        folder.problems.append(Problem(table.file, line, "", reason))

    if raw.startswith(UTF_16):
        give_up(HEADER, _("is UTF-16: save it as “CSV UTF-8”."))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        give_up(
            raw.count(b"\n", 0, error.start) + 1,
            _("is not UTF-8 (byte %(byte)s): save it as “CSV UTF-8”.")
            % {"byte": f"0x{raw[error.start]:02X}"},
        )
        return None


def _header(found: list[str], line: int, table: Table, folder: Folder) -> list[str] | None:
    """Return the columns' names, or None when rows cannot be told apart; every problem of the header is noted."""
    names = [cell.strip() for cell in found]
    if len(names) > MOST_COLUMNS:
        reason = _("has %(found)s columns, at most %(most)s are possible: keep those of the template.")
        words = {"found": len(names), "most": MOST_COLUMNS}
        folder.problems.append(Problem(table.file, line, "", reason % words))
        return None

    def note(column: str, reason: str) -> None:
        folder.problems.append(Problem(table.file, line, column, reason))

    if len(names) == 1:
        for mark, name in OTHER_DELIMITERS.items():
            if mark in names[0]:
                note("", _("the cells are separated by %(name)s: separate them by commas.") % {"name": name})
                return None
    for name in sorted({name for name in names if names.count(name) > 1}):
        note(shown(name), _("the column stands there twice: remove one."))
    for name in dict.fromkeys(names):
        if name not in table.columns:
            note(
                shown(name),
                _("the column is not known. Known are: %(names)s.") % {"names": ", ".join(table.columns)},
            )
    for name, column in table.columns.items():
        if name not in names and not column.may_be_absent:
            note(name, _("the column is missing: add it, empty where nothing is known."))
    return names if table.key in names or table.columns[table.key].may_be_absent else None


def _reference_of(found: list[str], header: list[str], table: Table) -> str | None:
    """Return the reference of a row that is otherwise lost, so that rows which name it are not blamed."""
    try:
        return cells.reference(found[header.index(table.key)].strip())
    except (IndexError, ValueError):  # a column that is not there, a cell that cannot be read
        return None


def _row(found: list[str], line: int, header: list[str], table: Table, folder: Folder) -> Row:
    """Return the row as far as it can be read, with the problems of its cells noted."""
    row = Row(table=table, line=line, values={})
    if len(found) != len(header):
        folder.problems.append(
            row.problem(
                "",
                ngettext(
                    "has %(found)s cell where the header has %(expected)s: put cells with commas into quotation marks.",
                    "has %(found)s cells where the header has %(expected)s: put cells with commas into quotation marks.",
                    len(found),
                )
                % {"found": len(found), "expected": len(header)},
            )
        )
        row.broken.update(table.columns)
        row.values[table.key] = _reference_of(found, header, table)
        return row
    row.broken.update(
        name for name, column in table.columns.items() if name not in header and not column.may_be_absent
    )
    for name, cell in zip(header, found, strict=True):
        if name in table.columns and name not in row.values:
            fill(row, name, cell, folder)
    return row


def fill(row: Row, name: str, cell: str, folder: Folder) -> None:
    """Read a cell into the row; where it cannot be read, or is empty and must not be, note why."""
    column = row.table.columns[name]
    row.values[name] = None
    try:
        value = cells.cleaned(cell)
        if value:
            row.values[name] = column.read(value)
            return
        if not column.required:
            return
        reason = _("is empty: it must be filled.")
    except cells.Unreadable as unreadable:
        reason = str(unreadable)
    row.broken.add(name)
    folder.problems.append(row.problem(name, reason))
