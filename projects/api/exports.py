"""Lists as files: CSV as it is read, XLSX written row by row. A list is exported as it is asked for: same rights, same filter.

Rows are read through a cursor of the database and shaped in portions: an export of a hundred thousand rows needs the memory
of one portion, and the same queries for each. docs/exchange.md is for those who use the files.
"""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from projects import permissions
from projects.renderers import FORMATS, CSVRenderer
from projects.serializers.columns import Column, columns_of
from projects.spreadsheets import BOM, safe

PORTION = 500
LICENCE = Column("licence")
RESTRICTED = "restricted"
LONGEST_CELL = 32_767  # of a workbook, which cuts the rest off


def answer(view: Any, rows: QuerySet) -> HttpResponseBase:
    """Answer with all `rows` of the view's list in the format that was asked for, as a file to be saved."""
    renderer = view.request.accepted_renderer
    columns = columns_of(view.get_serializer())
    if LICENCE not in columns:
        columns.append(LICENCE)
    cells = _cells(view, rows, columns)
    response: HttpResponseBase
    if isinstance(renderer, CSVRenderer):
        response = StreamingHttpResponse(_lines(columns, cells), content_type="text/csv; charset=utf-8")
    else:
        response = FileResponse(_workbook(columns, cells), content_type=renderer.media_type)
    things = view.request.path.rstrip("/").rpartition("/")[2]
    name = f"{things}-{view.on.isoformat()}.{renderer.format}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cells(view: Any, rows: QuerySet, columns: list[Column]) -> Iterator[list[Any]]:
    """Yield the cells of each row, a portion of rows at a time, in the language of the request."""
    language = translation.get_language()
    order = getattr(view.paginator, "ordering", None)
    found = (rows.order_by(order) if order else rows).iterator(chunk_size=PORTION)
    while portion := list(itertools.islice(found, PORTION)):
        with translation.override(language):
            portion = view.finished(portion)
            shaped = view.get_serializer(portion, many=True).data
        for row, facts in zip(portion, shaped, strict=True):
            licence = settings.DATA_LICENCE if permissions.is_published(row) else RESTRICTED
            yield [column.cell({**facts, LICENCE.name: licence}) for column in columns]


def _lines(columns: list[Column], rows: Iterator[list[Any]]) -> Iterator[str]:
    """Yield the file, some lines at a time."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    written.write(BOM)
    writer.writerow([column.name for column in columns])
    while portion := list(itertools.islice(rows, PORTION)):
        writer.writerows([[_text(cell) for cell in row] for row in portion])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    if written.getvalue():
        yield written.getvalue()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell)
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _workbook(columns: list[Column], rows: Iterator[list[Any]]) -> Any:
    """Return the open file of a workbook with one sheet, whose cells are never formulas and whose numbers are numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    sheet.append([column.name for column in columns])
    for row in rows:
        sheet.append([_written(sheet, cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def _written(sheet: Any, cell: Any) -> Any:
    if not isinstance(cell, str):
        # A workbook's numbers are binary: what they cannot hold to the last digit stays text.
        return str(cell) if isinstance(cell, Decimal) and len(cell.as_tuple().digits) > 15 else cell
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", safe(cell))
    made = WriteOnlyCell(sheet, text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")
    made.data_type = "s"  # also what looks like an error value
    return made


def is_asked_for(view: Any) -> bool:
    """Whether the answer to the request is a file."""
    return isinstance(view.request.accepted_renderer, FORMATS)
