"""Files that people send: CSV and nothing else, within bounds, and what becomes of their rows. docs/exchange.md is for those who make them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files import File
from django.db import models, transaction
from django.utils.translation import gettext as _

from projects import formats, uploads
from projects.intake import linking
from projects.intake.problems import Problem, Refused
from projects.intake.reading import WHOLE_FILE, Folder, Row, decoded, read_text
from projects.intake.tables import Table
from projects.models import ImportedRow, audit
from projects.permissions import Actor
from projects.spreadsheets import BOM, as_it_was

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
TOO_LARGE = "too_large"
# What other files begin with. A workbook is a zip archive, and a zip archive is never unpacked here.
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"BZh", b"7z\xbc\xaf")


@dataclass(frozen=True)
class Done:
    """What becomes of one row: which steps, on which record. No step: it was imported before, or is so already."""

    line: int
    steps: tuple[str, ...]
    reference: str
    text: str


@dataclass(frozen=True)
class Result:
    """What became of a file, or would become of it."""

    rows: tuple[Done, ...]
    is_dry_run: bool

    @property
    def changed(self) -> int:
        return sum(1 for row in self.rows if row.steps)

    @property
    def unchanged(self) -> int:
        return len(self.rows) - self.changed


def require_small(size: int, field: str = "file") -> None:
    """Raise ValidationError, answered with 413, for a file that is larger than an import may be."""
    if size > MAX_BYTES:
        text = _("The file is larger than %(limit)s: divide it.") % {"limit": formats.size(MAX_BYTES)}
        raise ValidationError({field: ValidationError(text, code=TOO_LARGE)})


def raw_of(file: File, field: str = "file") -> bytes:
    """Return the bytes of a file that an import may read: small enough, and clean where there is a scanner."""
    require_small(file.size, field)
    raw: bytes = file.read()
    try:
        uploads.scan([raw], name=uploads.name_of(file))
    except ValidationError as error:
        raise ValidationError({field: error}) from error
    return raw


@dataclass
class Incoming(ABC):
    """One kind of file: its columns, what its rows name, and what is done with them. A file is taken in once."""

    TABLE: ClassVar[Table]
    RIGHT: ClassVar[str]
    """The action that somebody must be allowed somewhere for any row of such a file."""
    STEPS: ClassVar[dict[str, Any]]
    """What may become of a row, in words."""

    by: Actor
    now: dt.datetime
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def template(cls) -> bytes:
        """Return an empty file with the columns, as spreadsheets read it."""
        written = io.StringIO(newline="")
        csv.writer(written).writerow(cls.TABLE.columns)
        return (BOM + written.getvalue()).encode()

    def take_in(self, raw: bytes, *, dry_run: bool) -> Result:
        """Do what the rows say, all of it or nothing, and return what was done; Refused with every problem.

        Rows that were imported before change nothing, so that a file may be sent again. A dry run does the same and
        takes everything back.
        """
        rows = self._read(raw)
        with transaction.atomic():
            self.look_up(rows)
            # First the rows that others may hold, then the chain of events, as every step does; from here on nobody
            # else writes, so that of two who send the same file the second finds the rows of the first.
            audit.serialise()
            known = self._imported(rows)
            done = [self._plan(row, known) for row in rows]
            self._refuse_if_broken()
            self.write()
            self._remember(row for row, it in zip(rows, done, strict=True) if row.sha256() not in known)
            if dry_run:
                transaction.set_rollback(True)
        return Result(rows=tuple(self.named(it) for it in done), is_dry_run=dry_run)

    @abstractmethod
    def look_up(self, rows: list[Row]) -> None:
        """Find, and lock, what the rows name, as far as the actor may see it."""

    @abstractmethod
    def plan(self, row: Row) -> Done:
        """Return what is to be done with a row that is new, and keep it for `write`; problems are noted."""

    @abstractmethod
    def write(self) -> None:
        """Write what was planned."""

    def named(self, done: Done) -> Done:
        """Return the same with the reference that the record has got."""
        return done

    # --- what both kinds share ---

    def note(self, row: Row, column: str, reason: str) -> None:
        self.problems.append(row.problem(column, reason))

    def note_all(self, row: Row, error: ValidationError, columns: dict[str, str]) -> None:
        """Note what a model refuses, at the column that the field has in the file."""
        found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, messages in found.items():
            column = columns.get(name, name)
            for message in messages:
                self.note(row, column if column in self.TABLE.columns else "", str(message))

    def visible(self, model: Any, references: Iterable[str], *, key: str = "reference") -> dict[str, Any]:
        """Return, by reference, the rows that the actor may see; a query for every 500."""
        found: dict[str, Any] = {}
        for some in linking.portions(sorted(set(references) - {""})):
            rows = model.objects.visible_to(self.by).filter(**{f"{key}__in": some})
            found.update({str(getattr(row, key)): row for row in rows})
        return found

    def locked(self, model: type[models.Model], rows: Iterable[Any]) -> dict[int, Any]:
        """Return the rows by their keys, locked in one order, so that two imports never wait for each other."""
        found: dict[int, Any] = {}
        for some in linking.portions(sorted({row.pk for row in rows})):
            kept = model._base_manager.select_for_update(no_key=True).filter(pk__in=some).order_by("pk")
            found.update({row.pk: row for row in kept})
        return found

    def _read(self, raw: bytes) -> list[Row]:
        folder = Folder()
        reason = ""
        require_small(len(raw))
        if not raw.strip():
            reason = _("is empty: its first line must name the columns.")
        elif raw.startswith(PACKED):
            reason = _("is a workbook or a packed file: save the sheet as “CSV UTF-8”.")
        elif raw[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" in raw:
            reason = _("holds NUL bytes, which no text does: save it as “CSV UTF-8”.")
        if reason:
            folder.problems.append(Problem(self.TABLE.file, WHOLE_FILE, "", reason))
        else:
            self.read_into(folder, raw)
        self.problems += folder.problems
        rows = folder.rows.get(self.TABLE.name, [])
        if not rows and not self.problems:
            self.problems.append(
                Problem(self.TABLE.file, WHOLE_FILE, "", _("holds no row below the names of the columns."))
            )
        if not rows or folder.unreadable:
            self._refuse_if_broken()
        self._note_twins(rows)
        return rows

    def read_into(self, folder: Folder, raw: bytes) -> None:
        """Add the rows of the file to the folder, with their problems."""
        text = decoded(raw, self.TABLE, folder)
        if text is not None:
            read_text(text, self.TABLE, folder, as_meant=as_it_was, most=MAX_ROWS)

    def _note_twins(self, rows: list[Row]) -> None:
        first: dict[str, int] = {}
        for row in rows:
            if not row.broken and (line := first.setdefault(row.sha256(), row.line)) != row.line:
                self.note(row, "", _("says the same as line %(line)s: remove one.") % {"line": line})

    def _imported(self, rows: list[Row]) -> set[str]:
        digests = sorted(row.sha256() for row in rows if not row.broken)
        found: set[str] = set()
        for some in linking.portions(digests):
            ledger = ImportedRow.objects.filter(table=self._ledger, sha256__in=some)
            found.update(ledger.values_list("sha256", flat=True))
        return found

    @property
    def _ledger(self) -> str:
        return f"upload:{self.TABLE.name}"

    def _plan(self, row: Row, known: set[str]) -> Done:
        """Plan a row; also one that was imported before must name only what the actor sees."""
        before = len(self.problems)
        self.check_names(row)
        if row.broken or len(self.problems) > before:
            return Done(row.line, (), row.reference, "")
        if row.sha256() in known:
            return Done(row.line, (), row.reference, "")
        return self.plan(row)

    @abstractmethod
    def check_names(self, row: Row) -> None:
        """Note what the row names and the actor does not see: it is as unknown as what does not exist."""

    def _refuse_if_broken(self) -> None:
        if self.problems:
            raise Refused(sorted(self.problems))

    def _remember(self, rows: Iterator[Row]) -> None:
        """Note the rows in the ledger, each by its digest, as it has no reference of its own."""
        made = [
            ImportedRow(table=self._ledger, reference=digest[:20], sha256=digest)
            for digest in (row.sha256() for row in rows)
        ]
        ImportedRow.objects.bulk_create(made, batch_size=linking.AT_ONCE)


def check_fields(row: audit.Audited) -> None:
    """Raise ValidationError where a value does not fit its field; asks the database nothing."""
    row.clean_fields(exclude={*audit.foreign_keys(row), "created_at", "updated_at"})


def unknown(column: str, reference: str) -> str:
    if column == "reference":
        text = _("%(reference)s is not known: correct it, or leave the cell empty to log a new milestone.")
    else:
        text = _("%(reference)s is not known: correct the reference.")
    return text % {"reference": reference}


def origin(row: Row) -> str:
    """Where it comes from, for the history: stored once and for all readers, so in one language."""
    note = row["claim_note"] or row["note"]
    return f"{note}\n(imported file, line {row.line})" if note else f"Imported file, line {row.line}."


def nothing(row: Row) -> Done:
    return Done(row.line, (), row.reference, row["title"] or "")


def may_take_in(kind: type[Incoming], by: Actor) -> bool:
    """Whether the actor may send such a file at all; what each row needs is asked of each row."""
    return bool(by.role_for(kind.RIGHT))
