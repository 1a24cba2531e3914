"""What rows name: each reference is looked for in the folder first, then in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from projects.intake.problems import Problem, shown
from projects.intake.reading import Folder, Row
from projects.intake.tables import TABLES, Table
from projects.models import ImportedRow

AT_ONCE = 500  # references per query: SQLite limits the parameters of one


@dataclass
class Present:
    """What the database already holds of the references that a folder's rows have or name."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    digests: dict[str, dict[str, str]] = field(default_factory=dict)

    def holds(self, table: str, reference: str) -> bool:
        return reference in self.objects.get(table, {})


def look_up(folder: Folder) -> Present:
    """Return what is already there; a few queries per table."""
    wanted: dict[str, set[str]] = {name: set() for name in TABLES}
    for row in folder.all_rows():
        wanted[row.table.name].add(row.reference)
        for column, reference in named(row):
            for target in targets_of(row, column):
                wanted[target].add(reference)
    present = Present()
    for name, references in wanted.items():
        objects = present.objects.setdefault(name, {})
        digests = present.digests.setdefault(name, {})
        for some in portions(sorted(references - {""})):
            objects.update(
                {it.reference: it for it in TABLES[name].model._default_manager.filter(reference__in=some)}  # type: ignore[attr-defined]
            )
            ledger = ImportedRow.objects.filter(table=name, reference__in=some)
            digests.update(dict(ledger.values_list("reference", "sha256")))
    return present


def named(row: Row) -> Iterator[tuple[str, str]]:
    """Yield (column, reference) for everything that the row names."""
    for name, column in row.table.columns.items():
        if column.to and row[name]:
            value = row[name]
            for reference in value if isinstance(value, tuple) else (value,):
                yield name, reference


def targets_of(row: Row, column: str) -> tuple[str, ...]:
    """Return the tables in which a column's reference may stand; a target's parent type decides between two."""
    tables = row.table.columns[column].to
    if column == "parent_id" and row["parent_type"]:
        return (f"{row['parent_type']}s",)
    return tables


def problems_of(folder: Folder, present: Present) -> Iterator[Problem]:
    """Yield what is named but nowhere, what stands twice, what goes in a circle, and what is there already."""
    for rows in folder.rows.values():
        yield from _twice(rows)
    known = {name: {row.reference for row in rows} for name, rows in folder.rows.items()}
    for row in folder.all_rows():
        yield from _nowhere(row, folder, known, present)
        yield from _there_already(row, present)
    yield from _circles(folder.rows.get("projects", []))


def is_unchanged(row: Row, present: Present) -> bool:
    """Whether this very row was imported before, whatever happened to the record since."""
    return present.digests.get(row.table.name, {}).get(row.reference) == row.sha256()


def _twice(rows: Iterable[Row]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        if row.reference and first.setdefault(row.reference, row.line) != row.line:
            yield row.problem(
                row.table.key,
                _("%(reference)s stands in line %(line)s already: give each row its own reference.")
                % {"reference": row.reference, "line": first[row.reference]},
            )


def _nowhere(row: Row, folder: Folder, known: Mapping[str, set[str]], present: Present) -> Iterator[Problem]:
    for column, reference in named(row):
        tables = targets_of(row, column)
        if not folder.unreadable.isdisjoint(tables):
            continue  # it may stand in the part of the file that could not be read: that is the problem
        in_folder = any(reference in known.get(table, ()) for table in tables)
        if not in_folder and not any(present.holds(table, reference) for table in tables):
            yield row.problem(
                column,
                _(
                    "%(reference)s is neither in %(files)s nor in the database: add it, or correct the reference."
                )
                % {
                    "reference": reference,
                    "files": _(" or ").join(TABLES[table].file for table in tables),
                },
            )


def _there_already(row: Row, present: Present) -> Iterator[Problem]:
    there = present.objects.get(row.table.name, {}).get(row.reference)
    if there is None or row.broken or is_unchanged(row, present):
        return
    yield row.problem(
        row.table.key,
        _(
            "%(reference)s is already there with other content (%(title)s). Change it in the application, so that "
            "the change has an author and a reason, or give the new row its own reference."
        )
        % {"reference": row.reference, "title": shown(_title(row.table, there))},
    )


def _title(table: Table, there: Any) -> str:
    """Return what a person calls the record."""
    for name in ("title", "name", "product"):
        if hasattr(there, name):
            return str(getattr(there, name))
    return str(there)


def _circles(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield one problem for each circle of parent projects. Rows in the database cannot close one: none names a new row."""
    by_reference = {row.reference: row for row in rows if row.reference}
    settled: set[str] = set()
    for start in by_reference:
        path: list[str] = []
        current = start
        while current in by_reference and current not in settled and current not in path:
            path.append(current)
            current = by_reference[current]["parent_project_id"] or ""
        if current in path and len(circle := path[path.index(current) :]) > 1:
            row = by_reference[min(circle, key=lambda reference: by_reference[reference].line)]
            yield row.problem(
                "parent_project_id",
                _("The parent projects go in a circle (%(path)s): leave one of them without a parent.")
                % {"path": " → ".join([*circle, circle[0]])},
            )
        settled.update(path)


def portions(references: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(references), AT_ONCE):
        yield references[start : start + AT_ONCE]
